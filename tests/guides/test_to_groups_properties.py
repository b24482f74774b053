"""What is proved of a move into groups, held against asking request by request, before and after each step."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from access.plans.reading import PlannedHoldings
from accounts.models import AwsAccount
from guides.groups.direct import DirectPolicies
from guides.groups.proof import DIFFERS, SAME, AccessProof, changes_of, proof_of
from guides.groups.proposals import GroupProposals, free, names_of_groups, proposed
from guides.groups.steps import GroupMove, ManagedName, ToGroups
from policies.kinds import POLICY
from policies.organizations.sources import MEMBERSHIP
from policies.quotas import Quotas
from sync.operations import StepSpec
from tests.access.mirrored import arn
from tests.guides.moved import LAKE, NOTES, Held, MovedWorld, spaced
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete

pytestmark = pytest.mark.django_db
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
statements = st.builds(
    lambda effect, element, action, resource, condition: {
        "Effect": effect,
        element: action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "Action", "NotAction"]),
    st.sampled_from(
        ["s3:GetObject", "s3:Put*", "s3:*", "sqs:*", "iam:GetUser", ["s3:GetObject", "sqs:SendMessage"], "*"]
    ),
    st.sampled_from(["*", f"{LAKE}/*", f"{LAKE}/private/*", f"{NOTES}/${{aws:username}}/*"]),
    st.sampled_from([None, None, MFA]),
)
texts = st.builds(
    lambda version, listed: json.dumps({**version, "Statement": listed}),
    st.sampled_from([{"Version": "2012-10-17"}, {"Version": "2012-10-17"}, {}]),
    st.lists(statements, min_size=1, max_size=2),
)
POLICIES = [arn(f"policy/p{number}") for number in range(4)]
USERS = [arn(f"user/u{number}") for number in range(3)]
GROUPS = [arn(f"group/g{number}") for number in range(3)]


@st.composite
def worlds(draw: st.DrawFn) -> MovedWorld:
    managed = dict(zip(POLICIES, draw(st.lists(texts, min_size=4, max_size=4)), strict=True))
    inline = st.sampled_from([*draw(st.lists(texts, min_size=2, max_size=2)), *managed.values()])
    written = inline.flatmap(lambda text: st.sampled_from([text, spaced(text)]))
    owners = {
        name: Held(
            draw(st.sets(st.sampled_from(POLICIES), max_size=2)),
            dict(zip(("own", "more"), draw(st.lists(written, max_size=2)), strict=False)),
            draw(st.sets(st.sampled_from(GROUPS), max_size=1)) if name in USERS else set(),
            draw(st.sampled_from(["", "", *POLICIES])) if name in USERS else "",
        )
        for name in (*USERS, *GROUPS)
    }
    return MovedWorld(owners, managed)


def moved(aws_account: AwsAccount, world: MovedWorld, chosen: Sequence[str]) -> ToGroups:
    """`chosen`: names of groups in place of those that are proposed; "" for these."""
    direct = world.direct(aws_account)
    proposals = proposed(direct, Quotas({}))
    usual = names_of_groups(proposals)
    moves = []
    for number, each in enumerate(proposals.shown):
        name = (chosen[number % len(chosen)] if chosen else "") or usual.get(each.key, "")
        moves.append(GroupMove(each, name, direct.group_called(name) if each.joins else None, each.users))
    return ToGroups(aws_account, direct, moves, _managed(aws_account, direct, moves, proposals))


def _managed(
    aws_account: AwsAccount, direct: DirectPolicies, moves: Sequence[GroupMove], proposals: GroupProposals
) -> dict[str, ManagedName]:
    taken = {f"p{number}" for number in range(4)}
    wanted = sorted(
        {token for move in moves if move.is_new for token in move.proposal.missing if token in direct.texts}
    )
    return {token: ManagedName(POLICY.arn_of(aws_account, free("own", taken))) for token in wanted}


def proof_in(aws_account: AwsAccount, world: MovedWorld, steps: Sequence[StepSpec]) -> AccessProof:
    changes = changes_of(aws_account, steps)
    before = world.holdings()
    after = before.copy()
    after.apply_all(changes)
    return proof_of(aws_account, PlannedHoldings(before, after, changes, ()))


@as_long_as_asked(25)
@given(world=worlds(), chosen=st.lists(st.sampled_from(["", "g0", "g1", "g2"]), max_size=3))
def test_what_is_proved_is_so_after_each_step(aws_account: AwsAccount, world: MovedWorld, chosen: list[str]) -> None:
    complete(aws_account, MEMBERSHIP)
    plan = moved(aws_account, world, chosen)
    proof = proof_in(aws_account, world, plan.steps)
    assert proof.at_risk == []
    event(f"{len(proof.differing)} differ, {len(proof.unknown)} unknown")
    states = list(world.after(list(plan.steps)))
    for user in world.users:
        before = world.decisions(user)
        after = [state.decisions(user) for state in states]
        if proof.states.get(user, SAME) == SAME:
            assert all(each == before for each in after), user
        elif proof.states[user] == DIFFERS:
            assert after[-1] != before, user


@as_long_as_asked(25)
@given(worlds())
def test_what_is_proposed_changes_nobodys_access(aws_account: AwsAccount, world: MovedWorld) -> None:
    """As long as nobody chooses another group: it is proved, and leaves no policy with those who move."""
    plan = moved(aws_account, world, [])
    proof = proof_in(aws_account, world, plan.steps)
    assert not proof.differing and not proof.unknown and not proof.at_risk
    *_, last = world.after(list(plan.steps)) if plan.steps else [world]
    assert not any(last.owners[user].attached or last.owners[user].inline for user in world.users)


@as_long_as_asked(15)
@given(worlds())
def test_another_order_is_seen_to_take_something_in_between(aws_account: AwsAccount, world: MovedWorld) -> None:
    """Were what users have taken off first, each who loses something meanwhile is named."""
    steps = list(moved(aws_account, world, []).steps)
    taken_off = [step for step in steps if step.kind.startswith("iam.user.")]
    reordered = [*taken_off, *(step for step in steps if step not in taken_off)]
    proof = proof_in(aws_account, world, reordered)
    for user in world.users:
        before = world.decisions(user)
        if any(state.decisions(user) != before for state in world.after(reordered)):
            assert user in proof.at_risk
