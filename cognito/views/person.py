"""One of a pool's people: a page, and a preview beside the list. Looking at her is logged."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import may, may_in_pool, signed_in
from accounts.models import AuditEntry, learn_texts
from accounts.roles import CARE, SEE_IAM
from cognito.kinds import PERSON
from cognito.models import CognitoUser
from cognito.people import logged, temporary_passwords
from cognito.people.called import second_of, status_mark, title_of, verified
from cognito.people.history import changes_of
from cognito.people.telling import care_of
from cognito.reach import ways_of
from cognito.selectors import E_MAIL, PHONE
from policies.acts import Act
from policies.details import acts_on, fetch_row
from sync.naming import Names

SHOWN = 20  # entries of who looked at her


@require_GET
def cognito_user(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    person = _fetch(request, account_id, aws_id)
    context = _about(request, person) | {
        "changes": changes_of(person),
        "names": Names(
            signed_in(request), person.aws_account, {person.aws_id: "" if person.erased_at else title_of(person)}
        ),
        "looks": _looks(person),
        "care": care_of(person.pool),
        "lease_key": f"{person.kind}:{person.pool.arn}/{person.aws_id}",
        "sees_iam": may(signed_in(request), SEE_IAM, person.aws_account),
    }
    logged.read(request, person)
    return render(request, "cognito/person.html", context)


@require_GET
def cognito_user_preview(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    person = _fetch(request, account_id, aws_id)
    logged.read(request, person)
    return render(request, "cognito/preview.html", _about(request, person))


def _fetch(request: HttpRequest, account_id: str, aws_id: str) -> CognitoUser:
    person: CognitoUser = fetch_row(request, PERSON, account_id, aws_id)
    return person


def _about(request: HttpRequest, person: CognitoUser) -> dict[str, Any]:
    held = person.memberships.filter(gone_at__isnull=True, group__gone_at__isnull=True).select_related("group")
    groups = [membership.group for membership in held.order_by("group__name_key")]
    return {
        "row": person,
        "kind": PERSON,
        "title": title_of(person),
        "second": second_of(person),
        "status": status_mark(person),
        "status_told": temporary_passwords.told(person),
        "addresses": [(label, person.attributes[name], verified(person, name)) for name, label in _ADDRESSES
                      if person.attributes.get(name)],
        "attributes": sorted(
            (name, said) for name, said in person.attributes.items()
            if name not in (E_MAIL, PHONE) and not name.endswith("_verified")
        ),
        "groups": groups,
        "ways": [] if person.gone_at else ways_of(person, groups),
        "offers": _offers(request, person),
    }  # fmt: skip


_ADDRESSES = ((E_MAIL, "E-mail"), (PHONE, "Phone"))


def _offers(request: HttpRequest, person: CognitoUser) -> list[tuple[Act, str]]:
    """The acts, each with the message that she will get of it."""
    if not may_in_pool(signed_in(request), CARE, person.aws_account, person.pool.aws_id):
        return []
    return [(act, act.told(person) if act.told else "") for act in acts_on(request, PERSON, person)]


def _looks(person: CognitoUser) -> Any:
    """Who looked at her, the newest first."""
    looks = AuditEntry.objects.filter(object_kind=person.kind, object_id=person.aws_id).select_related("actor")[:SHOWN]
    learn_texts(looks)
    return looks
