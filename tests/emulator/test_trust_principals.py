"""Trust policies: who they may name, and what becomes of those who leave."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Refused
from tests.services.statements import trusting

ACCOUNT = "arn:aws:iam::123456789012"


def principal_of(iam: Any, role: str = "r") -> Any:
    document = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    return document["Statement"][0]["Principal"]


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": f"{ACCOUNT}:user/nobody"},
        {"AWS": f"{ACCOUNT}:role/nothing"},
        {"AWS": f"{ACCOUNT}:group/team"},
        {"AWS": f"{ACCOUNT}:user/*"},
        {"AWS": "AIDAAAAAAAAAAAAAAAAAA"},
        {"AWS": "someone"},
        {"Service": "lambda"},
        {"Stranger": "*"},
    ],
)
def test_a_principal_that_is_not_there_is_refused(iam: Any, refused: Refused, principal: dict[str, str]) -> None:
    message = refused(
        "MalformedPolicyDocument", iam.create_role, RoleName="r", AssumeRolePolicyDocument=trusting(principal)
    )

    kind, name = next(iter(principal.items()))
    assert message == f'Invalid principal in policy: "{kind}":"{name}"'


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "123456789012"},
        {"AWS": [f"{ACCOUNT}:root", "arn:aws:iam::444455556666:role/theirs"]},
        {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]},
        {"Federated": f"{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
        {"Federated": "cognito-identity.amazonaws.com"},
    ],
)
def test_these_may_be_named(iam: Any, principal: Any) -> None:
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trusting(principal))

    assert principal_of(iam) == principal


@pytest.mark.parametrize(
    "document",
    [
        "{",
        trusting("*", Resource="*"),
        trusting("*", Action="s3:GetObject"),
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}',
    ],
)
def test_a_malformed_trust_policy_is_refused(iam: Any, refused: Refused, document: str) -> None:
    refused("MalformedPolicyDocument", iam.create_role, RoleName="r", AssumeRolePolicyDocument=document)
    iam.create_role(RoleName="ok", AssumeRolePolicyDocument=trusting("*"))
    refused("MalformedPolicyDocument", iam.update_assume_role_policy, RoleName="ok", PolicyDocument=document)


def test_a_deleted_user_is_shown_by_id(iam: Any) -> None:
    user = iam.create_user(UserName="leaver")["User"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trusting({"AWS": [user["Arn"], f"{ACCOUNT}:root"]}))

    iam.delete_user(UserName="leaver")

    assert principal_of(iam) == {"AWS": [user["UserId"], f"{ACCOUNT}:root"]}
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"][0]
    assert details["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"][0] == user["UserId"]


def test_a_user_made_anew_is_not_the_one_that_was_meant(iam: Any) -> None:
    user = iam.create_user(UserName="leaver")["User"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trusting({"AWS": user["Arn"]}))

    iam.delete_user(UserName="leaver")
    anew = iam.create_user(UserName="leaver")["User"]

    assert anew["UserId"] != user["UserId"]
    assert principal_of(iam) == {"AWS": user["UserId"]}


def test_a_renamed_user_is_still_meant(iam: Any) -> None:
    user = iam.create_user(UserName="before")["User"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trusting({"AWS": user["Arn"]}))

    iam.update_user(UserName="before", NewUserName="after")

    assert principal_of(iam) == {"AWS": f"{ACCOUNT}:user/after"}


def test_a_condition_that_names_the_leaver_stays_as_written(iam: Any) -> None:
    user = iam.create_user(UserName="leaver")["User"]
    condition = {"ArnEquals": {"aws:PrincipalArn": user["Arn"]}}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trusting({"AWS": user["Arn"]}, Condition=condition))

    iam.delete_user(UserName="leaver")

    statement = iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert (statement["Principal"], statement["Condition"]) == ({"AWS": user["UserId"]}, condition)
