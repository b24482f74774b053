"""With IAM enforcement on, callers need permissions, and AWS says which one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator.process import Emulator
from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused
from tests.emulator.test_assume_roles import credentials
from tests.services.statements import allowing, denying

SESSION = "arn:aws:sts::123456789012:assumed-role/console/worker"
POLICY = "arn:aws:iam::123456789012:policy/p"
ROLE = "arn:aws:iam::123456789012:role/console"


@pytest.fixture
def enforcing(emulator: Emulator, iam: Any) -> Iterator[Emulator]:
    iam.create_role(RoleName="console", AssumeRolePolicyDocument=TRUST_ROOT)
    iam.create_policy(PolicyName="p", PolicyDocument=ALLOW_ALL)
    iam.create_user(UserName="dana")
    emulator.enforce_iam()
    yield emulator
    emulator.enforce_iam(on=False)


def session(emulator: Emulator, **params: str) -> Any:
    held = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="worker", **params)
    return emulator.client("iam", **credentials(held))


def give(iam: Any, *documents: str) -> None:
    for n, document in enumerate(documents):
        iam.put_role_policy(RoleName="console", PolicyName=f"p{n}", PolicyDocument=document)


@pytest.mark.parametrize(
    ("call", "params", "action", "resource"),
    [
        ("get_user", {"UserName": "dana"}, "iam:GetUser", "user dana"),
        ("get_account_authorization_details", {}, "iam:GetAccountAuthorizationDetails", "*"),
        ("list_users", {}, "iam:ListUsers", "arn:aws:iam::123456789012:user/"),
        ("attach_user_policy", {"UserName": "dana", "PolicyArn": POLICY}, "iam:AttachUserPolicy", "user dana"),
        (
            "create_policy_version",
            {"PolicyArn": POLICY, "PolicyDocument": ALLOW_ALL},
            "iam:CreatePolicyVersion",
            f"policy {POLICY}",
        ),
    ],
)
def test_the_missing_permission_is_named(
    enforcing: Emulator, refused: Refused, call: str, params: dict[str, str], action: str, resource: str
) -> None:
    message = refused("AccessDenied", getattr(session(enforcing), call), **params)

    assert message == (
        f"User: {SESSION} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


def test_a_permission_lets_in(enforcing: Emulator, iam: Any) -> None:
    give(iam, allowing("iam:Get*", "arn:aws:iam::123456789012:user/da*"))

    assert session(enforcing).get_user(UserName="dana")["User"]["UserName"] == "dana"


def test_a_permission_on_something_else_does_not(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    give(iam, allowing("iam:GetUser", "arn:aws:iam::123456789012:user/else"))

    refused("AccessDenied", session(enforcing).get_user, UserName="dana")


def test_an_explicit_deny_wins(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    give(iam, allowing("*"), denying("iam:GetUser"))

    message = refused("AccessDenied", session(enforcing).get_user, UserName="dana")

    assert message.endswith("with an explicit deny in an identity-based policy")


def test_a_session_policy_limits(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    give(iam, allowing("*"))
    limited = session(enforcing, Policy=allowing(["iam:AttachUserPolicy", "iam:List*"]))

    limited.attach_user_policy(UserName="dana", PolicyArn=POLICY)
    message = refused("AccessDenied", limited.detach_user_policy, UserName="dana", PolicyArn=POLICY)

    assert message.endswith("because no session policy allows the iam:DetachUserPolicy action")


def test_a_boundary_limits(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    boundary = iam.create_policy(PolicyName="b", PolicyDocument=allowing("iam:List*"))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="console", PermissionsBoundary=boundary)
    give(iam, allowing("*"))

    message = refused("AccessDenied", session(enforcing).get_user, UserName="dana")

    assert message.endswith("because no permissions boundary allows the iam:GetUser action")


def test_a_condition_on_the_policy_is_kept(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    give(iam, allowing("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": POLICY}}))
    limited = session(enforcing)

    limited.attach_user_policy(UserName="dana", PolicyArn=POLICY)
    refused(
        "AccessDenied",
        limited.attach_user_policy,
        UserName="dana",
        PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess",
    )


def test_an_operator_that_is_unknown_lets_nobody_in(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    give(iam, allowing("*", Condition={"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}))

    refused("AccessDenied", session(enforcing).get_user, UserName="dana")


def test_a_user_may_assume_a_role_of_its_account_when_both_sides_allow(
    enforcing: Emulator, iam: Any, refused: Refused
) -> None:
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    own = enforcing.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    refused("AccessDenied", own.assume_role, RoleArn=ROLE, RoleSessionName="dana")
    iam.put_user_policy(UserName="dana", PolicyName="p", PolicyDocument=allowing("sts:AssumeRole", ROLE))

    assert own.assume_role(RoleArn=ROLE, RoleSessionName="dana")["AssumedRoleUser"]["Arn"].endswith("/dana")


def test_a_wrong_secret_is_found_out(enforcing: Emulator, iam: Any, refused: Refused) -> None:
    iam.attach_user_policy(UserName="dana", PolicyArn=POLICY)
    key = iam.create_access_key(UserName="dana")["AccessKey"]["AccessKeyId"]
    wrong = enforcing.client("iam", aws_access_key_id=key, aws_secret_access_key="wrong")

    refused("SignatureDoesNotMatch", wrong.list_users)


def test_an_unknown_key_is_found_out(enforcing: Emulator, refused: Refused) -> None:
    stranger = enforcing.client("iam", aws_access_key_id="AKIA" + "X" * 16)

    refused("InvalidClientTokenId", stranger.list_users)
