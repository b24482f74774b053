"""What somebody has in AWS, as plain values for a report: no names of people of Identity Center, and no tags, which may
be personal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from contain.pieces import SubjectFact
from contain.subjects.base import Subject
from directory import selectors
from directory.models import DirectoryUser
from guides.people.memberships import groups_of_user
from guides.people.whom import USER
from identities.models import (
    AccessKey,
    Credential,
    IamUser,
    LoginProfile,
    MfaDevice,
    ReportedUser,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from identities.selectors import attachments_of, inline_policies_of

Part = dict[str, Any]  # {"title", "rows": [[name, words], …]}; the words of inline policies are their documents
INLINE = "Inline policies"
_CREDENTIALS: tuple[tuple[type[Credential], str], ...] = (
    (AccessKey, "Access key"),
    (LoginProfile, "Console password"),
    (MfaDevice, "MFA device"),
    (SigningCertificate, "Signing certificate"),
    (SshKey, "SSH key"),
    (ServiceCredential, "Service credential"),
)


def had(subject: Subject) -> dict[str, Any]:
    """`subject`: as containing sees them. What the mirror hasn’t read is said to be so."""
    row = subject.row
    parts = _parts_of_user(row) if isinstance(row, IamUser) else _parts_of_person(row)
    return {
        "who": subject.stored_name or subject.object_id,
        "kind": subject.slug,
        "id": subject.object_id,
        "arn": row.arn if subject.slug == USER else "",
        "aws_account": subject.aws_account.account_id,
        "facts": _facts(subject),
        "parts": [part for part in parts if part["rows"]],
    }


def _facts(subject: Subject) -> list[list[str]]:
    """Of the access in short; of a person not who they are."""
    kept = ("Access", "Made", "MFA", "Ways in", "Reaches", "Permission sets")
    return [[fact.name, _fact(fact)] for fact in subject.facts() if fact.name in kept]


def _fact(fact: SubjectFact) -> str:
    return f"{fact.level}: {fact.value}" if fact.level in ("read", "write", "permissions") else fact.value


def _part(title: str, rows: Sequence[tuple[str, str]]) -> Part:
    return {"title": title, "rows": [list(row) for row in rows]}


def _on(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


# ---- An IAM user -----------------------------------------------------------------------------------------------------
def _parts_of_user(user: IamUser) -> Iterator[Part]:
    yield _part("Groups", [(group.name, group.arn) for group in groups_of_user(user)])
    attached = [(row.name, row.arn) for row in attachments_of(user)]
    yield _part("Policies attached to them", attached)
    yield _part(INLINE, [(row.name, row.document.text) for row in inline_policies_of(user)])
    if user.boundary_arn:
        yield _part("Permissions boundary", [(user.boundary_name, user.boundary_arn)])
    yield _part("Credentials", list(_credentials(user)))
    reported = ReportedUser.objects.filter(user=user).first()
    if reported is not None:
        yield _part("Last use, by AWS’s credential report", list(_uses(reported)))
    if user.key_count is None or user.has_password is None:
        yield _part("Not read", [("Credentials", "The mirror hadn’t read their access keys or password.")])


def _credentials(user: IamUser) -> Iterator[tuple[str, str]]:
    for model, title in _CREDENTIALS:
        rows: Any = model
        for row in rows.objects.live().filter(user=user).order_by("pk"):
            said = [row.status.lower(), f"since {_on(row.created_at)}" if row.created_at else ""]
            if isinstance(row, AccessKey) and row.last_used_at:
                said.append(f"last used {_on(row.last_used_at)}, {row.last_used_service}")
            if isinstance(row, ServiceCredential):
                said.append(row.service)
            name = title if isinstance(row, LoginProfile) else f"{title} {row.name}"
            yield name, ", ".join(filter(None, said))


def _uses(reported: ReportedUser) -> Iterator[tuple[str, str]]:
    if reported.password_last_used_at:
        yield "Console password", _on(reported.password_last_used_at)
    for key in reported.keys:
        if key.get("used_at"):
            yield f"Access key {key['number']}", f"{key['used_at']}, {key.get('service') or ''}".rstrip(", ")


# ---- A person of Identity Center ---------------------------------------------------------------------------------
def _parts_of_person(person: DirectoryUser) -> Iterator[Part]:
    groups = selectors.groups_of(person)
    yield _part("Groups", [(group.name, group.aws_id) for group in groups])
    entries = selectors.entries_of(person.aws_account, person.aws_id, groups)
    rows = [(f"{entry.account_name or 'AWS account'} ({entry.assignment.target_id})", _way(entry)) for entry in entries]
    yield _part("Ways into AWS accounts", rows)


def _way(entry: selectors.Entry) -> str:
    through = f", through the group {entry.through.name}" if entry.through else ", assigned to them"
    return f"{entry.assignment.name}{through}"
