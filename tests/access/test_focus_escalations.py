"""Escalation paths of some principals are those that a search of everybody finds, or undecided."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from access.escalation.focused import escalations_of
from access.escalation.paths import EscalationsFound, escalations
from access.escalation.search import SearchBasis
from tests.access.brute_force import World
from tests.access.test_escalate_properties import account_in, worlds
from tests.services.fuzzing import as_long_as_asked


def told(found: EscalationsFound, among: set[str]) -> dict[str, bool]:
    """By principal whether it surely can."""
    return {
        arn: any(path.source == arn and not path.supposes for path in found.paths)
        for arn in {path.source for path in found.paths} & among
    }


@as_long_as_asked(40)
@given(worlds(), st.sets(st.integers(0, 3), min_size=1))
def test_it_finds_for_some_what_is_found_for_all(world: World, starts: set[int]) -> None:
    account = account_in(world)
    arns = {account.index.holders[number].arn for number in starts}
    focused, whole = escalations_of(SearchBasis.of(account), starts, 10**9), escalations(account)
    assert not focused.undecided
    assert focused.found.administrators == whole.administrators & arns
    assert told(focused.found, arns) == told(whole, arns)


@as_long_as_asked(20)
@given(worlds(), worlds())
def test_a_basis_with_other_policies_is_as_one_of_that_account(before: World, after: World) -> None:
    """Of the same principals, each with what it has in the other."""
    was, now = account_in(before), account_in(after)
    assume([holder.groups for holder in was.index.holders] == [holder.groups for holder in now.index.holders])
    basis = SearchBasis.of(was).with_account(now, range(len(now.index.holders)))
    anew = SearchBasis.of(now)
    assert basis.administrators == anew.administrators
    for kind, targets in anew.targets.items():
        assert [each.arn for each in basis.targets[kind]] == [each.arn for each in targets]
    starts = range(len(now.index.holders))
    found = [escalations_of(each, starts, 10**9).found for each in (basis, anew)]
    arns = {holder.arn for holder in now.index.holders}
    assert told(found[0], arns) == told(found[1], arns)


@as_long_as_asked(10)
@given(worlds(), st.integers(0, 2000))
def test_without_time_nothing_is_guessed(world: World, steps: int) -> None:
    account = account_in(world)
    starts = range(len(account.index.holders))
    focused, whole = escalations_of(SearchBasis.of(account), starts, steps), escalations(account)
    undecided = {account.index.holders[number].arn for number in focused.undecided}
    decided = {holder.arn for holder in account.index.holders} - undecided
    assert told(focused.found, decided) == told(whole, decided)
