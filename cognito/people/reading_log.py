"""Who looked at whom: reading people is logged, as changing is. Entries name people by their `sub` alone."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from accounts import audit
from accounts.access import signed_in
from cognito.models import CognitoUser, UserPool

audit.register(
    {
        "people.listed": "looked through the people of {object}",
        "people.exported": "exported people of {object} as a file",
        "people.asked": "asked AWS for a person of {object}",
        "person.read": "looked at the person {object}",
        "person.exported": "exported all data about the person {object}",
    }
)


def listed(request: HttpRequest, pool: UserPool, asked: Sequence[str]) -> None:
    """The same filters within a while are one look.

    `asked`: by what they were looked for; the names of the filters, not what was typed, which is personal.
    """
    recent = audit.looks_lately("people.listed", signed_in(request), (pool.kind, pool.aws_id))
    by = sorted(asked)
    if by not in [data.get("by") for data in recent.values_list("data", flat=True)]:
        _record("people.listed", request, pool, {"by": by})


def exported(request: HttpRequest, pool: UserPool, asked: Sequence[str], number: int) -> None:
    _record("people.exported", request, pool, {"by": sorted(asked), "people": number})


def asked_aws(request: HttpRequest, pool: UserPool, found: CognitoUser | None) -> None:
    _record("people.asked", request, pool, {"found": found.aws_id if found else ""})


def read(request: HttpRequest, person: CognitoUser) -> None:
    audit.record(
        "person.read",
        actor=signed_in(request),
        aws_account=person.aws_account,
        obj=(person.kind, person.aws_id, person.aws_id),
        data={"pool": person.pool.aws_id},
        request=request,
    )


def exported_person(request: HttpRequest, person: CognitoUser, form: str) -> None:
    """`form`: "page", "json" or "csv"."""
    audit.record(
        "person.exported",
        actor=signed_in(request),
        aws_account=person.aws_account,
        obj=(person.kind, person.aws_id, person.aws_id),
        data={"pool": person.pool.aws_id, "form": form},
        request=request,
    )


def looked_at(request: HttpRequest, person: CognitoUser) -> None:
    """By a form, which is opened from her page most of the time: that was the look."""
    if not audit.looks_lately("person.read", signed_in(request), (person.kind, person.aws_id)).exists():
        read(request, person)


def _record(verb: str, request: HttpRequest, pool: UserPool, data: dict[str, object]) -> None:
    about = (pool.kind, pool.aws_id, pool.name)
    audit.record(verb, actor=signed_in(request), aws_account=pool.aws_account, obj=about, data=data, request=request)
