"""Who looked at whom: reading people is logged, as changing is. Entries name people by their `sub` alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.access import signed_in
from accounts.models import AuditEntry
from cognito.models import CognitoUser, UserPool

audit.register(
    {
        "people.listed": "looked through the people of {object}",
        "people.exported": "took people of {object} away as a file",
        "people.asked": "asked AWS for a person of {object}",
        "person.read": "looked at the person {object}",
    }
)
# Searching as one types would write an entry with every letter: the same filters within this time are one look.
ONE_LOOK = timedelta(minutes=10)


def listed(request: HttpRequest, pool: UserPool, asked: Sequence[str]) -> None:
    """`asked`: by what they were looked for; the names of the filters, not what was typed, which is personal."""
    operator = signed_in(request)
    recent = AuditEntry.objects.filter(
        object_kind=pool.kind, object_id=pool.aws_id, verb="people.listed", actor=operator,
        at__gte=timezone.now() - ONE_LOOK,
    )  # fmt: skip
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


def _record(verb: str, request: HttpRequest, pool: UserPool, data: dict[str, object]) -> None:
    about = (pool.kind, pool.aws_id, pool.name)
    audit.record(verb, actor=signed_in(request), aws_account=pool.aws_account, obj=about, data=data, request=request)
