"""Whether somebody who leaves is cut off, by the mirror: what they could still sign in or call AWS with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contain.denial import DENY_ALL
from directory import selectors
from directory.models import DirectoryUser
from guides.runs.steps import StepFound, done, to_do, unknown
from iamconsole.web.words import counted, some
from identities.models import (
    AccessKey,
    Attachment,
    Credential,
    IamUser,
    InlinePolicy,
    LoginProfile,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from identities.operations.containing import PREFIX
from sync.selectors import coverages_of

# What each is called; of those that can be switched off, the active ones count.
_CREDENTIALS: tuple[tuple[type[Credential], str], ...] = (
    (AccessKey, "active access key"),
    (LoginProfile, "console password"),
    (SigningCertificate, "active signing certificate"),
    (SshKey, "active SSH key"),
    (ServiceCredential, "active service credential"),
)
_OF_SESSIONS = ("-session", "-sessions")  # what the console's policies end in that deny some sessions only


def look(row: IamUser | DirectoryUser) -> StepFound:
    return _user(row) if isinstance(row, IamUser) else _person(row)


def _user(user: IamUser) -> StepFound:
    if user.key_count is None or user.has_password is None:
        return unknown("Their access keys and password aren’t read yet: pull, then look again.")
    if left := list(_left(user)):
        return to_do(f"They still have {some(left)}.")
    if not is_denied(user):
        return to_do("Their credentials are off. Sessions that began before go on for up to 36 hours: deny everything.")
    return done("Their credentials are off, and everything is denied to them: sessions, too.")


def _left(user: IamUser) -> Iterator[str]:
    for model, word in _CREDENTIALS:
        rows: Any = model
        if count := rows.objects.live().filter(user=user, status=Credential.Status.ACTIVE).count():
            yield counted(count, word)


def is_denied(user: IamUser) -> bool:
    """Everything: by the console's own policy, or by AWS's."""
    names = InlinePolicy.objects.live().filter(user=user, name__startswith=PREFIX).values_list("name", flat=True)
    if any(not name.endswith(_OF_SESSIONS) for name in names):
        return True
    return Attachment.objects.live().filter(user=user, arn__endswith=f":aws:policy/{DENY_ALL}").exists()


def _person(person: DirectoryUser) -> StepFound:
    if why := selectors.why_unknown(coverages_of(person.aws_account, selectors.ALL_SOURCES)):
        return unknown(f"What they have isn’t read. {why}")
    groups = selectors.groups_of(person)
    entries = selectors.entries_of(person.aws_account, person.aws_id, groups)
    if not entries and not groups:
        return done("They are in no group and have no assignment. Sessions that ran already end within twelve hours.")
    ways = [f"{counted(len(entries), 'way')} into AWS accounts"] if entries else []
    words = [*ways, *([counted(len(groups), "group")] if groups else [])]
    elsewhere = [group.name for group in groups if group.issuer]
    there = f" What comes from {person.issuer} is taken away there: {some(elsewhere)}." if elsewhere else ""
    return to_do(f"They still have {some(words)}.{there}")
