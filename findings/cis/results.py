"""What the controls came to, as the page and the files say it; and what somebody confirmed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from findings.cis.controls import Control, control_of, controls_of
from findings.models import ControlConfirmation, ControlResult
from findings.services import LONGEST_REASON, MuteRefused
from iamconsole.web.words import counted

audit.register({"cis.confirmed": "confirmed the control {object} by hand: {words}. {note}"})

HOLDS_FOR = timedelta(days=90)
PASSES, FAILS, NOT_HELD, BY_HAND = "pass", "fail", "not_held", "by_hand"
# Its word, its icon and its ink.
_MARKS = {
    PASSES: ("Passes", "check", "ink-ok"),
    FAILS: ("Fails", "x", "ink-danger"),
    NOT_HELD: ("Not held", "circle-question-mark", "ink-warn"),
    BY_HAND: ("By hand", "hand", "muted"),
}


@dataclass(frozen=True)
class ControlLine:
    control: Control
    number: str
    result: str  # PASSES …
    evidence: str
    as_of: datetime | None = None
    confirmation: ControlConfirmation | None = None

    @property
    def mark(self) -> tuple[str, str, str]:
        return _MARKS[self.result]

    @property
    def rule(self) -> str:
        """Of what fails; "" where that is no one rule's."""
        return self.control.rules[0] if len(self.control.rules) == 1 else ""


def lines_of(aws_account: AwsAccount, version: str) -> list[ControlLine]:
    results = {each.control: each for each in ControlResult.objects.filter(aws_account=aws_account)}
    rows = ControlConfirmation.objects.filter(aws_account=aws_account).select_related("by")
    confirmed = {each.control: each for each in rows}
    return [_line(each, version, results.get(each.id), confirmed.get(each.id)) for each in controls_of(version)]


def _line(
    control: Control, version: str, result: ControlResult | None, confirmation: ControlConfirmation | None
) -> ControlLine:
    number = control.number(version)
    if control.by_hand or control.why_not_held:
        if confirmation is not None and confirmation.until > timezone.now():
            said = "Seen by hand." if confirmation.passes else "Seen by hand: it isn’t so."
            done = PASSES if confirmation.passes else FAILS
            return ControlLine(control, number, done, said, confirmation.at, confirmation)
        ended = " What was confirmed has ended: look again." if confirmation is not None else ""
        kind = BY_HAND if control.by_hand else NOT_HELD
        return ControlLine(control, number, kind, f"{control.by_hand or control.why_not_held}{ended}")
    if result is None:
        return ControlLine(control, number, NOT_HELD, "Not looked at yet.")
    return ControlLine(control, number, result.result, result.evidence, result.as_of)


def summary(lines: Sequence[ControlLine]) -> str:
    """ "9 of 21 controls pass: 8 fail, 1 isn’t held, 3 are by hand."."""
    counts = {kind: sum(each.result == kind for each in lines) for kind in _MARKS}
    rest = [
        f"{counts[FAILS]} fail" if counts[FAILS] else "",
        f"{counts[NOT_HELD]} not held" if counts[NOT_HELD] else "",
        f"{counts[BY_HAND]} by hand" if counts[BY_HAND] else "",
    ]
    said = ", ".join(each for each in rest if each)
    return f"{counts[PASSES]} of {counted(len(lines), 'control')} pass{': ' if said else ''}{said}."


def confirm(
    *,
    aws_account: AwsAccount,
    control: str,
    passes: bool,
    note: str,
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """For 90 days. Raises MuteRefused with a sentence."""
    found, note = control_of(control), note.strip()
    if found is None or not (found.by_hand or found.why_not_held):
        raise MuteRefused("The console finds this out by itself: there is nothing to confirm.")
    if not note:
        raise MuteRefused("Say what you looked at: who reads this next has to know.", "note")
    if len(note) > LONGEST_REASON:
        raise MuteRefused(f"The note has {len(note)} characters, and {LONGEST_REASON} fit.", "note")
    now = timezone.now()
    with transaction.atomic():
        said = {"passes": passes, "note": note, "by": actor, "at": now, "until": now + HOLDS_FOR}
        ControlConfirmation.objects.update_or_create(aws_account=aws_account, control=control, defaults=said)
        audit.record(
            "cis.confirmed",
            actor=actor,
            aws_account=aws_account,
            obj=("cis_control", control, found.title),
            data={"words": "it passes" if passes else "it fails"},
            texts=audit.apart(aws_account, ("cis_control", control), {"note": note}),
            request=request,
        )
