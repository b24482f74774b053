"""Who gets it alike is put together: of each one what the evaluator says of that very one, and nobody is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from access.holders import Holder
from access.index import Index
from access.patterns import who_can
from access.surroundings import Surroundings
from access.who_can import ways
from access.who_can.ways import Way, folded, ways_of
from policies.engine.callers import caller_of
from policies.engine.layers import LayerPolicy
from tests.access.mirrored import ID, arn
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import allow, deny, layer_policy

QUESTIONS = [
    ("s3:GetObject", "arn:aws:s3:::reports/2026.csv"),
    ("s3:Get*", "arn:aws:s3:::*"),
    ("ec2:RunInstances", "*"),
]
RED = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
FIRST = {"StringEquals": {"aws:username": "u1"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
STATEMENTS = st.builds(
    lambda statement, condition: {**statement, **condition},
    st.sampled_from([allow("s3:*"), allow("s3:Get*", "arn:aws:s3:::reports/*"), allow("ec2:*"), deny("s3:GetObject")]),
    st.sampled_from([{}, *({"Condition": each} for each in (RED, FIRST, MFA))]),
)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=3).map(lambda statements: layer_policy(*statements))
GROUPS = (arn("group/finance"), arn("group/ops"))


def member(number: int, own: tuple[LayerPolicy, ...], groups: dict[str, Any], of: list[str]) -> Holder:
    held = (*own, *(policy for group in of for policy in groups[group]))
    tags = {"team": "red"} if number % 2 else {}
    return Holder(caller_of(arn(f"user/u{number}")), number, f"AIDA{number}", held, tags=tags, groups=tuple(of))


@as_long_as_asked(60)
@generated(
    st.lists(POLICIES, min_size=2, max_size=3),
    st.lists(st.sets(st.integers(0, 2)), min_size=2, max_size=2),
    st.lists(st.tuples(st.sets(st.integers(0, 2)), st.sets(st.sampled_from(GROUPS))), min_size=3, max_size=6),
    st.sampled_from(QUESTIONS),
)
def test_alike_is_the_same_for_each(
    policies: list[LayerPolicy], given: list[set[int]], holding: list[Any], asked: tuple[str, str]
) -> None:
    named = [LayerPolicy(arn(f"policy/p{number}"), policy.document) for number, policy in enumerate(policies)]
    groups = {
        group: tuple(named[each] for each in sorted(has) if each < len(named))
        for group, has in zip(GROUPS, given, strict=True)
    }
    holders = [
        member(number, tuple(named[each] for each in sorted(own) if each < len(named)), groups, sorted(of))
        for number, (own, of) in enumerate(holding)
    ]
    found = who_can(Index(holders, Surroundings(ID)), *asked, {})
    folds = folded(found, groups)
    assert sorted(match.number for fold in folds for match in fold.matches) == [match.number for match in found]
    assert len({(fold.first.decision, fold.first.is_undecided, fold.ways) for fold in folds}) == len(folds)
    for fold in folds:
        for match in fold.matches:
            assert match.decision == fold.first.decision
            assert set(ways_of(match, groups)) == set(fold.ways)
            said = {(each.policy, each.named) for each in match.because}
            assert said == {(way.policy, name) for way in fold.ways for name in way.statements}


def test_by_which_groups_a_policy_is_had() -> None:
    read, write = (
        LayerPolicy(arn(f"policy/{name}"), layer_policy(allow("s3:*", Sid=name.title())).document)
        for name in ("read", "write")
    )
    groups = {GROUPS[0]: (read, write), GROUPS[1]: (read,)}
    index = Index([member(0, (read,), groups, list(GROUPS)), member(1, (), groups, list(GROUPS))], Surroundings(ID))
    of_both = [ways_of(match, groups) for match in index.who_can("s3:GetObject", "arn:aws:s3:::a/b")]
    document, other = id(read.document), id(write.document)
    assert of_both == [
        (
            Way(read.name, ("Read",), GROUPS, is_own=own, document=document),
            Way(write.name, ("Write",), (GROUPS[0],), is_own=False, document=other),
        )
        for own in (True, False)
    ]


def test_of_very_many_different_ones_the_rarest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "MOST_VERDICTS", 1)
    common, rare = (layer_policy(allow("s3:*"), name=name) for name in ("common", "rare"))
    index = Index([member(n, (rare if n == 0 else common,), {}, []) for n in range(3)], Surroundings(ID))
    (fold,) = folded(index.who_can("s3:GetObject", "arn:aws:s3:::a/b"), {})
    assert [match.number for match in fold.matches] == [1, 2]
