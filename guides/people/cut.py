"""Whether somebody who leaves is cut off, by the mirror: what they could still sign in or call AWS with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from contain.denial import DENY_ALL
from contain.roles import longest_session_s
from directory import selectors
from directory.models import DirectoryUser
from guides.models import TaskRun
from guides.runs.steps import StepFound, done, to_do, unknown
from iamconsole.web.once import once_a_page
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
_OF_ROLE = "iam.role.contain"
_FINISHED = Step.objects.filter(state__in=Step.FINISHED, kind__in=(*_DENIALS, _OF_ROLE))
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
    counts = active_credentials(user)
    yield from (counted(counts[word], word) for _, word in _CREDENTIALS if counts[word])


@once_a_page
def active_credentials(user: IamUser) -> Mapping[str, int]:
    """How many, by what they are called."""
    return _active_credentials([user])[user.pk]


def _active_credentials(users: Collection[IamUser]) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {user.pk: Counter() for user in users}
    for model, word in _CREDENTIALS:
        rows: Any = model
        active = rows.objects.live().filter(user__in=users, status=Credential.Status.ACTIVE).order_by()
        for user in active.values_list("user_id", flat=True):
            found[user][word] += 1
    return found


@once_a_page
def is_denied(user: IamUser) -> bool:
    """Everything: by the console's own policy, or by AWS's."""
    return user.pk in _denied([user])


def _denied(users: Collection[IamUser]) -> set[int]:
    names = InlinePolicy.objects.live().filter(user__in=users, name__startswith=PREFIX).values_list("user_id", "name")
    by_own = {user for user, name in names if user is not None and not name.endswith(_OF_SESSIONS)}
    attached = Attachment.objects.live().filter(user__in=users, arn__endswith=f":aws:policy/{DENY_ALL}")
    return by_own | {user for user in attached.values_list("user_id", flat=True) if user is not None}


def remember(runs: Sequence[TaskRun], users: Collection[IamUser]) -> None:
    """While a page is made: what `look` asks of each of these users, and what each run carried out."""
    left, denied = _active_credentials(users), _denied(users)
    for user in users:
        active_credentials.remember(left[user.pk], user)
        is_denied.remember(user.pk in denied, user)
    steps: dict[int, list[Step]] = {run.pk: [] for run in runs}
    for step in _FINISHED.filter(change__staged_by_task__run__in=runs).annotate(run=F("change__staged_by_task__run")):
        steps[step.run].append(step)
    for run in runs:
        _carried_out.remember(steps[run.pk], run)


# ---- Sessions of roles -----------------------------------------------------------------------------------------------
def roles_living_on(run: TaskRun) -> list[IamRole]:
    """Those whose sessions the task cut by a moment that was past when the user was denied everything: what began in
    between lives on. None once these have ended, too."""
    steps = _carried_out(run)
    denials = [each.finished_at for each in steps if each.kind in _DENIALS and not each.params.get("key")]
    denied_at = min(filter(None, denials), default=None)
    cut = {each.params["arn"] for each in steps if each.kind == _OF_ROLE and each.params["key"] == ISSUED}
    if denied_at is None or not cut:
        return []
    roles = IamRole.objects.live().filter(aws_account=run.aws_account, arn__in=cut).select_related("aws_account")
    return [role for role in roles.order_by("name_key") if _lives_on(role, denied_at)]


@once_a_page
def _carried_out(run: TaskRun) -> Sequence[Step]:
    """Denials, and what cut sessions of roles."""
    return list(_FINISHED.filter(change__staged_by_task__run=run))


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
