"""Whether somebody who leaves is cut off, by the mirror: what they could still sign in or call AWS with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from contain.denial import DENY_ALL
from contain.roles import longest_session_s
from directory import selectors
from directory.models import DirectoryUser
from guides.models import TaskRun
from guides.runs.steps import StepFound, done, to_do, unknown
from iamconsole.web.words import counted, some
from identities.models import (
    AccessKey,
    Attachment,
    Credential,
    IamRole,
    IamUser,
    InlinePolicy,
    LoginProfile,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from identities.operations.containing import ISSUED, PREFIX, moment_of
from sync.models import Step
from sync.selectors import coverages_of

# What each is called; of those that can be switched off, the active ones count.
_CREDENTIALS: tuple[tuple[type[Credential], str], ...] = (
    (AccessKey, "active access key"),
    (LoginProfile, "console password"),
    (SigningCertificate, "active signing certificate"),
    (SshKey, "active SSH key"),
    (ServiceCredential, "active service credential"),
)
_DENIALS = ("iam.user.contain", "iam.user.attach")
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


# ---- Sessions of roles -----------------------------------------------------------------------------------------------
def roles_living_on(run: TaskRun) -> list[IamRole]:
    """Those whose sessions the task cut by a moment that was past when the user was denied everything: what began in
    between lives on. None once these have ended, too."""
    steps = Step.objects.filter(change__staged_by_task__run=run, state__in=Step.FINISHED)
    denials = [each.finished_at for each in steps.filter(kind__in=_DENIALS) if not each.params.get("key")]
    denied_at = min(filter(None, denials), default=None)
    cut = {each.params["arn"] for each in steps.filter(kind="iam.role.contain") if each.params["key"] == ISSUED}
    if denied_at is None or not cut:
        return []
    roles = IamRole.objects.live().filter(aws_account=run.aws_account, arn__in=cut).select_related("aws_account")
    return [role for role in roles.order_by("name_key") if _lives_on(role, denied_at)]


def _lives_on(role: IamRole, denied_at: datetime) -> bool:
    """Not where the policy is gone: it goes when what it denied has ended."""
    names = InlinePolicy.objects.live().filter(role=role, name__startswith=PREFIX).values_list("name", flat=True)
    until = max(filter(None, map(moment_of, names)), default=None)
    last_end = denied_at + timedelta(seconds=longest_session_s(role))
    return until is not None and until < denied_at and timezone.now() < last_end


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
