"""A change as its page shows it: the plan, and how far it got."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects

from iamconsole.web.vocabulary import state_of
from iamconsole.web.words import counted, number
from sync.changes.endings import created_by_steps, created_rows
from sync.changes.stale_plan import movement
from sync.changes.steps import title_of_steps
from sync.checks import PlanFinding
from sync.mirror import mirror_of
from sync.models import Change, Step
from sync.naming import ID, Names
from sync.operations import BadParams, Undo, registry
from sync.views.conflict import ConflictView, conflict_of
from sync.views.outcome import ChangeOutcome, outcome_of
from sync.views.steps import StepView, is_destructive, risks_of, step_view, undo_of

# ---- Findings ------------------------------------------------------------------------------------------------------
KINDS = {
    "error": "danger",
    "blocked": "danger",
    "approval": "warn",
    "security_warning": "danger",
    "warning": "warn",
    "suggestion": "",
}
_ORDER = list(KINDS)
MOST_ROWS = 100  # steps of one note that are listed


@dataclass(frozen=True)
class PlanFindingView:
    """`rows`: the steps that it is about, in words, where it is about several."""

    title: str
    kind: str
    detail: str = ""
    rows: Sequence[str] = ()
    unlisted: int = 0  # further steps


def views_of(stored: Iterable[Mapping[str, object]], steps: Mapping[int, Step], names: Names) -> list[PlanFindingView]:
    """The gravest first. `steps`: all of the plan, by position."""
    found = [PlanFinding.from_json(dict(each)) for each in stored]
    found = [finding for finding in found if finding.severity in KINDS]  # the protected have a panel
    found.sort(key=lambda finding: _ORDER.index(finding.severity))
    groups: dict[tuple[str, str, str], list[PlanFinding]] = {}
    for finding in found:
        groups.setdefault((finding.code, finding.severity, ID.sub("", finding.message)), []).append(finding)
    names.learn(alike[0].message for alike in groups.values())
    return [_view(alike, steps, names) for alike in groups.values()]


def _view(alike: Sequence[PlanFinding], steps: Mapping[int, Step], names: Names) -> PlanFindingView:
    first = alike[0]
    kind = KINDS[first.severity]
    positions = list(dict.fromkeys(finding.step for finding in alike if finding.step))
    if len(positions) < 2:
        return PlanFindingView(names.said(first.message), kind, _where(first))
    others = len(alike) - 1 if len({finding.message for finding in alike}) > 1 else 0
    title = f"{names.said(first.message)}{f' And {number(others)} alike.' if others else ''}"
    shown = [steps[position] for position in positions[:MOST_ROWS] if position in steps]
    titles = [_title(step) for step in shown]
    names.learn(titles)
    rows = [f"Step {step.position}: {names.said(title)}" for step, title in zip(shown, titles, strict=True)]
    return PlanFindingView(title, kind, f"In {counted(len(positions), 'step')}.", rows, len(positions) - len(rows))


def _title(step: Step) -> str:
    operation = registry.get(step.kind)
    if operation is None:
        return step.kind
    try:
        return operation.title(operation.parse(step.params))
    except BadParams:
        return step.kind


def _where(finding: PlanFinding) -> str:
    step = f"In step {finding.step}" if finding.step else ""
    line = f"line {finding.line}" if finding.line else ""
    return ", ".join(part for part in (step, line) if part)


State = Change.State
STEPS_A_PAGE = 50
MOST_LED_TO = 3
MOST_MOVED = 10  # notes about steps that would stop
_EACH_IS_READ = "Each is read again before it is sent: make a new plan on what is live instead."
STOPPED = (Step.State.FAILED, Step.State.UNKNOWN, Step.State.CONFLICTED)


@dataclass(frozen=True)
class CreatedObject:
    """What a step made, with the address of its page."""

    name: str
    url: str


class Plan:
    """`rows` are all its steps, and `steps` those of one page, in full: a plan may have a thousand."""

    def __init__(self, change: Change, names: Names, page: int = 0) -> None:
        """`page`: from 1; 0 is the one with the step that it is about just now."""
        self.change, self.names = change, names
        self.rows: list[Step] = list(change.steps.all())
        self.total = len(self.rows)
        self.pages = max(1, -(-self.total // STEPS_A_PAGE))
        self.page = min(page, self.pages) if page > 0 else (self.next_position - 1) // STEPS_A_PAGE + 1
        if self.change.state in Change.UNSENT and not self.change.is_at_gate and page <= 0:
            self.page = 1
        self._views: dict[int, StepView] = {}

    def view(self, row: Step) -> StepView:
        if row.position not in self._views:
            found = step_view(self.change, row)
            said, error = self.names.said, found.error
            whom = self.names.of_step(row) if found.calls else ""
            title = f"{said(found.title)}: {whom}" if whom else said(found.title)
            error = error and replace(error, sentence=said(error.sentence))
            values = tuple(self.names.values_of(row).items()) if found.calls else ()
            self._views[row.position] = replace(found, title=title, error=error, values=values)
        return self._views[row.position]

    @cached_property
    def steps(self) -> list[StepView]:
        first = (self.page - 1) * STEPS_A_PAGE
        shown = self.rows[first : first + STEPS_A_PAGE]
        prefetch_related_objects(shown, "attempts")
        self.names.learn(json.dumps([row.params, row.result]) for row in shown)
        risks = risks_of(self.change.aws_account, shown)
        return [replace(self.view(row), risk=risks.get(row.position)) for row in shown]

    @property
    def title(self) -> str:
        return self.names.said(self.change.title)

    @property
    def does(self) -> str:
        """What its steps do, where its title says something else."""
        does = title_of_steps(self.change)
        return "" if does == self.change.title else self.names.said(does)

    @property
    def pager(self) -> Mapping[str, Any]:
        """What elements/pager.html asks for; nothing where all steps are on one page."""
        if self.pages == 1:
            return {}
        return {
            "first": self.steps[0].position,
            "last": self.steps[-1].position,
            "previous_url": f"?steps={self.page - 1}" if self.page > 1 else "",
            "next_url": f"?steps={self.page + 1}" if self.page < self.pages else "",
        }

    @cached_property
    def done(self) -> int:
        return sum(row.state in Step.FINISHED for row in self.rows)

    @cached_property
    def _created(self) -> list[tuple[str, str]]:
        return created_by_steps(self.change) if self.change.finished_at else []

    @cached_property
    def created(self) -> list[CreatedObject]:
        """The first few of the objects that it made and that have a page."""
        rows = created_rows(self.change, self._created[:MOST_LED_TO])
        created = [CreatedObject(self.names.said(row.name), mirror_of(row.kind).url(row)) for row in rows]
        return [each for each in created if each.url]

    @property
    def made_besides(self) -> int:
        return len(self._created) - len(self._created[:MOST_LED_TO])

    @cached_property
    def unsent(self) -> int:
        return sum(row.state in (Step.State.PENDING, Step.State.SKIPPED) for row in self.rows)

    @cached_property
    def stopped(self) -> StepView | None:
        """The step that failed, conflicted, or whose outcome nobody knows."""
        return self._first(lambda row: row.state in STOPPED)

    @cached_property
    def running(self) -> StepView | None:
        return self._first(lambda row: row.state == Step.State.SENDING)

    @cached_property
    def waits(self) -> StepView | None:
        """The step at which a change waits in the middle, until something has come to pass."""
        if not self.change.is_at_gate:
            return None
        return self._first(lambda row: row.state not in Step.SETTLED)

    def _first(self, wanted: Callable[[Step], bool]) -> StepView | None:
        row = next(filter(wanted, self.rows), None)
        return None if row is None else self.view(row)

    @property
    def next_position(self) -> int:
        """Of the step that a retry begins with."""
        return next((row.position for row in self.rows if row.state not in Step.SETTLED), self.total)

    @property
    def state_word(self) -> str:
        if self.change.state == State.FAILED and self.stopped and self.total > 1:
            return f"Stopped at step {self.stopped.position} of {self.total}"
        if self.waits:
            return f"Waits at step {self.waits.position} of {self.total}"
        return state_of(self.change.state).word

    @property
    def size_words(self) -> str:
        """ "2 steps, reversible", "4 steps, 1 destructive"."""
        steps = counted(self.total, "step")
        if self.destructive:
            return f"{steps}, {len(self.destructive)} destructive"
        return f"{steps}, reversible" if {undo_of(row) for row in self.rows} == {Undo.REVERSIBLE} else steps

    @property
    def size_kind(self) -> str:
        return "danger" if self.destructive else ""

    @cached_property
    def destructive(self) -> list[Step]:
        return [row for row in self.rows if is_destructive(row)]

    @property
    def progress_words(self) -> str:
        """ "3 done, 1 failed, 2 not sent"."""
        counts = Counter(
            "done" if row.state in Step.FINISHED else state_of(row.state).word.lower() for row in self.rows
        )
        return ", ".join(f"{number(count)} {word}" for word, count in counts.items())

    @property
    def took(self) -> timedelta | None:
        change = self.change
        if not change.started_at or not change.finished_at or change.finished_at < change.started_at:
            return None
        return change.finished_at - change.started_at

    @property
    def findings(self) -> list[PlanFindingView]:
        steps = {row.position: row for row in self.rows}
        return [*self._moved(), *views_of(self.change.findings, steps, self.names)]

    def _moved(self) -> list[PlanFindingView]:
        if self.change.state not in (*Change.UNDECIDED, State.SCHEDULED):
            return []
        found = movement(self.change, self.rows)
        sends = "send nothing" if self.total == 1 else "send nothing from there on"
        title = f"AWS has moved on since this plan was made. Applied as it is, it would stop and {sends}."
        described = [
            PlanFindingView(
                title, "warn", f"Step {step.position} expects {step.expected}; the last pull found {step.found}."
            )
            for step in found.moved[:MOST_MOVED]
        ]
        if rest := len(found.moved) - len(described) + found.unseen:
            described.append(
                PlanFindingView(f"{counted(rest, 'more step')} may have moved too.", "warn", _EACH_IS_READ)
            )
        return described

    @cached_property
    def outcome(self) -> ChangeOutcome | None:
        found = outcome_of(self)
        return found and replace(found, sentences=tuple(map(self.names.said, found.sentences)))

    @cached_property
    def conflict(self) -> ConflictView | None:
        return conflict_of(self)

    @property
    def what_shows(self) -> tuple[Any, ...]:
        """Everything that the live fragment depends on: equal means that nothing new can be seen."""
        change = self.change
        steps = [(step.state, step.tries, step.request_id) for step in self.steps]
        return (change.state, change.cancel_asked, change.lines.count(), self.progress_words, steps)
