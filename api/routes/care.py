"""Looks after people of user pools as pages do: one person, or a table of them. Each becomes a change that is proposed.

Only in the pools in which the owner of the token may, and with a scope of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import CARE
from api.errors import Refused, refuse
from api.idempotency import Doing, done_once, json_answer
from api.interface import asks
from api.plans import ChangeOut, change_out
from api.request_headers import IDEMPOTENCY_KEY, reads
from api.staging import note_token, staged
from cognito.models import CognitoUser
from cognito.object_pages import PERSON
from cognito.people import reading_log
from cognito.people.actions.people import PLACE
from cognito.people.messages import EMAIL, SMS
from cognito.people.table import NEW, THERE
from cognito.people.views.care import PeopleTableForm, fetch_pool
from iamconsole.web.addresses import needs
from identities.bulk.csv_text import MOST_BYTES
from objects import object_actions
from objects.object_pages import fetch_row
from sync.models import Change
from sync.views.live import fetch_change

router = Router(tags=["People"])
POOL = "/aws-accounts/{account_id}/user-pools/{pool_id}"
MOST_SAID = 100  # rows that can't be done


class CareAction(StrEnum):
    """As the page of a person names its actions: those that send nothing secret, and need no word of the person."""

    RESET_PASSWORD = "reset-password"  # noqa: S105  the name of an action
    CONFIRM = "confirm"
    ENABLE = "enable"
    DISABLE = "disable"


class CareIn(Schema):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(max_length=200)] = ""
    reason: Annotated[str, Field(max_length=2000)] = ""


class ImportedRows(StrEnum):
    """People to invite, or people who are there."""

    NEW = NEW
    THERE = THERE


class InvitationChannel(StrEnum):
    EMAIL = EMAIL
    SMS = SMS


_PEOPLE: JsonDict = {"rows": THERE, "table": "name,do\njane,disable\n", "reason": "HR-7"}


class ImportIn(CareIn):
    """`table`: CSV whose first line names the columns, as the page of the pool says them. `channel`: how invitations
    go. `leave_out`: propose the rows that can be done, though others can't.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PEOPLE]})
    table: Annotated[str, Field(min_length=1, max_length=MOST_BYTES)]
    rows: ImportedRows = ImportedRows.NEW
    channel: InvitationChannel = InvitationChannel.EMAIL
    leave_out: Annotated[bool, Field(strict=True)] = False


@router.post(
    POOL + "/people/{person_id}/{action}",
    response={201: ChangeOut},
    url_name="api_care",
    operation_id="look_after_person",
)
@asks(needs(CARE))
@reads(IDEMPOTENCY_KEY)
def look_after_person(
    request: HttpRequest, account_id: str, pool_id: str, person_id: str, action: CareAction, asked: CareIn
) -> HttpResponse:
    """Proposes to reset a password, confirm a sign-up, enable or disable somebody, by their `sub`. Nothing is sent."""
    person: CognitoUser = fetch_row(request, PERSON, account_id, person_id)
    if person.pool.aws_id != pool_id or person.gone_at is not None:
        raise Http404
    reading_log.looked_at(request, person)
    return _proposed(request, person.aws_account, partial(_looked_after, request, person, action, asked))


def _looked_after(request: HttpRequest, person: CognitoUser, name: CareAction, asked: CareIn) -> Change:
    action = object_actions.find(PLACE, name)
    if action is None or not action.offered(person):
        raise Refused(409, "That can’t be done with them as they are now: look them up again.")
    data = {"title": asked.title, "reason": asked.reason}
    return staged(request, action.form(person.aws_account, [person], signed_in(request), {}, data))


@router.post(
    POOL + "/imports",
    response={201: ChangeOut},
    url_name="api_imports",
    operation_id="import_people",
)
@asks(needs(CARE))
@reads(IDEMPOTENCY_KEY)
def import_people(request: HttpRequest, account_id: str, pool_id: str, asked: ImportIn) -> HttpResponse:
    """Proposes one change for a table of people. How far it got, the change says. Nothing is sent."""
    pool = fetch_pool(request, account_id, pool_id)
    reading_log.listed(request, pool, ["table"])  # the answer says who isn't there
    data = {
        "what": asked.rows,
        "channel": asked.channel,
        "text": asked.table,
        "title": asked.title,
        "reason": asked.reason,
        **({"skip": "on"} if asked.leave_out else {}),
    }
    return _proposed(
        request, pool.aws_account, lambda: _imported(request, PeopleTableForm(pool, signed_in(request), data))
    )


def _imported(request: HttpRequest, form: PeopleTableForm) -> Change:
    if form.is_valid() and form.bad and not form.cleaned_data["skip"]:
        refuse([(f"line {row.line}", row.problem) for row in form.bad[:MOST_SAID]])
    return staged(request, form)


def _proposed(request: HttpRequest, aws_account: AwsAccount, work: Callable[[], Change]) -> HttpResponse:
    def answer(change_id: int, status: int) -> HttpResponse:
        return json_answer(change_out(request, fetch_change(request, aws_account.account_id, change_id)), status)

    return done_once(request, Doing(aws_account, lambda: note_token(request, work()), answer, done=201, refused=422))
