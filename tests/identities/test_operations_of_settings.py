"""Each operation on policies, providers, certificates and settings: applied, compared, reversed, compared again."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from sync import changes
from sync.models import Change, Revision
from sync.operations import Undo, registry
from tests.identities import operation_cases_root_access, operation_cases_settings
from tests.identities.operation_cases_settings import Case
from tests.services.changing import carry_out, propose
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db
CASES = (*operation_cases_settings.CASES, *operation_cases_root_access.CASES)


def outside() -> set[int]:
    """What the mirror takes for somebody else's doing."""
    return set(Revision.objects.filter(origin=Revision.Origin.OUTSIDE).values_list("pk", flat=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_applied_mirrored_and_reversed(world: World, erin: Operator, case: Case) -> None:
    arranged = case.arrange(world)
    was, drift = case.shows(world, arranged), outside()
    step = case.step(world, arranged)
    assert step.kind == case.kind
    done = carry_out(propose(world.aws_account, erin, [step]), erin)
    assert done.state == Change.State.APPLIED, done.error
    assert "visible" not in done.steps.get().result  # the write was seen to show
    assert case.shows(world, arranged) == case.leaves
    for source in case.sources:
        pulled(world.aws_account, source=source)
    assert outside() == drift
    if case.stays:
        assert registry[case.kind].undo is Undo.NEVER
        return
    back = carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED, back.error
    assert case.shows(world, arranged) == was
