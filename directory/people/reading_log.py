"""Who looked at whom: reading people is logged, as changing is. Entries name people by their id alone."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from accounts import audit
from accounts.access import signed_in
from accounts.models import AwsAccount
from directory.models import DirectoryUser

audit.register(
    {
        "directory.people_listed": "looked through the people of Identity Center",
        "directory.people_exported": "exported people of Identity Center as a file",
        "directory.person_read": "looked at the person {object} of Identity Center",
    }
)
_DIRECTORY = "sso.directory"


def listed(request: HttpRequest, held_by: AwsAccount, asked: Sequence[str]) -> None:
    """The same filters within a while are one look. `asked`: the names of filters, not what was typed."""
    about, by = (_DIRECTORY, held_by.account_id), sorted(asked)
    recent = audit.looks_lately("directory.people_listed", signed_in(request), about)
    if by not in [data.get("by") for data in recent.values_list("data", flat=True)]:
        _record("directory.people_listed", request, held_by, {"by": by})


def exported(request: HttpRequest, held_by: AwsAccount, asked: Sequence[str], number: int, what: str) -> None:
    """`what`: the list that the file has, "people" or "assignments"."""
    _record("directory.people_exported", request, held_by, {"by": sorted(asked), "rows": number, "what": what})


def read(request: HttpRequest, person: DirectoryUser) -> None:
    audit.record(
        "directory.person_read",
        actor=signed_in(request),
        aws_account=person.aws_account,
        obj=(person.kind, person.aws_id, person.aws_id),
        data={},
        request=request,
    )


def looked_at(request: HttpRequest, person: DirectoryUser) -> None:
    """By a form, or a page of something else that says who it is: once a while."""
    if not audit.looks_lately("directory.person_read", signed_in(request), (person.kind, person.aws_id)).exists():
        read(request, person)


def _record(verb: str, request: HttpRequest, held_by: AwsAccount, data: dict[str, object]) -> None:
    about = (_DIRECTORY, held_by.account_id, held_by.name)
    audit.record(verb, actor=signed_in(request), aws_account=held_by, obj=about, data=data, request=request)
