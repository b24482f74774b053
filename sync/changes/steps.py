"""Steps of a stored change: with the ids that AWS has given by now, in words, and the session policy of their calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from accounts.models import Risk
from iamconsole.web.words import counted
from sync import operations
from sync.aws.calls import action_prefix, reads_in_policies
from sync.models import Change, Step
from sync.operations import BadParams, Call, Operation, PlannedStep, StepSpec
from sync.placeholders import positions_in, resolved


def created_ids(change: Change) -> dict[int, str]:
    """What AWS called the objects that its steps made, by the position of the step."""
    finished = change.steps.filter(state__in=Step.FINISHED, result__has_key="id")
    return {position: str(result["id"]) for position, result in finished.values_list("position", "result")}


def planned_step(step: Step, ids: Mapping[int, str]) -> PlannedStep:
    """As limits and checks look at it. `ids` as `created_ids` has them."""
    operation = operations.registry[step.kind]
    params = operation.parse(resolved(step.params, ids))
    return PlannedStep(step.position, operation, params, step.part, resolved(step.expects, ids))


def known_steps(change: Change, counts: Callable[[Operation[Any]], bool] = bool) -> Iterator[PlannedStep]:
    """Those whose operation this console knows, and `counts`, and takes these parameters; placeholders stay."""
    for step in change.steps.all():
        operation = operations.registry.get(step.kind)
        if operation is None or not counts(operation):
            continue
        try:
            params = operation.parse(step.params)
        except BadParams:
            continue
        yield PlannedStep(step.position, operation, params, step.part, step.expects)


def reversals(change: Change) -> Iterator[tuple[Step, Sequence[StepSpec]]]:
    """Each step that was done with the steps that undo it, the last one first.

    None undo what can't be undone, and what was done before that to the same part: a deleted key is not switched on
    again. Who wants to know only whether there are any reads no more steps than it takes to find one.
    """
    ids = created_ids(change)
    lost: set[str] = set()
    finished = change.steps.filter(state__in=Step.FINISHED).order_by("-position")
    for step in finished.iterator(chunk_size=100):
        undoing = () if step.part in lost else _undoing(step, ids)
        lost |= set() if undoing else {step.part}
        yield step, undoing


def _undoing(step: Step, ids: Mapping[int, str]) -> Sequence[StepSpec]:
    operation = operations.registry.get(step.kind)
    if operation is None:
        return ()
    try:
        params = operation.parse(resolved(step.params, ids))
    except BadParams:
        return ()
    return operation.reverse(params, step.before, step.result)


def why_needed(step: Step) -> str:
    """Why a step can't be left out, in a sentence; "" where it can."""
    if not step.is_optional:
        return f"Step {step.position} can't be left out: the plan needs it."
    later = step.change.steps.filter(position__gt=step.position).exclude(state__in=Step.SETTLED)
    for each in later:
        if step.position in positions_in([each.params, each.expects]):
            return f"Step {step.position} can't be left out: step {each.position} is about what it makes."
    return ""


# ---- The session policy of a change --------------------------------------------------------------------------------
# It limits the role to the change's calls on its objects, and to reading.
def session_policy(calls: Iterable[Call]) -> dict[str, Any]:
    actions_of: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    services = set()
    for call in calls:
        if call.actions:  # else it goes out unsigned, and takes no right
            actions_of[call.resource_arns].update(call.actions)
        services.add(call.service)
    writing = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(arns)} for arns, actions in actions_of.items()
    ]
    reads = sorted(f"{action_prefix(service)}:{read}" for service in services for read in reads_in_policies(service))
    return {"Version": "2012-10-17", "Statement": [*writing, {"Effect": "Allow", "Action": reads, "Resource": "*"}]}


# ---- What a change does, by its steps ------------------------------------------------------------------------------
# They name people by their ids alone, where a typed title may say anything.
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
