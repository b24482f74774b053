"""The search finds whoever brute force finds: on small accounts that are made up, every move is tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from access.escalation.account import EscalationAccount
from access.escalation.paths import escalations
from access.holders import Holder
from access.index import Index
from access.surroundings import Surroundings
from policies.engine.callers import caller_of
from policies.engine.evaluate import ControlPolicyLevel, LayerPolicy
from tests.access.brute_force import ALL, Principal, Statements, TooMany, World, can_become_administrator
from tests.access.mirrored import ID, arn
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import allow, deny

USERS = [arn("user/eve"), arn("user/app-bob")]
ROLES = [arn("role/boss"), arn("role/app-work")]
GROUP, MINE, LIMIT = arn("group/staff"), arn("policy/mine"), arn("policy/limit")

EVERYTHING = allow("*")
ON_USERS = [
    "iam:CreateAccessKey",
    "iam:AttachUserPolicy",
    "iam:PutUserPolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
    "iam:DetachUserPolicy",
    "iam:DeleteUserPolicy",
    "iam:CreateUser",
]
ON_ROLES = [
    "sts:AssumeRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:PassRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DetachRolePolicy",
    "iam:CreateRole",
]
ON_GROUPS = [
    "iam:AddUserToGroup",
    "iam:PutGroupPolicy",
    "iam:AttachGroupPolicy",
    "iam:RemoveUserFromGroup",
    "iam:DetachGroupPolicy",
]
ON_POLICIES = ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"]
ON_FUNCTIONS = ["lambda:CreateFunction", "lambda:InvokeFunction"]

on_users = st.sampled_from([*USERS, arn("user/*"), arn("user/app-*"), arn("user/${aws:username}"), "*"])
on_roles = st.sampled_from([*ROLES, arn("role/*"), arn("role/app-*"), "*"])
on_policies = st.sampled_from([MINE, LIMIT, arn("policy/*"), "*"])
on_functions = st.sampled_from(
    [f"arn:aws:lambda:{where}:{ID}:function:{name}" for where in ("*", "eu-*", "us-east-1") for name in ("*", "app-*")]
    + [f"arn:aws:lambda:*:{ID}:*", "*"]
)
conditions = st.sampled_from(
    [{}] * 6
    + [
        {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
        {"StringNotLike": {"aws:RequestedRegion": "eu-*"}},
        {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        {"ArnLike": {"iam:PolicyARN": arn("policy/*")}},
        {"StringEquals": {"iam:PermissionsBoundary": LIMIT}},
        {"ArnLike": {"aws:PrincipalArn": USERS[0]}},
        {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    ]
)


def few(actions: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(actions), min_size=1, max_size=2, unique=True)


def statements(*, denies: bool = True) -> st.SearchStrategy[Mapping[str, Any]]:
    parts = [
        (few(ON_USERS), on_users),
        (few(ON_ROLES), on_roles),
        (few(ON_GROUPS), st.sampled_from([GROUP, "*"])),
        (few(ON_POLICIES), on_policies),
        (few(ON_FUNCTIONS), on_functions),
        (st.just(["lambda:*"]), on_functions),
        (st.just(["iam:*"]), st.one_of(on_users, on_roles)),
        (st.just(["*"]), st.just("*")),
    ]
    made = [
        st.builds(
            lambda action, resource, condition, denied: (deny if denied else allow)(action, resource, **condition),
            actions,
            resources,
            conditions.map(lambda each: {"Condition": each} if each else {}),
            st.sampled_from([False] * 4 + [denies]),
        )
        for actions, resources in parts
    ]
    return st.one_of(made)


trusts = st.sampled_from(["lambda", "account", "eve", "nobody"])
DOCUMENTS: dict[str, Statements] = {
    ALL: (EVERYTHING,),
    "lambda": ({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},),
    "account": ({"Effect": "Allow", "Principal": {"AWS": arn("root")}, "Action": "sts:AssumeRole"},),
    "eve": ({"Effect": "Allow", "Principal": {"AWS": USERS[0]}, "Action": "sts:AssumeRole"},),
    "nobody": (),
}
documents = st.lists(statements(), min_size=0, max_size=2).map(tuple)
limits = st.lists(st.one_of(statements(), st.just(EVERYTHING)), min_size=1, max_size=2).map(tuple)
scps = st.one_of(
    st.none(),
    st.sampled_from(
        [
            (
                EVERYTHING,
                {
                    "Effect": "Deny",
                    "NotAction": ["iam:*", "sts:*"],
                    "Resource": "*",
                    "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
                },
            ),
            (EVERYTHING, deny("iam:*", Condition={"StringNotLike": {"aws:PrincipalTag/team": "r*"}})),
            (EVERYTHING, deny("sts:AssumeRole", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})),
            (EVERYTHING, deny("lambda:*", f"arn:aws:lambda:*:{ID}:function:app-*")),
        ]
    ),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    named: dict[str, Statements] = dict(DOCUMENTS)
    principals = {}
    tags = st.sampled_from([(), (("team", "red"),), (("team", "blue"),)])
    for number, who in enumerate([*USERS, *ROLES]):
        named[f"own{number}"] = draw(documents)
        is_role = who in ROLES
        principals[who] = Principal(
            attached=draw(st.sampled_from([frozenset(), frozenset({MINE})])),
            inline=frozenset({f"own{number}"} | ({ALL} if draw(st.integers(0, 7)) == 0 else set())),
            groups=frozenset() if is_role else draw(st.sampled_from([frozenset(), frozenset({GROUP})])),
            boundary=draw(st.sampled_from([None, None, LIMIT])),
            trust=draw(trusts) if is_role else None,
            tags=draw(tags),
        )
    named |= {
        "mine": draw(documents),
        "older": draw(st.one_of(documents, st.just((EVERYTHING,)))),
        "limit": draw(limits),
    }
    named |= {"staff": draw(documents)}
    scp = draw(scps)
    named |= {"scp": scp} if scp else {}
    versions = {MINE: ("mine", "older"), LIMIT: ("limit",)}
    groups = {GROUP: Principal(inline=frozenset({"staff"}))}
    return World(principals, groups, versions, named, ("scp",) if scp else ())


def account_in(world: World) -> EscalationAccount:
    def held(name: str, version: str) -> LayerPolicy:
        return LayerPolicy(name, world.document(version))

    def own(principal: Principal) -> tuple[LayerPolicy, ...]:
        attached = [held(name, world.versions[name][0]) for name in sorted(principal.attached)]
        return (*attached, *(held(f"inline policy {name}", name) for name in sorted(principal.inline)))

    groups = {arn_: own(group) for arn_, group in world.groups.items()}
    holders = [
        Holder(
            caller_of(who),
            1,
            "AIDA",
            (*own(each), *(policy for group in sorted(each.groups) for policy in groups[group])),
            held(each.boundary, world.versions[each.boundary][0]) if each.boundary else None,
            held(f"trust policy of {who}", each.trust) if each.trust else None,
            dict(each.tags),
            tuple(sorted(each.groups)),
        )
        for who, each in world.principals.items()
    ]
    levels = tuple(ControlPolicyLevel(name, (held(name, name),)) for name in world.scps)
    older = {
        name: tuple(held(f"{name} {each}", each) for each in versions[1:]) for name, versions in world.versions.items()
    }
    managed = {name: held(name, versions[0]) for name, versions in world.versions.items()}
    return EscalationAccount(Index(holders, Surroundings(ID, levels)), groups=groups, managed=managed, older=older)


def found_by_search(world: World) -> set[str]:
    return {path.source for path in escalations(account_in(world)).paths if not path.supposes}


@as_long_as_asked(60)
@given(worlds())
def test_search_finds_whom_brute_force_finds(world: World) -> None:
    found = found_by_search(world)
    for who in world.principals:
        if not world.is_administrator(who):
            try:
                expected = can_become_administrator(world, who, most=400)
            except TooMany:
                assume(False)
            assert (who in found) is expected, who
