"""Changes: the list, one with its plan; proposed, tried out, and applied once somebody else has approved it.

There is no way here to approve one, nor to pass over what stands against it: a person does that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict, JsonValue
from pydantic_core import PydanticCustomError

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from accounts.roles import APPLY, CARE, PROPOSE, SEE_IAM
from api.errors import Refused
from api.idempotency import Doing, done_once, json_answer
from api.interface import asks
from api.listing import ListQuery, RowPage, row_page
from api.plans import ChangeOut, change_out, version_of
from api.reading import Moment, Whole
from api.request_headers import IDEMPOTENCY_KEY, IF_MATCH, reads
from api.routes.documents import Document, text_of
from api.staging import note_token, staged
from api.table_parameters import listed_by
from iamconsole.web.addresses import needs
from objects.forms import title_of_specs
from objects.views.lists import object_lists
from policies.edited_objects import fetch_edited
from policies.engine.document import identify
from sync import changes, selectors
from sync.changes.plan import MOST_STEPS
from sync.models import Change
from sync.operations import BadParams, StepSpec
from sync.views.lists import CHANGES
from sync.views.live import fetch_change

router = Router(tags=["Changes"])
LARGEST_ID = 2**63 - 1  # that databases keep

ChangeId = Annotated[int, Field(ge=1, le=LARGEST_ID), Whole]


class StepIn(Schema):
    """As docs/change-operations.md lists the kinds; `params` are those of the operation."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[str, Field(max_length=80)]
    params: dict[str, Any]


class DocumentIn(Schema):
    """A policy document in the place of another. `action` with objects of `kind`: edit with policies, inline with
    users, groups and roles, trust with roles; as in the address of the editor. `id`: AWS's immutable id. `name`: of an
    inline policy. `replaces`: the document that the new one was made of; where there is another one by now, nothing is
    proposed.
    """

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[str, Field(max_length=40)]
    id: Annotated[str, Field(max_length=400)]
    action: Annotated[str, Field(max_length=40)] = "edit"
    name: Annotated[str, Field(max_length=128)] = ""
    document: Document
    replaces: Document | None = None


# What the validator below says, in the document.
_NONE: JsonDict = {"type": "null"}
EITHER: list[JsonValue] = [
    {
        "title": "Steps",
        "required": ["steps"],
        "properties": {"steps": {"type": "array", "minItems": 1}, "edit": _NONE},
    },
    {
        "title": "An edit",
        "required": ["edit"],
        "properties": {
            "edit": {"type": "object"},
            "steps": {"type": "array", "maxItems": 0},
            "until": _NONE,
            "not_before": _NONE,
        },
    },
]
_EXAMPLE: JsonDict = {
    "reason": "Ticket DATA-42",
    "steps": [{"kind": "iam.group.create", "params": {"arn": "arn:aws:iam::123456789012:group/report-readers"}}],
}


class ProposeIn(Schema):
    """Either `steps` or `edit`. `until`: when what it gives is taken away again. `not_before`: when it begins. An edit
    begins at once and stays.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"oneOf": EITHER, "examples": [_EXAMPLE]})
    title: Annotated[str, Field(max_length=200)] = ""
    reason: Annotated[str, Field(max_length=2000)] = ""
    steps: Annotated[list[StepIn], Field(max_length=MOST_STEPS)] = []
    edit: DocumentIn | None = None
    until: Annotated[datetime | None, Moment] = None
    not_before: Annotated[datetime | None, Moment] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ProposeIn:
        if bool(self.steps) == (self.edit is not None):
            raise PydanticCustomError("either", "Give either steps or edit")
        if self.edit and (self.until or self.not_before):
            raise PydanticCustomError("edit", "An edit begins at once and stays: until and not_before are for steps")
        return self


class ApplyIn(Schema):
    """`digest`: that of the plan as it was read, so that nothing else is applied."""

    model_config = ConfigDict(extra="forbid")
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StepsQuery(Schema):
    steps: Annotated[int, Field(ge=1, le=MOST_STEPS, description="Which page of its steps, from 1."), Whole] = 1


@router.get("/aws-accounts/{account_id}/changes", response=RowPage, url_name="api_changes", operation_id="list_changes")
@asks(needs(SEE_IAM))
@listed_by(lambda: {"": CHANGES})
def list_changes(request: HttpRequest, account_id: str, asked: Query[ListQuery]) -> RowPage:
    aws_account = fetch_aws_account(request, account_id)
    rows = selectors.changes_of(aws_account, waits_for=signed_in(request))
    return row_page(request, CHANGES, rows, aws_account, asked)


@router.post(
    "/aws-accounts/{account_id}/changes",
    response={201: ChangeOut},
    url_name="api_changes",
    operation_id="propose_change",
)
@asks(needs(PROPOSE))
@reads(IDEMPOTENCY_KEY)
def propose_change(request: HttpRequest, account_id: str, asked: ProposeIn) -> HttpResponse:
    """Makes the plan and keeps it as proposed. Nothing is sent to AWS."""
    aws_account = fetch_aws_account(request, account_id, SEE_IAM)  # the answer is the plan
    work = partial(_proposed, request, aws_account, asked)
    return done_once(request, Doing(aws_account, work, partial(_answer, request, account_id), done=201, refused=422))


def _proposed(request: HttpRequest, aws_account: AwsAccount, asked: ProposeIn) -> Change:
    change = _edited(request, aws_account, asked, asked.edit) if asked.edit else _of_steps(request, aws_account, asked)
    return note_token(request, change)


def _of_steps(request: HttpRequest, aws_account: AwsAccount, asked: ProposeIn) -> Change:
    steps = [StepSpec(each.kind, each.params) for each in asked.steps]
    return changes.propose_until(
        until=asked.until,
        aws_account=aws_account,
        actor=signed_in(request),
        title=asked.title or _title(steps),
        reason=asked.reason,
        steps=steps,
        not_before=asked.not_before,
        independent=False,
    )


def _title(steps: list[StepSpec]) -> str:
    """Of steps that can't be planned none: the plan says what is wrong with them."""
    try:
        return title_of_specs(steps)
    except (LookupError, BadParams):
        return ""


# ---- An edit: what the page with the editor would send -------------------------------------------------------------
def _edited(request: HttpRequest, aws_account: AwsAccount, asked: ProposeIn, edit: DocumentIn) -> Change:
    return staged(request, _form_of(request, aws_account, asked, edit))


def _form_of(request: HttpRequest, aws_account: AwsAccount, asked: ProposeIn, edit: DocumentIn) -> Any:
    """That of the editor, filled in. Raises Refused, and Http404 where there is no such object or editor."""
    listed = object_lists().get(edit.kind)
    if listed is None:
        raise Refused(422, "There is no such kind of objects: see the list of kinds.")
    place = {"place": listed.kind.of.name, "aws_id": edit.id, "action": edit.action, "part": edit.name}
    edited = fetch_edited(request, aws_account, place)
    make, targets = edited.action.form, [edited.row]
    named = {make.part_field: edit.name} if make.part_field else {}
    opened: Any = make(aws_account, targets, signed_in(request), named)
    if edit.replaces is not None and not _is_same(opened, edit.replaces):
        raise Refused(409, "There is another document by now than the one that this replaces: read it again.")
    data = QueryDict(mutable=True)
    data.update({"title": asked.title, "reason": asked.reason, "document": text_of(edit.document), **named})
    data["base"] = str(opened.initial.get("base", ""))
    return make(aws_account, targets, signed_in(request), named, data)


def _is_same(form: Any, document: str | dict[str, Any]) -> bool:
    there = str(form.initial.get("document") or "") if form.initial.get("base") else ""
    return identify(there).canonical_hash == identify(text_of(document)).canonical_hash


# ---- One change ----------------------------------------------------------------------------------------------------
@router.get(
    "/aws-accounts/{account_id}/changes/{change_id}",
    response=ChangeOut,
    url_name="api_change",
    operation_id="read_change",
)
@asks(needs(SEE_IAM, CARE))
def read_change(request: HttpRequest, account_id: str, change_id: ChangeId, asked: Query[StepsQuery]) -> ChangeOut:
    """With the plan, whose access it changes, what its dry run found, and what stands against applying it. With the
    permission to look after people alone: a change of one's own.
    """
    return change_out(request, fetch_change(request, account_id, change_id), asked.steps)


@router.post(
    "/aws-accounts/{account_id}/changes/{change_id}/dry-run",
    response={202: ChangeOut},
    url_name="api_change_dry_run",
    operation_id="try_change",
)
@asks(needs(PROPOSE))
@reads(IDEMPOTENCY_KEY, IF_MATCH)
def try_change(request: HttpRequest, account_id: str, change_id: ChangeId) -> HttpResponse:
    """Has workers look what each step would find in AWS. Nothing is written. Read the change for what they found."""
    change = _fetch(request, account_id, change_id)

    def tried() -> Change:
        _check_match(request, change)
        changes.ask_dry_run(change=change, actor=signed_in(request))
        return change

    return _gone_on(request, change, tried)


@router.post(
    "/aws-accounts/{account_id}/changes/{change_id}/apply",
    response={202: ChangeOut},
    url_name="api_change_apply",
    operation_id="apply_change",
)
@asks(needs(APPLY))
@reads(IDEMPOTENCY_KEY, IF_MATCH)
def apply_change(request: HttpRequest, account_id: str, change_id: ChangeId, asked: ApplyIn) -> HttpResponse:
    """Hands it to the workers. Only what somebody else than its requester approved."""
    change = _fetch(request, account_id, change_id)

    def applied() -> Change:
        _check_match(request, change)
        if change.digest != asked.digest:
            raise changes.PlanError("The plan is another one than the one with this digest: read it again.")
        changes.apply(change=change, actor=signed_in(request))
        return change

    return _gone_on(request, change, applied)


def _gone_on(request: HttpRequest, change: Change, work: Callable[[], Change]) -> HttpResponse:
    aws_account = change.aws_account
    answer = partial(_answer, request, aws_account.account_id)
    return done_once(request, Doing(aws_account, work, answer, done=202, refused=409))


def _fetch(request: HttpRequest, account_id: str, change_id: int) -> Change:
    """Each route answers with the plan. Raises Http404, and PermissionDenied for a token that may not read."""
    rows = selectors.changes_of(fetch_aws_account(request, account_id, SEE_IAM))
    found: Change = get_object_or_404(rows, pk=change_id)
    return found


def _check_match(request: HttpRequest, change: Change) -> None:
    wanted = request.headers.get("If-Match", "*")
    if wanted != "*" and f'"{version_of(change)}"' not in [each.strip() for each in wanted.split(",")]:
        raise Refused(412, "The change isn’t as you read it any more: If-Match takes its `version` in quotes.")


def _answer(request: HttpRequest, account_id: str, change_id: int, status: int) -> HttpResponse:
    """The change as it is now. Raises PermissionDenied for a token that may read no plans."""
    return json_answer(change_out(request, _fetch(request, account_id, change_id)), status)
