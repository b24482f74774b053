"""Which steps of a change are begun and written down together, so that a thousand of them don't take a thousand turns.

They are still sent one after the other, each on what is live just then. Together go only steps for which it does no
harm when nobody knows whether they were sent: idempotent ones, tried for the first time, each about an object of its
own. Any other step is a wave by itself. What several refer to, such as a policy that all attach, is read again once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from accounts.models import AwsAccount
from sync import mirror, operations
from sync.changes.conditions import ConditionedSteps
from sync.changes.steps import planned_step
from sync.models import Change, Step
from sync.object_ref import ObjectRef
from sync.operations import Gate, Guarantee, PlannedStep

MOST_TOGETHER = 25
FIRST_TOGETHER = 5
# Between two waves a change that is due goes first, so a wave is to take no longer than its operator likes to wait.
WAVE_S = 0.7


class WaveSize:
    """How many steps the next wave has: as many as AWS, by the wave before, does in WAVE_S."""

    def __init__(self) -> None:
        self.most = FIRST_TOGETHER

    def took(self, steps: int, seconds: float) -> None:
        self.most = min(MOST_TOGETHER, max(1, int(steps * WAVE_S / max(seconds, 1e-6))))


@dataclass(frozen=True)
class DueStep:
    """A step to be carried out. `affected_objects`: the object that it is about, and others to be read again.

    `follows`: a step before it wrote the same part, which may not show at once.
    """

    step: Step
    planned: PlannedStep
    affected_objects: Sequence[ObjectRef]
    follows: bool

    @property
    def is_first_try(self) -> bool:
        return not self.step.attempts.all()  # fetched with the steps

    @property
    def goes_with_others(self) -> bool:
        operation = self.planned.operation
        return operation.guarantee is Guarantee.IDEMPOTENT and not isinstance(operation, Gate) and self.is_first_try


def waves(change: Change, ids: dict[int, str], room: WaveSize) -> Iterator[list[DueStep]]:
    """In the order of the plan. `ids` as `created_ids` has them; who carries the steps out adds what they make.

    The end of temporary access begins with what it was stopped at the least often: what somebody rewrote, so that it
    conflicts each time, keeps nothing else from being taken away.
    """
    steps = list(change.steps.prefetch_related("attempts"))
    if change.ends_id:
        steps.sort(key=_times_stopped)
    written = {step.part for step in steps if step.state in Step.FINISHED}
    wave: list[DueStep] = []
    conditions = ConditionedSteps(steps)
    for step in steps:
        if wave and conditions.hangs_on(step, wave[-1].step):
            yield _identified(change.aws_account, wave)
            wave = []
        if conditions.pass_over(step):
            continue
        if change.independent and step.state in Step.STOPPED:
            if conditions.is_one(step):
                continue
            if isinstance(operations.registry[step.kind], Gate):
                break  # what comes after it waits for it
            continue
        due = _due(change.aws_account, step, ids, written)
        if wave and (len(wave) >= room.most or not _go_together(wave, due)):
            yield _identified(change.aws_account, wave)
            wave, due = [], _due(change.aws_account, step, ids, written)  # by now it may be known what others made
        wave.append(due)
        written.add(step.part)
    if wave:
        yield _identified(change.aws_account, wave)


def _times_stopped(step: Step) -> int:
    return sum(attempt.outcome in (Step.State.FAILED, Step.State.CONFLICTED) for attempt in step.attempts.all())


def _due(aws_account: AwsAccount, step: Step, ids: dict[int, str], written: set[str]) -> DueStep:
    planned = planned_step(step, ids)
    return DueStep(step, planned, planned.operation.affected_objects(aws_account, planned.params), step.part in written)


def _identified(aws_account: AwsAccount, wave: Sequence[DueStep]) -> list[DueStep]:
    found = iter(mirror.resolve_arns(aws_account, [ref for due in wave for ref in due.affected_objects]))
    return [replace(due, affected_objects=[next(found) for _ in due.affected_objects]) for due in wave]


def _go_together(wave: Sequence[DueStep], due: DueStep) -> bool:
    if not (wave[0].goes_with_others and due.goes_with_others) or due.follows:
        return False
    return _object(due) not in map(_object, wave)


def _object(due: DueStep) -> tuple[str, str, str, str]:
    """What the step is about, whichever facet of it. People have no ARN of their own: theirs is the pool's."""
    ref = due.affected_objects[0]
    own = ref.object_id if mirror.mirror_of(ref.kind, ref.facet).keeps_own_books else ""
    return (ref.kind, ref.arn, own, ref.region)
