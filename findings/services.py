"""What operators decide about findings: to mute one for some time, and to end that. And who is told of findings.

services.register_opened_listener(notify)  # in AppConfig.ready(): notify(opened: OpenedFindings)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from findings.models import Finding
from findings.mute_limits import longest_mute
from iamconsole.web.words import counted, day

audit.register(
    {
        "finding.muted": "muted {object} until {until}: {reason}",
        "finding.unmuted": "ended the mute of {object}",
        "finding.mute_ended": "saw the mute of {object} end, as it was set",
    }
)

LONGEST_REASON = 1000  # characters
_ENDED_AT_ONCE = 500


Listener = Callable[[Sequence[Finding]], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """It is told, in the transaction, of findings that were muted or whose mute has ended."""
    _listeners.append(listener)


def _tell(rows: Sequence[Finding]) -> None:
    for listener in _listeners if rows else ():
        listener(rows)


# ---- Of what is new ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OpenedFindings:
    """Findings that somebody has to act on from now: new ones, and those that were mended and are there again; none
    that is muted. They are of one AWS account, as they are written, with primary keys.

    `is_first_look`: their source had never looked at the whole AWS account before. All that is wrong there is new then,
    which is no news about each of it.
    """

    aws_account: AwsAccount
    findings: Sequence[Finding]
    is_first_look: bool


OpenedListener = Callable[[OpenedFindings], None]
_opened_listeners: list[OpenedListener] = []


def register_opened_listener(listener: OpenedListener) -> None:
    """It is told, in the transaction that writes them, once for all that one look has opened.

    What it raises undoes what the look has written.
    """
    _opened_listeners.append(listener)


def tell_opened(opened: OpenedFindings) -> None:
    for listener in _opened_listeners if opened.findings else ():
        listener(opened)


# ---- Mutes ---------------------------------------------------------------------------------------------------
class MuteRefused(Exception):
    """`field`: of what was typed it is about "reason" or "until"; "" for neither. The text is for the operator."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def mute(
    *, finding: Finding, reason: str, until: datetime, actor: Operator, request: HttpRequest | None = None
) -> None:
    """Until then it counts as decided. One that is muted gets another reason and end. Raises MuteRefused."""
    mute_all(findings=[finding], reason=reason, until=until, actor=actor, request=request)


def mute_all(
    *,
    findings: Sequence[Finding],
    reason: str,
    until: datetime,
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """The same of several: all of them or, where MuteRefused is raised, none."""
    reason = reason.strip()
    with transaction.atomic():
        rows = list(Finding.objects.locked({each.pk for each in findings}))
        for row in rows:
            _check(row, reason, until)
            _mute(row, reason, until, actor, request)
        _tell(rows)


def _mute(row: Finding, reason: str, until: datetime, actor: Operator, request: HttpRequest | None) -> None:
    now = timezone.now()
    if row.state != Finding.State.MUTED:
        row.state_since = now
    row.state = Finding.State.MUTED
    row.mute_reason, row.muted_until, row.muted_at, row.muted_by = reason, until, now, actor
    row.save(update_fields=["state", "state_since", "mute_reason", "muted_until", "muted_at", "muted_by"])
    audit.record(
        "finding.muted",
        actor=actor,
        aws_account=row.aws_account,
        obj=_named(row),
        data={"until": day(until), "rule": row.rule},
        texts=audit.apart(row.aws_account, ("finding", row.pk), {"reason": reason}),
        request=request,
    )


def _check(finding: Finding, reason: str, until: datetime) -> None:
    if finding.state == Finding.State.MENDED:
        raise MuteRefused("It was mended meanwhile: there is nothing to mute.")
    if not reason:
        raise MuteRefused("Say why it is muted: who reads this next has to know.", "reason")
    if len(reason) > LONGEST_REASON:
        raise MuteRefused(f"The reason has {len(reason)} characters, and {LONGEST_REASON} fit.", "reason")
    now, longest = timezone.now(), longest_mute(finding.severity)
    if until <= now:
        raise MuteRefused("A mute ends in the future: choose a later day.", "until")
    if until > now + longest:
        limit = counted(longest.days, "day")
        what = f"a finding that is {finding.get_severity_display().lower()}"
        raise MuteRefused(f"Choose an earlier day: {what} is muted for {limit} at most.", "until")


def unmute(*, finding: Finding, actor: Operator, request: HttpRequest | None = None) -> bool:
    """Returns whether it was muted."""
    with transaction.atomic():
        row = Finding.objects.select_for_update().get(pk=finding.pk)
        if row.muted_until is None:
            return False
        _open(row)
        audit.record("finding.unmuted", actor=actor, aws_account=row.aws_account, obj=_named(row), request=request)
        _tell([row])
    return True


def end_mutes() -> int:
    """Once a minute: those whose end has come are open again. Returns how many."""
    due = Finding.objects.filter(state=Finding.State.MUTED, muted_until__lte=timezone.now()).order_by("muted_until")
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True)[:_ENDED_AT_ONCE])
        for row in rows:
            _open(row)
        audit.record_all(
            audit.entry("finding.mute_ended", actor=None, aws_account=row.aws_account, obj=_named(row)) for row in rows
        )
        _tell(rows)
    return len(rows)


def _open(row: Finding) -> None:
    if row.state == Finding.State.MUTED:
        row.state, row.state_since = Finding.State.OPEN, timezone.now()
    row.mute_reason, row.muted_until, row.muted_at, row.muted_by = "", None, None, None
    row.save(update_fields=["state", "state_since", "mute_reason", "muted_until", "muted_at", "muted_by"])


def _named(finding: Finding) -> tuple[str, object, str]:
    return ("finding", finding.pk, str(finding))
