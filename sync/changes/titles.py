"""What a change does, by its steps: they name people by their ids alone, where a typed title may say anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from accounts.risk import Risk
from iamconsole.web.words import counted
from sync import operations
from sync.models import Change, Step
from sync.operations import BadParams, Operation, PlannedStep

_LONGEST, _KINDS = 300, 3
_GRAVEST = (Risk.DESTRUCTIVE, Risk.SECRET, Risk.HIGH, Risk.LOW)


def title_of_steps(change: Change) -> str:
    """ "Disable 4f0b…, and 2 more steps"; "" where this release knows no such step."""
    return change.does or title_of(list(change.steps.all()))


def title_of(steps: Sequence[Step | PlannedStep], grave: Collection[int] = ()) -> str:
    """Lists one step of each kind, the riskiest first, so that a harmless one in front hides nothing.

    `grave`: positions of steps of which something grave was found.
    """
    known = sorted(_known(steps), key=lambda each: (each[0] not in grave, _rank(*each[1:]), each[0]))
    shown: dict[str, str] = {}
    for _, operation, params in known:
        if operation.kind not in shown and len(shown) < _KINDS:
            title = operation.title(params)
            shown[operation.kind] = title if not shown else title[:1].lower() + title[1:]
    if not shown:
        return ""
    words, more = "; ".join(shown.values()), len(steps) - len(shown)
    rest = f", and {counted(more, 'more step')}" if more else ""
    return words[: _LONGEST - len(rest)] + rest


def _rank(operation: Operation[Any], params: Any) -> int:
    return 0 if operation.is_destructive(params) else _GRAVEST.index(operation.risk)


def _known(steps: Iterable[Step | PlannedStep]) -> Iterable[tuple[int, Operation[Any], Any]]:
    for step in steps:
        if isinstance(step, PlannedStep):
            yield step.position, step.operation, step.params
        elif (operation := operations.registry.get(step.kind)) is not None:
            try:
                yield step.position, operation, operation.parse(step.params)
            except BadParams:
                continue
