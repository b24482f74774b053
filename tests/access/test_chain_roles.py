"""Chains of roles: all of them, the shortest, a sure one where there is one, in portions and at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given as generated
from hypothesis import strategies as st

from access.connected import ConnectedPrincipals
from access.holders import Holder
from access.index import Index
from access.role_chains import ASSUME, ChainSearch, chains_to
from access.surroundings import Surroundings
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from tests.access.mirrored import ID, arn
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import Statement, allow, deny, layer_policy, trust

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NAMES = ["user/u0", "user/u1", "role/r0", "role/r1", "role/r2", "role/app"]
ROLES = [name for name in NAMES if name.startswith("role/")]
TRUSTS = st.sampled_from(
    [
        trust({"Service": "lambda.amazonaws.com"}),
        trust({"AWS": "*"}),
        trust({"AWS": ID}),
        trust({"AWS": arn("root")}, Condition=MFA),
        trust({"AWS": [arn("user/u0"), arn("role/r1")]}),
        trust({"AWS": arn("role/r2")}, Condition=MFA),
        trust({"AWS": [arn("root", account="210987654321"), arn("role/r0")]}),
    ]
)
STATEMENTS = st.one_of(
    st.builds(
        lambda place, condition: allow(ASSUME, place, **condition),
        st.sampled_from(["*", arn("role/r*"), *map(arn, ROLES)]),
        st.sampled_from([{}, {}, {"Condition": MFA}, {"Condition": {"StringEquals": {"aws:username": "u1"}}}]),
    ),
    st.sampled_from([allow("*"), allow("s3:*"), deny(ASSUME, arn("role/r1"))]),
)
HELD = st.lists(STATEMENTS, max_size=2)


def account(held: Sequence[list[Any]], trusts: Sequence[Statement], boundary: int) -> Index:
    of_roles = iter(trusts)
    holders = [
        Holder(
            caller_of(arn(name)),
            number,
            f"ID{number}",
            (layer_policy(*held[number], name=f"own {number}"),) if held[number] else (),
            layer_policy(allow(ASSUME, arn("role/r0")), name="boundary") if number == boundary else None,
            layer_policy(next(of_roles), name=f"trust policy of {arn(name)}") if name in ROLES else None,
        )
        for number, name in enumerate(NAMES)
    ]
    return Index(holders, Surroundings(ID))


def links_of(index: Index) -> dict[tuple[int, int], bool]:
    """Who may assume which role, and whether that is sure: each role asked about, of everybody."""
    return {
        (match.number, role): match.decision is Decision.ALLOWED
        for role, holder in enumerate(index.holders)
        if holder.is_role
        for match in index.who_can(ASSUME, holder.arn)
    }


def by_brute_force(index: Index, targets: dict[int, bool], apart: set[int], depth: int) -> dict[int, tuple[int, bool]]:
    """Of each who gets there, how long the shortest chain is, and whether one so short is sure."""
    links, found, newest = links_of(index), {number: (1, sure) for number, sure in targets.items()}, dict(targets)
    for length in range(2, depth + 2):
        reached: dict[int, bool] = {}
        for (who, role), sure in links.items():
            if role in newest and who not in found and who not in apart:
                reached[who] = reached.get(who, False) or (sure and newest[role])
        found |= {who: (length, sure) for who, sure in reached.items()}
        newest = {who: sure for who, sure in reached.items() if index.holders[who].is_role}
    return {who: each for who, each in found.items() if who not in targets}


@as_long_as_asked(60)
@generated(
    st.lists(HELD, min_size=len(NAMES), max_size=len(NAMES)),
    st.lists(TRUSTS, min_size=len(ROLES), max_size=len(ROLES)),
    st.integers(-1, len(NAMES) - 1),
    st.dictionaries(st.integers(2, len(NAMES) - 1), st.booleans(), min_size=1, max_size=3),
    st.sets(st.integers(0, 1)),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_as_who_asks_about_every_role(
    held: list[Any],
    trusts: list[Statement],
    boundary: int,
    targets: dict[int, bool],
    apart: set[int],
    depth: int,
    steps: int,
) -> None:
    index = account(held, trusts, boundary)
    search = ChainSearch(ConnectedPrincipals(index), targets, apart, depth)
    while search.waiting:
        search.go_on(steps)
    expected = by_brute_force(index, targets, apart, depth)
    found = {chain.numbers[0]: (len(chain.numbers), chain.is_sure) for chain in search.found()}
    assert found == expected
    links = links_of(index)
    for chain in search.found():
        pairs = list(zip(chain.numbers, chain.numbers[1:], strict=False))
        assert set(pairs) <= links.keys()
        assert chain.is_sure == (all(links[pair] for pair in pairs) and targets[chain.numbers[-1]])
        assert chain.first.number == chain.numbers[0]
    if not apart and all(targets.values()):
        assert {who: len(way) for who, way in chains_to(index, targets, depth).items()} == {
            who: length for who, (length, _) in expected.items()
        }
