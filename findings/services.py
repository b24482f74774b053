"""What operators decide about findings: to mute one for some time, and to end that. And who is told of findings.

services.register_opened_listener(notify)  # in AppConfig.ready(): notify(opened: OpenedFindings)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from findings.models import Finding
from findings.mute_limits import longest_mute
from findings.states import DECISION, STATE, RuleSettings, forget_decision, settle
from findings.tallies import recount_all
from iamconsole.web.words import counted, day

audit.register(
    {
        "finding.muted": "muted {object} until {until}: {reason}",
        "finding.unmuted": "ended the mute of {object}",
        "finding.mute_ended": "saw the mute of {object} end, as it was set",
        "finding.accepted": "accepted {object}: {reason}",
        "finding.accepted_no_more": "accepts {object} no more",
    }
)

LONGEST_REASON = 1000  # characters
_ENDED_AT_ONCE = 500
_DO = {"muted": "mute", "accepted": "accept"}


Listener = Callable[[Sequence[Finding]], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """It is told, in the transaction, of findings that count no more, or again: by a mute, its end, or their rule."""
    _listeners.append(listener)


def tell_counted(rows: Sequence[Finding]) -> None:
    for listener in _listeners if rows else ():
        listener(rows)


# ---- Of what is new ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OpenedFindings:
    """Findings that somebody has to act on from now: new ones, those that were mended and are there again, and those
    that are graver than what was accepted or muted; none that is muted. They are of one AWS account, as they are
    written, with primary keys.

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
    """`field`: the part of what was typed that it is about, or "". The text is for the operator."""

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
            _check_reason(row, reason)
            _check_end(row, until)
            _decide(row, reason, until, actor)
            data = {"until": day(until), "rule": row.rule}
            _record("finding.muted", row, reason, actor, data, request)
        _write(rows)


def accept_all(
    *, findings: Sequence[Finding], reason: str, actor: Operator, request: HttpRequest | None = None
) -> None:
    """It stays as it is, without an end: for owners of the AWS account. It is open again when it gets worse, or when it
    was mended and is there again. Raises MuteRefused, and accepts none."""
    reason = reason.strip()
    with transaction.atomic():
        rows = list(Finding.objects.locked({each.pk for each in findings}))
        for row in rows:
            _check_reason(row, reason, "accepted")
            _decide(row, reason, None, actor)
            _record("finding.accepted", row, reason, actor, {"rule": row.rule}, request)
        _write(rows)


def _decide(row: Finding, reason: str, until: datetime | None, actor: Operator) -> None:
    """`until`: None to accept it."""
    row.mute_reason, row.muted_until, row.muted_at, row.muted_by = reason, until, timezone.now(), actor
    row.is_accepted = until is None


def _record(
    verb: str, row: Finding, reason: str, actor: Operator, data: Mapping[str, Any], request: HttpRequest | None
) -> None:
    texts = audit.apart(row.aws_account, ("finding", row.pk), {"reason": reason})
    obj = named_in_audit(row)
    audit.record(verb, actor=actor, aws_account=row.aws_account, obj=obj, data=dict(data), texts=texts, request=request)


def _write(rows: Sequence[Finding]) -> None:
    """What was decided of them, and what comes of that; in the caller's transaction."""
    now = timezone.now()
    settings = {pk: RuleSettings.of(row.aws_account) for pk, row in {row.aws_account_id: row for row in rows}.items()}
    for row in rows:
        if row.state != Finding.State.MENDED:
            settle(row, settings[row.aws_account_id], now)
    Finding.objects.bulk_update(rows, {*DECISION, *STATE}, batch_size=_ENDED_AT_ONCE)
    recount_all(rows)
    tell_counted(rows)


def _check_reason(finding: Finding, reason: str, done: str = "muted") -> None:
    if finding.state == Finding.State.MENDED:
        raise MuteRefused(f"It was mended meanwhile: there is nothing to {_DO[done]}.")
    if not reason:
        raise MuteRefused(f"Say why it is {done}: who reads this next has to know.", "reason")
    if len(reason) > LONGEST_REASON:
        raise MuteRefused(f"The reason has {len(reason)} characters, and {LONGEST_REASON} fit.", "reason")


def _check_end(finding: Finding, until: datetime) -> None:
    now, longest = timezone.now(), longest_mute(finding.severity)
    if until <= now:
        raise MuteRefused("A mute ends in the future: choose a later day.", "until")
    if until > now + longest:
        limit = counted(longest.days, "day")
        what = f"a finding that is {finding.get_severity_display().lower()}"
        raise MuteRefused(f"Choose an earlier day: {what} is muted for {limit} at most.", "until")


def unmute(*, finding: Finding, actor: Operator, request: HttpRequest | None = None) -> bool:
    """Returns whether it was muted."""
    return _reopen(finding, "finding.unmuted", lambda row: row.muted_until is not None, actor, request)


def accept_no_more(*, finding: Finding, actor: Operator, request: HttpRequest | None = None) -> bool:
    """Returns whether it was accepted."""
    return _reopen(finding, "finding.accepted_no_more", lambda row: row.is_accepted, actor, request)


def _reopen(
    finding: Finding, verb: str, was: Callable[[Finding], bool], actor: Operator, request: HttpRequest | None
) -> bool:
    with transaction.atomic():
        row = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        if not was(row):
            return False
        forget_decision(row)
        audit.record(verb, actor=actor, aws_account=row.aws_account, obj=named_in_audit(row), request=request)
        _write([row])
    return True


def end_mutes() -> int:
    """Once a minute: those whose end has come are open again. Returns how many."""
    due = Finding.objects.filter(state=Finding.State.MUTED, muted_until__lte=timezone.now()).order_by("muted_until")
    with transaction.atomic():
        rows = list(due.select_for_update(of=("self",), skip_locked=True)[:_ENDED_AT_ONCE])
        for row in rows:
            forget_decision(row)
        audit.record_all(
            audit.entry("finding.mute_ended", actor=None, aws_account=row.aws_account, obj=named_in_audit(row))
            for row in rows
        )
        _write(rows)
    return len(rows)


def named_in_audit(finding: Finding) -> tuple[str, object, str]:
    return ("finding", finding.pk, str(finding))
