"""What AWS says of the steps of a held change, from the last dry run since the hold began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sync import operations
from sync.changes.dry_run import ForecastOutcome
from sync.models import Change, DryRun, Step
from sync.operations import BadParams, Gate, Guarantee, Operation


class Says(StrEnum):
    SO_ALREADY = "so_already"
    TO_DO = "to_do"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    UNREAD = "unread"  # AWS wasn't asked, or didn't answer


WORDS = {
    Says.SO_ALREADY: "Already so",
    Says.TO_DO: "Still to do",
    Says.CONFLICT: "Conflicts",
    Says.UNKNOWN: "Unknown",
    Says.UNREAD: "Not read",
}
SENTENCES = {
    Says.SO_ALREADY: "AWS shows that it was done.",
    Says.TO_DO: "AWS has what the plan expects to find.",
    Says.UNKNOWN: "AWS doesn’t show whether it was done, such as a message that was sent.",
}
_DONE_LATER = "A later step of the same part was done, and so was this one."
_HELD_BY_NOBODY = "AWS shows it as done, but not by whom: it may have been this console."


@dataclass(frozen=True)
class StepOnHold:
    position: int
    title: str
    says: Says
    sentence: str
    result: Mapping[str, Any]

    @property
    def word(self) -> str:
        return WORDS[self.says]


def steps_of(change: Change, looked: DryRun | None) -> list[StepOnHold]:
    """Those that aren't settled by what the database knows, in their order."""
    left = [step for step in change.steps.all() if step.state not in Step.SETTLED]
    entries = {each["position"]: each for each in looked.steps} if looked else {}
    found: dict[int, StepOnHold] = {}
    for step in left:
        entry = entries.get(step.position)
        before = [found[each] for each in sorted(found)]
        found[step.position] = _held_step(step, entry, before) if entry else _unread(step, looked)
    return _done_before(left, [found[step.position] for step in left])


def newest_looks(changes: Iterable[Change], since: datetime) -> Mapping[int, DryRun]:
    """By the change; those since the hold began."""
    runs = DryRun.objects.filter(change__in=list(changes), asked_at__gte=since).order_by("pk")
    return {run.change_id: run for run in runs.select_related("asked_by")}


def _held_step(step: Step, entry: Mapping[str, Any], before: Sequence[StepOnHold]) -> StepOnHold:
    operation = operations.registry[step.kind]
    says, sentence = _said(operation, ForecastOutcome(entry["outcome"]), entry["sentence"], before)
    return StepOnHold(step.position, _title(step), says, sentence, entry.get("result", {}))


def _said(
    operation: Operation[Any], outcome: ForecastOutcome, sentence: str, before: Sequence[StepOnHold]
) -> tuple[Says, str]:
    if outcome is ForecastOutcome.UNREAD:
        return Says.UNREAD, sentence
    if outcome is ForecastOutcome.CONFLICT:
        return Says.CONFLICT, sentence
    if outcome is ForecastOutcome.SO_ALREADY:
        if operation.guarantee is Guarantee.AT_MOST_ONCE or not operation.shows:
            return Says.UNKNOWN, _HELD_BY_NOBODY
        return Says.SO_ALREADY, SENTENCES[Says.SO_ALREADY]
    if outcome is ForecastOutcome.LATER:
        doubted = any(each.says not in (Says.TO_DO, Says.SO_ALREADY) for each in before)
        return (Says.UNKNOWN if doubted else Says.TO_DO), sentence
    shown = isinstance(operation, Gate) or operation.shows
    says = Says.TO_DO if shown else Says.UNKNOWN
    return says, sentence if isinstance(operation, Gate) else SENTENCES[says]


def _unread(step: Step, looked: DryRun | None) -> StepOnHold:
    why = "AWS wasn’t asked yet."
    if looked is not None:
        why = looked.error.get("sentence", "AWS is being asked.")
    return StepOnHold(step.position, _title(step), Says.UNREAD, why, {})


def _done_before(left: Sequence[Step], found: Sequence[StepOnHold]) -> list[StepOnHold]:
    """What a later step of the same part overwrote looks like a conflict; that it was done shows in the later one."""
    done_parts: set[str] = set()
    seen: list[StepOnHold] = []
    for step, held in zip(reversed(left), reversed(found), strict=True):
        if held.says is Says.CONFLICT and step.part in done_parts:
            held = StepOnHold(held.position, held.title, Says.SO_ALREADY, _DONE_LATER, held.result)
        if held.says is Says.SO_ALREADY:
            done_parts.add(step.part)
        seen.append(held)
    return seen[::-1]


def _title(step: Step) -> str:
    try:
        operation = operations.registry[step.kind]
        return operation.title(operation.parse(step.params))
    except (KeyError, BadParams):
        return step.kind
