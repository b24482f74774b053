"""Moves that make an administrator only together, whoever of those under one control makes each."""

from __future__ import annotations

from typing import Any

import pytest

from access.escalation.account import UserCredentials
from access.escalation.paths import EscalationPath
from access.holders import Holder
from policies.engine.evaluate import LayerPolicy
from tests.access.escalating import ADMINISTRATOR, BOSS, EVE, EVERYTHING, found, names, who
from tests.access.mirrored import ID, arn
from tests.services.statements import allow, deny, layer_policy

WORK, BOB, HELPER = arn("role/work"), arn("user/bob"), arn("role/helper")
STAFF, MINE, LIMIT = arn("group/staff"), arn("policy/mine"), arn("policy/limit")
NEW_USER, NEW_ROLE = arn("user/any"), arn("role/any")

Move = tuple[str, str]  # an action, and what it is turned on
COMBINED: list[tuple[Move, ...]] = [
    (("iam:AttachRolePolicy", WORK), ("iam:UpdateAssumeRolePolicy", WORK)),
    (("iam:PutRolePolicy", WORK), ("iam:UpdateAssumeRolePolicy", WORK)),
    (("iam:CreatePolicyVersion", MINE), ("iam:UpdateAssumeRolePolicy", WORK)),
    (("iam:SetDefaultPolicyVersion", MINE), ("iam:UpdateAssumeRolePolicy", WORK)),
    (("iam:AttachUserPolicy", BOB), ("iam:CreateAccessKey", BOB)),
    (("iam:AttachUserPolicy", BOB), ("iam:CreateLoginProfile", BOB)),
    (("iam:PutUserPolicy", BOB), ("iam:CreateAccessKey", BOB)),
    (("iam:PutUserPolicy", BOB), ("iam:UpdateLoginProfile", BOB)),
    (("iam:CreatePolicyVersion", MINE), ("iam:CreateAccessKey", BOB)),
    (("iam:PutGroupPolicy", STAFF), ("iam:CreateAccessKey", BOB)),
    (("iam:AttachGroupPolicy", STAFF), ("iam:AddUserToGroup", STAFF)),
    (("iam:PutGroupPolicy", STAFF), ("iam:AddUserToGroup", STAFF)),
    (("iam:DeleteUserPermissionsBoundary", arn("user/bound")), ("iam:CreateAccessKey", arn("user/bound"))),
    (("iam:PutUserPermissionsBoundary", arn("user/bound")), ("iam:UpdateLoginProfile", arn("user/bound"))),
    (("iam:CreatePolicyVersion", LIMIT), ("iam:CreateAccessKey", arn("user/bound"))),
    (("iam:CreateUser", NEW_USER), ("iam:CreateAccessKey", NEW_USER), ("iam:PutUserPolicy", NEW_USER)),
    (("iam:CreateUser", NEW_USER), ("iam:CreateLoginProfile", NEW_USER), ("iam:AttachUserPolicy", NEW_USER)),
    (("iam:CreateRole", NEW_ROLE), ("iam:AttachRolePolicy", NEW_ROLE)),
    (("iam:CreateRole", NEW_ROLE), ("iam:PutRolePolicy", NEW_ROLE)),
    (
        ("iam:PutRolePolicy", WORK),
        ("iam:PassRole", WORK),
        ("lambda:CreateFunction", "*"),
        ("lambda:InvokeFunction", "*"),
    ),
]
SAME = ("iam:PassRole", "lambda:CreateFunction")  # which one identity has to have together


def others() -> list[Holder]:
    """A role that only a service takes on, a user in a group, and a user whom only their boundary holds back."""
    mine, staff = (
        layer_policy(allow("s3:ListBucket"), name=MINE),
        layer_policy(allow("s3:GetObject"), name="inline policy staff"),
    )
    bound = layer_policy(EVERYTHING, name="inline policy all")
    return [
        who(WORK, mine, trusts={"Service": "lambda.amazonaws.com"}),
        who(BOB, mine, staff, groups=(STAFF,)),
        who(arn("user/bound"), bound, boundary=layer_policy(allow("s3:*"), name=LIMIT)),
    ]


def paths(*holders: Holder, **more: Any) -> list[EscalationPath]:
    staff = layer_policy(allow("s3:GetObject"), name="inline policy staff")
    older = {MINE: (layer_policy(EVERYTHING, name=f"{MINE} v1"),)}
    return found(*holders, *others(), groups={STAFF: (staff,)}, older=older, **more)


def may(*moves: Move) -> LayerPolicy:
    return layer_policy(*(allow(action, resource) for action, resource in moves))


@pytest.mark.parametrize("moves", COMBINED, ids=lambda moves: "+".join(action for action, _ in moves))
def test_moves_of_one(moves: tuple[Move, ...]) -> None:
    assert names(paths(who(EVE, may(*moves))))
    for missing in moves:
        left = [move for move in moves if move != missing]
        assert [path for path in paths(who(EVE, may(*left))) if not path.supposes] == []


@pytest.mark.parametrize("moves", COMBINED, ids=lambda moves: "+".join(action for action, _ in moves))
def test_moves_of_two_under_one_control(moves: tuple[Move, ...]) -> None:
    """The last is what a role may do that she may assume; who isn't in control of both can't."""
    *hers, last = [move for move in moves if move[0] not in SAME]
    hers += [move for move in moves if move[0] in SAME]
    helper = who(HELPER, may(last), trusts={"AWS": EVE})
    found = paths(who(EVE, may(*hers)), helper)
    assert EVE in {path.source for path in found}
    assert HELPER not in {path.source for path in found if not path.supposes}
    principals = {each.principal for path in found for step in path.steps for each in step.permissions}
    assert {EVE, HELPER} <= principals


def test_steps_say_who_does_what() -> None:
    helper = who(HELPER, may(("iam:PutRolePolicy", WORK)), trusts={"AWS": EVE})
    path = next(each for each in paths(who(EVE, may(("iam:UpdateAssumeRolePolicy", WORK))), helper))
    assert [(step.principal, step.does, step.target) for step in path.steps] == [
        (EVE, "makes the role trust a principal of its own, and assumes it", WORK),
        (EVE, "assumes the role", HELPER),
        (HELPER, "gives the role an inline policy that allows everything", WORK),
    ]
    assert path.target == WORK


def test_who_joins_is_told() -> None:
    (path,) = paths(who(EVE, may(("iam:PutGroupPolicy", STAFF), ("iam:AddUserToGroup", STAFF))))
    assert [step.does for step in path.steps] == [
        "gives the group an inline policy that allows everything",
        "adds itself to the group",
    ]


def test_a_policy_with_five_versions_has_no_room_for_a_sixth() -> None:
    older = {MINE: tuple(layer_policy(allow("s3:*"), name=f"{MINE} v{number}") for number in range(1, 5))}
    eve = ("iam:CreatePolicyVersion", MINE), ("iam:CreateAccessKey", BOB)
    assert found(who(EVE, may(*eve)), *others(), older=older) == []
    assert names(found(who(EVE, may(*eve, ("iam:DeletePolicyVersion", MINE))), *others(), older=older))


def test_what_another_may_do_beside_counts() -> None:
    """Of a user with two keys she makes room as somebody else."""
    full: dict[str, Any] = {"credentials": {arn("user/boss"): UserCredentials(keys=2)}}
    boss = who(arn("user/boss"), ADMINISTRATOR)
    eve = who(EVE, may(("iam:CreateAccessKey", boss.arn)))
    helper = who(HELPER, may(("iam:DeleteAccessKey", boss.arn)), trusts={"AWS": EVE})
    assert found(eve, boss, **full) == []
    (path,) = found(eve, boss, helper, **full)
    assert [step.others for step in path.steps] == [(), (HELPER,)]


TEAM = {"ArnLike": {"iam:PolicyARN": arn("policy/team-*")}}
ATTACHES = allow("iam:AttachUserPolicy", EVE, Condition=TEAM)


@pytest.mark.parametrize(
    ("statements", "technique"),
    [
        ([ATTACHES], None),
        ([ATTACHES, allow("iam:CreatePolicy", arn("policy/team-*"))], "iam:CreatePolicy+iam:AttachUserPolicy"),
        ([ATTACHES, allow("iam:CreatePolicy", arn("policy/other-*"))], None),
        (
            [ATTACHES, allow("iam:CreatePolicyVersion", arn("policy/team-a"))],
            "iam:CreatePolicyVersion+iam:AttachUserPolicy",
        ),
    ],
)
def test_who_may_attach_some_policies_only(statements: list[dict[str, Any]], technique: str | None) -> None:
    team = who(arn("user/tom"), layer_policy(allow("s3:*"), name=arn("policy/team-a")))
    ways = found(who(EVE, layer_policy(*statements)), team)
    assert [path.technique for path in ways if path.source == EVE] == ([technique] if technique else [])


# ---- Where -------------------------------------------------------------------------------------------------------
LAMBDA = allow(["iam:PassRole", "lambda:*"])
BOSS_OF_LAMBDA = who(BOSS, layer_policy(EVERYTHING), trusts={"Service": "lambda.amazonaws.com"})
WHERE: list[tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[str, ...] | None]] = [
    ([LAMBDA], [], ()),
    ([LAMBDA], [deny("lambda:*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})], ("eu-west-1",)),
    ([LAMBDA], [deny("lambda:*", Condition={"StringNotLike": {"aws:RequestedRegion": "il-*"}})], ("il-central-1",)),
    ([allow("iam:PassRole"), allow("lambda:*", f"arn:aws:lambda:sa-east-1:{ID}:function:x-*")], [], ("sa-east-1",)),
    (
        [
            allow("iam:PassRole"),
            allow("lambda:CreateFunction", f"arn:aws:lambda:us-east-1:{ID}:function:*"),
            allow("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ID}:function:*"),
        ],
        [],
        None,
    ),
    (
        [
            allow("iam:PassRole"),
            allow("lambda:CreateFunction", f"arn:aws:lambda:*:{ID}:function:a-*"),
            allow("lambda:InvokeFunction", f"arn:aws:lambda:*:{ID}:function:b-*"),
        ],
        [],
        None,
    ),
    ([LAMBDA, deny("lambda:CreateFunction", f"arn:aws:lambda:*:{ID}:function:any")], [], ()),
    ([LAMBDA, deny(["lambda:InvokeFunction", "lambda:Add*", "lambda:Create*Url*", "lambda:Create*Mapping"])], [], None),
]


@pytest.mark.parametrize(("statements", "scp", "regions"), WHERE)
def test_a_service_runs_it_where_policies_allow_it(
    statements: list[dict[str, Any]], scp: list[dict[str, Any]], regions: tuple[str, ...] | None
) -> None:
    ways = {path.technique: path for path in found(who(EVE, layer_policy(*statements)), BOSS_OF_LAMBDA, scp=scp)}
    path = ways.get("iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction")
    assert (path and path.steps[0].regions) == regions


def test_regions_are_named() -> None:
    scp = [deny("lambda:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}})]
    path = found(who(EVE, layer_policy(LAMBDA)), BOSS_OF_LAMBDA, scp=scp)[0]
    assert path.steps[0].where == "in eu-central-1 or eu-west-1"


def test_iam_is_called_in_one_region() -> None:
    """IAM User Guide, "AWS global condition context keys": aws:RequestedRegion is us-east-1 for IAM."""
    eve, boss = who(EVE, layer_policy(allow("iam:CreateAccessKey"))), who(arn("user/boss"), ADMINISTRATOR)
    for region, expected in (("eu-west-1", 0), ("us-east-1", 1)):
        scp = [deny("iam:*", Condition={"StringNotEquals": {"aws:RequestedRegion": region}})]
        assert len(found(eve, boss, scp=scp)) == expected


# ---- When --------------------------------------------------------------------------------------------------------
RED, TLS = {"StringEquals": {"aws:RequestTag/team": "red"}}, {"Bool": {"aws:SecureTransport": "true"}}
WHEN: list[tuple[list[dict[str, Any]], tuple[str, ...] | None]] = [
    ([allow("iam:CreateAccessKey", Condition=TLS)], ()),
    ([allow("iam:CreateAccessKey"), deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})], ()),
    ([allow("iam:CreateRole", Condition=RED), allow("iam:PutRolePolicy", NEW_ROLE)], ()),
    ([allow("iam:CreateRole", Condition=RED), deny("*", Condition=RED), allow("iam:PutRolePolicy", NEW_ROLE)], None),
    ([allow("iam:CreateAccessKey", Condition=RED)], None),  # which takes no tags
    (
        [allow("iam:CreateAccessKey", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        ("aws:multifactorauthpresent",),
    ),
    ([allow("iam:CreateAccessKey", Condition={"ArnLike": {"iam:PolicyARN": "*"}})], None),
    ([allow("iam:CreateAccessKey", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})], None),
]


@pytest.mark.parametrize(("statements", "supposes"), WHEN)
def test_what_the_caller_chooses_is_no_condition(
    statements: list[dict[str, Any]], supposes: tuple[str, ...] | None
) -> None:
    """Tags of the request and TLS are theirs to choose; other keys are unknown, or not there at all."""
    paths = found(who(EVE, layer_policy(*statements)), who(arn("user/boss"), ADMINISTRATOR))
    assert [path.steps[0].supposes for path in paths] == ([] if supposes is None else [supposes])
