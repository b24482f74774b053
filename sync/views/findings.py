"""What a plan's findings say above its steps: those that say the same of many steps are one note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iamconsole.web.words import counted, number
from sync.checks import PlanFinding
from sync.models import Step
from sync.naming import ID, Names
from sync.operations import BadParams, registry

KINDS = {
    "error": "danger",
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
