"""Each operation on user pools and what belongs to them: applied, compared, reversed, compared again."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from sync import changes
from sync.models import Change, Revision
from sync.operations import Undo, registry
from tests.cognito.pool_operation_cases import CASES, Case, arrange
from tests.cognito.seeding import pull_pools
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db


def outside() -> set[int]:
    """What the mirror takes for somebody else's doing."""
    return set(Revision.objects.filter(origin=Revision.Origin.OUTSIDE).values_list("pk", flat=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_applied_mirrored_and_reversed(world: World, erin: Operator, case: Case) -> None:
    arranged = arrange(world, case.before)
    was, drift = case.shows(arranged), outside()
    step = case.step(arranged)
    assert step.kind == case.kind
    done = carry_out(propose(world.aws_account, erin, [step]), erin)
    assert done.state == Change.State.APPLIED, (done.error, [each.error for each in done.steps.all()])
    assert "visible" not in done.steps.get().result  # the write was seen to show
    assert case.shows(arranged) == case.leaves
    pull_pools(world.aws_account)
    assert outside() == drift
    if case.stays:
        assert registry[case.kind].undo is Undo.NEVER
        return
    back = carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED, (back.error, [each.error for each in back.steps.all()])
    assert case.shows(arranged) == was
