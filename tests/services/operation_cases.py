"""What the tests know of an operation: its case, one for each, which tests/project/operations.py collects.

How a step of it is prepared, for its own tests and for `make faults`; and what is expected of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Operator
from sync import changes
from sync.models import Change, Revision
from sync.operations import StepSpec, Undo, registry
from tests.services.changing import carry_out, propose
from tests.services.pulling import pulled_in_order
from tests.services.world import World

NO_POLICY = "no policy"
GATE = "It waits, and sends nothing."
TAGS = "Policies that ask for the tag of a resource speak of access to it; what is measured is access of principals."


@dataclass(frozen=True)
class OperationCase:
    """An operation that sends nothing has no more."""

    kind: str
    page: str = field(kw_only=True)  # by which it is staged: an action as place/name, or the name of a URL; one of them
    no_access: str = field(default="", kw_only=True)  # why it changes nobody's access; else it has `access_changes`
    writes: str = field(default="", kw_only=True)  # what kind of policy the document in its plan is, for lint
    overridden: bool = field(default=False, kw_only=True)  # an owner has to let it through first


class SendingCase(OperationCase, ABC):
    @abstractmethod
    def prepared(self, world: World, operator: Operator) -> StepSpec:
        """Makes in AWS and in the mirror what there is before, and gives a step that fits it."""


@dataclass(frozen=True)
class PreparedCase(SendingCase):
    """One whose own tests are written out."""

    prepare: Callable[[World, Operator], StepSpec]

    def prepared(self, world: World, operator: Operator) -> StepSpec:
        return self.prepare(world, operator)


@dataclass(frozen=True)
class ComparedCase(SendingCase):
    """`shows` is asked of AWS before the step, after it (`leaves`), and after its reverse.

    A pull of the `sources` right after the step finds nothing that somebody else did. `stays`: why there is no reverse.
    """

    arrange: Callable[[World], Any]
    step: Callable[[World, Any], StepSpec]
    shows: Callable[[World, Any], object]
    leaves: object
    sources: tuple[str, ...] = ("iam.details",)
    stays: str = ""

    def prepared(self, world: World, operator: Operator) -> StepSpec:
        return self.step(world, self.arrange(world))


def outside() -> set[int]:
    """What the mirror takes for somebody else's doing."""
    return set(Revision.objects.filter(origin=Revision.Origin.OUTSIDE).values_list("pk", flat=True))


def apply_compare_and_reverse(case: ComparedCase, world: World, operator: Operator) -> None:
    arranged = case.arrange(world)
    was, drift = case.shows(world, arranged), outside()
    step = case.step(world, arranged)
    assert step.kind == case.kind
    done = carry_out(propose(world.aws_account, operator, [step]), operator)
    assert done.state == Change.State.APPLIED, (done.error, [each.error for each in done.steps.all()])
    assert "visible" not in done.steps.get().result  # the write was seen to show
    assert case.shows(world, arranged) == case.leaves
    pulled_in_order(world.aws_account, case.sources)
    assert outside() == drift
    if case.stays:
        assert registry[case.kind].undo is Undo.NEVER
        return
    back = carry_out(changes.propose_reverse(change=done, actor=operator, reason=""), operator)
    assert back.state == Change.State.APPLIED, (back.error, [each.error for each in back.steps.all()])
    assert case.shows(world, arranged) == was
