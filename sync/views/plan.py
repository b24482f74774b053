"""A change as its page shows it: the plan, and how far it got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from iamconsole.web.vocabulary import state_of
from iamconsole.web.words import counted
from sync.changes.moved import moved
from sync.checks import Finding
from sync.models import Change, Step
from sync.selectors import steps_of
from sync.views.conflict import Conflict, conflict_of
from sync.views.outcome import Outcome, outcome_of
from sync.views.steps import StepView, step_view

State = Change.State
UNAPPLIED = (State.PROPOSED, State.APPROVED, State.SCHEDULED)
FINDING_KINDS = {
    "error": "danger",
    "security_warning": "danger",
    "warning": "warn",
    "suggestion": "",
}


@dataclass(frozen=True)
class FindingView:
    title: str
    kind: str
    detail: str


class Plan:
    def __init__(self, change: Change) -> None:
        self.change = change
        self.steps: list[StepView] = [step_view(change, step) for step in steps_of(change)]

    @property
    def done(self) -> int:
        return sum(step.state in Step.FINISHED for step in self.steps)

    @property
    def stopped(self) -> StepView | None:
        """The step that failed, conflicted, or whose outcome nobody knows."""
        return next((step for step in self.steps if step.stopped), None)

    @property
    def running(self) -> StepView | None:
        return next((step for step in self.steps if step.state == Step.State.SENDING), None)

    @property
    def waits(self) -> StepView | None:
        """The step at which a change waits in the middle, until something has come to pass."""
        if self.change.state != State.SCHEDULED or not self.change.started_at:
            return None
        return next((step for step in self.steps if step.state not in Step.FINISHED), None)

    @property
    def next_position(self) -> int:
        """Of the step that a retry begins with."""
        return next((step.position for step in self.steps if step.state not in Step.FINISHED), len(self.steps))

    @property
    def state_word(self) -> str:
        if self.change.state == State.FAILED and self.stopped and len(self.steps) > 1:
            return f"Stopped at step {self.stopped.position} of {len(self.steps)}"
        if self.waits:
            return f"Waits at step {self.waits.position} of {len(self.steps)}"
        return state_of(self.change.state).word

    @property
    def size_words(self) -> str:
        """ "2 steps, reversible", "4 steps, 1 destructive"."""
        steps = counted(len(self.steps), "step")
        if self.destructive:
            return f"{steps}, {len(self.destructive)} destructive"
        undo = {step.undo for step in self.steps}
        return f"{steps}, reversible" if undo == {"Reversible"} else steps

    @property
    def size_kind(self) -> str:
        return "danger" if self.destructive else ""

    @cached_property
    def destructive(self) -> list[StepView]:
        return [step for step in self.steps if step.destructive]

    @property
    def progress_words(self) -> str:
        """ "3 done, 1 failed, 2 not sent"."""
        counts: dict[str, int] = {}
        for step in self.steps:
            word = "done" if step.state in Step.FINISHED else state_of(step.state).word.lower()
            counts[word] = counts.get(word, 0) + 1
        return ", ".join(f"{count} {word}" for word, count in counts.items())

    @property
    def took(self) -> timedelta | None:
        change = self.change
        if not change.started_at or not change.finished_at or change.finished_at < change.started_at:
            return None
        return change.finished_at - change.started_at

    @property
    def findings(self) -> list[FindingView]:
        found = [Finding.from_json(stored) for stored in self.change.findings]
        found = [finding for finding in found if finding.severity in FINDING_KINDS]  # the protected have a panel
        found.sort(key=lambda finding: list(FINDING_KINDS).index(finding.severity))
        told = [FindingView(finding.message, FINDING_KINDS[finding.severity], _where(finding)) for finding in found]
        return [*self._moved(), *told]

    def _moved(self) -> list[FindingView]:
        if self.change.state not in UNAPPLIED:
            return []
        title = "AWS has moved on since this plan was made. Applied as it is, it would stop and send nothing."
        return [
            FindingView(
                title, "warn", f"Step {step.position} expects {step.expected}; the last pull found {step.found}."
            )
            for step in moved(self.change)
        ]

    @cached_property
    def outcome(self) -> Outcome | None:
        return outcome_of(self)

    @cached_property
    def conflict(self) -> Conflict | None:
        return conflict_of(self)

    @property
    def what_shows(self) -> tuple[Any, ...]:
        """Everything that the live fragment depends on: equal means that nothing new can be seen."""
        change = self.change
        steps = [(step.state, step.tries, step.request_id) for step in self.steps]
        return (change.state, change.cancel_asked, change.lines.count(), steps)


def _where(finding: Finding) -> str:
    step = f"In step {finding.step}" if finding.step else ""
    line = f"line {finding.line}" if finding.line else ""
    return ", ".join(part for part in (step, line) if part)
