"""Each operation on users, groups, roles and instance profiles: carried out, seen in the mirror, and reversed."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from sync import changes
from sync.models import Change, Revision
from tests.identities.operation_cases_principals import CASES, Case
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_an_operation_is_carried_out_and_reversed(world: World, erin: Operator, case: Case) -> None:
    arranged = case.arrange(world)
    case.pull(world)
    before = case.shows(world, arranged)
    spec = case.step(arranged)
    assert spec.kind == case.kind
    change = carry_out(propose(world.aws_account, erin, [spec]), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert case.shows(world, arranged) != before
    assert_nothing_is_news(world, case)
    reverse = changes.propose_reverse(change=change, actor=erin, reason="A mistake")
    reverse = carry_out(reverse, erin)
    assert reverse.state == Change.State.APPLIED, reverse.error
    assert case.shows(world, arranged) == before
    assert_nothing_is_news(world, case)


def assert_nothing_is_news(world: World, case: Case) -> None:
    """The mirror has it already: a pull finds nothing that others did."""
    outside = Revision.objects.filter(origin=Revision.Origin.OUTSIDE)
    known = outside.count()
    case.pull(world)
    assert outside.count() == known
