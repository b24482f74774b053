"""Ways to become administrator: what decides beside the permissions that they take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from access.escalation.account import EscalationAccount, UserCredentials
from access.escalation.paths import escalations
from access.holders import Holder
from access.index import Index
from access.surroundings import Surroundings
from policies.engine.evaluate import ControlPolicyLevel
from tests.access.escalating import BOSS, EVE, EVERYTHING, found, names, who
from tests.access.mirrored import ID, arn
from tests.services.statements import allow, deny, layer_policy

MINE, LIMIT, BOSSES = arn("policy/mine"), arn("policy/limit"), arn("group/bosses")


def boss(**more: Any) -> Holder:
    return who(arn("user/boss"), layer_policy(EVERYTHING), **more)


def test_a_user_with_two_keys_has_no_room_for_a_third() -> None:
    full: dict[str, Any] = {"credentials": {arn("user/boss"): UserCredentials(keys=2)}}
    one, both = allow("iam:CreateAccessKey"), allow(["iam:CreateAccessKey", "iam:DeleteAccessKey"])
    assert names(found(who(EVE, layer_policy(one)), boss(), **full)) == []
    assert names(found(who(EVE, layer_policy(both)), boss(), **full)) == ["iam:CreateAccessKey"]


def test_keys_of_ones_own_are_no_way() -> None:
    own = allow("iam:CreateAccessKey", arn("user/${aws:username}"))
    some = allow("iam:CreateAccessKey", [arn("user/${aws:username}"), arn("user/b*")])
    assert names(found(who(EVE, layer_policy(own)), boss())) == []
    assert names(found(who(EVE, layer_policy(some)), boss())) == ["iam:CreateAccessKey"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (UserCredentials(has_password=False), ["iam:CreateLoginProfile"]),
        (UserCredentials(has_password=True), ["iam:UpdateLoginProfile"]),
        (UserCredentials(has_password=True, mfa=1), []),
        (UserCredentials(), ["iam:CreateLoginProfile", "iam:UpdateLoginProfile"]),
    ],
)
def test_passwords(known: UserCredentials, expected: list[str]) -> None:
    eve = who(EVE, layer_policy(allow(["iam:CreateLoginProfile", "iam:UpdateLoginProfile"])))
    assert names(found(eve, boss(), credentials={arn("user/boss"): known})) == expected


def test_an_instance_takes_a_role_from_a_profile() -> None:
    eve = who(EVE, layer_policy(allow(["iam:PassRole", "ec2:RunInstances"])))
    target = who(BOSS, layer_policy(EVERYTHING), trusts={"Service": "ec2.amazonaws.com"})
    assert names(found(eve, target)) == ["iam:PassRole+ec2:RunInstances"]
    assert names(found(eve, target, profiled=frozenset())) == []
    assert names(found(eve, target, profiled=frozenset({BOSS}))) == ["iam:PassRole+ec2:RunInstances"]
    makes = layer_policy(
        allow(["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"]), name="inline policy more"
    )
    more = replace(eve, policies=(*eve.policies, makes))
    assert names(found(more, target, profiled=frozenset())) == ["iam:PassRole+ec2:RunInstances"]


def test_a_role_is_passed_to_the_services_that_may_get_it() -> None:
    to_glue = {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
    eve = who(EVE, layer_policy(allow("iam:PassRole", Condition=to_glue), allow(["lambda:*", "glue:*"])))
    assert names(found(eve, who(BOSS, layer_policy(EVERYTHING), trusts={"Service": "lambda.amazonaws.com"}))) == [
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ]
    assert "iam:PassRole+glue:CreateJob+glue:StartJobRun" in names(
        found(eve, who(BOSS, layer_policy(EVERYTHING), trusts={"Service": "glue.amazonaws.com"}))
    )


def test_an_older_version_must_allow_everything() -> None:
    eve = who(EVE, layer_policy(allow("iam:SetDefaultPolicyVersion"), name=MINE))
    assert names(found(eve, boss(), older={MINE: (layer_policy(allow("iam:GetUser")),)})) == []


def test_a_group_must_allow_everything() -> None:
    eve = who(EVE, layer_policy(allow("iam:AddUserToGroup")))
    assert names(found(eve, boss(), groups={BOSSES: (layer_policy(allow("s3:*")),)})) == []


def test_any_policy_is_worth_what_the_boundary_lets_through() -> None:
    """Here it lets her take it off, and her policy didn't."""
    loose = layer_policy(allow("iam:*", EVE), allow("iam:CreatePolicyVersion"), name=LIMIT)
    tight = layer_policy(allow("iam:CreatePolicyVersion", MINE), name=LIMIT)
    rewrites = layer_policy(allow("iam:CreatePolicyVersion", MINE), name=MINE)
    (path,) = found(who(EVE, rewrites, boundary=loose), boss())
    assert [step.technique.name for step in path.steps] == [
        "iam:CreatePolicyVersion",
        "iam:DeleteUserPermissionsBoundary",
    ]
    assert (path.source, path.target) == (EVE, EVE)
    assert found(who(EVE, rewrites, boundary=tight), boss()) == []


def test_roles_lead_on() -> None:
    first, second = arn("role/first"), arn("role/second")
    paths = found(
        who(EVE, layer_policy(allow("sts:AssumeRole", first))),
        who(first, layer_policy(allow("sts:AssumeRole", second))),
        who(second, layer_policy(allow("iam:PutRolePolicy", second))),
        boss(),
    )
    assert [len(path.steps) for path in paths] == [1, 2, 3]
    assert [(step.principal, step.target) for step in paths[2].steps] == [
        (EVE, first),
        (first, second),
        (second, second),
    ]
    assert paths[2].target == second


def test_the_shortest_of_a_technique() -> None:
    helper = who(arn("role/helper"), layer_policy(allow("sts:AssumeRole")))
    paths = found(who(EVE, layer_policy(allow("sts:AssumeRole"))), helper, who(BOSS, layer_policy(EVERYTHING)))
    assert [(path.source, len(path.steps)) for path in paths] == [(helper.arn, 1), (EVE, 1)]


def test_administrators_have_no_way_to_go() -> None:
    assert found(boss(), who(BOSS, layer_policy(EVERYTHING))) == []


@pytest.mark.parametrize(
    "statements",
    [
        [allow("iam:*"), allow("s3:*")],
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
        [EVERYTHING, deny("iam:*")],
        [allow("*", "arn:aws:s3:::*")],
    ],
)
def test_who_is_no_administrator(statements: list[dict[str, Any]]) -> None:
    assert names(found(who(EVE, layer_policy(allow("sts:AssumeRole"))), who(BOSS, layer_policy(*statements)))) in (
        [],
        ["sts:AssumeRole"] if statements[0] == allow("iam:*") else [],
    )


def test_within_a_control_policy_that_allows_some_services_one_is_still_administrator() -> None:
    some = (ControlPolicyLevel("root", (layer_policy(allow(["iam:*", "sts:*", "s3:*"])),)),)
    index = Index(
        [who(EVE, layer_policy(allow("sts:AssumeRole"))), who(BOSS, layer_policy(EVERYTHING))], Surroundings(ID, some)
    )
    assert names(escalations(EscalationAccount(index)).paths) == ["sts:AssumeRole"]


def test_what_a_step_supposes() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    eve = who(EVE, layer_policy(allow("sts:AssumeRole", Condition=mfa), allow("lambda:UpdateFunctionCode")))
    function = who(arn("role/function"), layer_policy(EVERYTHING), trusts={"Service": "lambda.amazonaws.com"})
    paths = {path.technique: path for path in found(eve, who(BOSS, layer_policy(EVERYTHING)), function)}
    assert paths["sts:AssumeRole"].steps[0].supposes == ("aws:multifactorauthpresent",)
    assert paths["lambda:UpdateFunctionCode"].steps[0].supposes == ("a function runs as the role",)


# ---- Managed policies that nobody has ------------------------------------------------------------------------
OWN_POLICIES = {"ArnLike": {"iam:PolicyARN": arn("policy/*")}}


@pytest.mark.parametrize(
    ("in_force", "older", "also", "technique"),
    [
        (allow("*"), (), (), "iam:AttachUserPolicy"),
        (allow("s3:*"), (), ("iam:CreatePolicyVersion",), "iam:CreatePolicyVersion+iam:AttachUserPolicy"),
        (
            allow("s3:*"),
            (allow("*"),),
            ("iam:SetDefaultPolicyVersion",),
            "iam:SetDefaultPolicyVersion+iam:AttachUserPolicy",
        ),
        (allow("s3:*"), (allow("*"),), (), None),
        (allow("s3:*"), (allow("s3:*"),) * 4, ("iam:CreatePolicyVersion",), None),
        (allow("s3:*"), (), ("iam:SetDefaultPolicyVersion",), None),
    ],
)
def test_a_policy_that_nobody_has_can_be_attached(
    in_force: dict[str, Any], older: tuple[dict[str, Any], ...], also: tuple[str, ...], technique: str | None
) -> None:
    spare = arn("policy/spare")
    eve = who(
        EVE, layer_policy(allow("iam:AttachUserPolicy", EVE, Condition=OWN_POLICIES), *(allow(each) for each in also))
    )
    beside: dict[str, Any] = {
        "managed": {spare: layer_policy(in_force, name=spare)},
        "older": {spare: tuple(layer_policy(each, name=f"{spare} v1") for each in older)} if older else {},
    }
    paths = names(found(eve, **beside))
    assert (technique in paths) if technique else (paths == []), paths
