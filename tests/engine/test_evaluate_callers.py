"""What AWS says of callers beside policies: which keys they have, and what no policy gives or takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.deciding import (
    ALL,
    ALLOWED,
    DENIED,
    DENY,
    ME,
    NOT_ALLOWED,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    USER,
    decided,
    to,
)
from tests.services.statements import allow, document

FEDERATED = f"arn:aws:sts::{ME}:federated-user/carol"
LINKED = f"arn:aws:sts::{ME}:assumed-role/AWSServiceRoleForX/one"
LAMBDA, ANYBODY = "lambda.amazonaws.com", {"type": "Anonymous"}
QUEUE_THERE = f"arn:aws:sqs:eu-west-1:{OTHER}:jobs"


# ---- Whose resource it is ------------------------------------------------------------------------------------
def test_a_resource_belongs_to_the_account_that_its_arn_names() -> None:
    """Then both sides must allow ("Cross-account policy evaluation logic")."""
    assert decided(resource=QUEUE_THERE, identity_policies=[ALL]) is NOT_ALLOWED
    assert decided(resource=QUEUE_THERE, identity_policies=[ALL], resource_policy=to(ME)) is ALLOWED
    assert decided(resource=QUEUE_THERE, resource_policy=to(USER)) is NOT_ALLOWED
    assert decided(resource=QUEUE_THERE, resource_account=ME, identity_policies=[ALL]) is ALLOWED
    assert decided(resource="arn:aws:s3:::b/x", action="s3:GetObject", identity_policies=[ALL]) is ALLOWED


# ---- Federated users -----------------------------------------------------------------------------------------
def test_a_federated_user_has_nothing_without_a_session_policy() -> None:
    """IAM User Guide, "Permissions for GetFederationToken"."""
    assert decided(FEDERATED, identity_policies=[ALL]) is NOT_ALLOWED
    assert decided(FEDERATED, identity_policies=[ALL], session_policy=ALL) is ALLOWED
    assert decided(FEDERATED, session_policy=ALL) is NOT_ALLOWED
    assert decided(FEDERATED, identity_policies=[ALL], resource_policy=to(ME)) is NOT_ALLOWED
    assert decided(FEDERATED, resource_policy=to(FEDERATED)) is ALLOWED
    assert (
        decided(FEDERATED, resource=QUEUE_THERE, identity_policies=[ALL], resource_policy=to(FEDERATED)) is NOT_ALLOWED
    )


# ---- What stands beside policies -----------------------------------------------------------------------------
@pytest.mark.parametrize("policies", [[], [ALL], [ALL, DENY]], ids=["nothing", "everything", "denied"])
@pytest.mark.parametrize(
    ("principal", "action", "expected"),
    [
        (USER, "sts:GetSessionToken", ALLOWED),
        (ROOT, "sts:getsessiontoken", ALLOWED),
        (ROLE, "sts:GetSessionToken", NOT_ALLOWED),
        (SESSION, "sts:GetSessionToken", NOT_ALLOWED),
        (SESSION, "sts:GetFederationToken", NOT_ALLOWED),
        (FEDERATED, "sts:AssumeRole", NOT_ALLOWED),
        (FEDERATED, "sts:GetSessionToken", NOT_ALLOWED),
        (FEDERATED, "sts:GetCallerIdentity", ALLOWED),
        (SESSION, "sts:GetCallerIdentity", ALLOWED),
    ],
)
def test_no_policy_gives_or_takes_them(principal: str, action: str, expected: Any, policies: list[Any]) -> None:
    """STS API Reference, "GetSessionToken", "GetFederationToken", "GetCallerIdentity"."""
    assert decided(principal, action, "*", identity_policies=policies, session_policy=ALL) is expected


@pytest.mark.parametrize("action", ["sts:DecodeAuthorizationMessage", "sts:GetAccessKeyInfo", "sts:GetFederationToken"])
def test_other_actions_of_sts_need_a_permission(action: str) -> None:
    assert decided(action=action, resource="*") is NOT_ALLOWED
    assert decided(action=action, resource="*", identity_policies=[ALL]) is ALLOWED
    assert decided(action=action, resource="*", identity_policies=[ALL, DENY]) is DENIED


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"])
def test_only_the_trust_policy_opens_a_role(action: str) -> None:
    """IAM User Guide, "Pass session tags in AWS STS": the trust policy must allow sts:TagSession, too."""
    target = f"arn:aws:iam::{ME}:role/target"
    assumes_only = to(USER, action="sts:AssumeRole", resource="*")
    assert decided(action=action, resource=target, identity_policies=[ALL]) is NOT_ALLOWED
    assert decided(action=action, resource=target, resource_policy=to(USER)) is ALLOWED
    assert decided(action=action, resource=target, identity_policies=[ALL], resource_policy=to(ME)) is ALLOWED
    found = decided(action=action, resource=target, identity_policies=[ALL], resource_policy=assumes_only)
    assert (found is ALLOWED) is (action == "sts:AssumeRole")


# ---- Service-linked roles ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("principal", "is_linked"),
    [
        (LINKED, True),
        (f"arn:aws:iam::{ME}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", True),
        (f"arn:aws:sts::{ME}:assumed-role/other/AWSServiceRoleForX", False),
        (SESSION, False),
        (f"arn:aws:iam::{ME}:role/AWSServiceRoleForX", False),
    ],
)
def test_control_policies_do_not_bind_sessions_of_service_linked_roles(principal: str, is_linked: bool) -> None:
    """Organizations User Guide, "SCP evaluation" and "RCP evaluation"."""
    level = [{"target": "r", "policies": [ALL, DENY]}]
    assert (decided(principal, identity_policies=[ALL], scps=level) is ALLOWED) is is_linked
    everyone = [{"target": "r", "policies": [to("*", "Deny")]}]
    assert (decided(principal, identity_policies=[ALL], rcps=everyone) is ALLOWED) is is_linked


def test_resource_control_policies_do_not_bind_who_assumes_a_service_linked_role() -> None:
    """Organizations User Guide, "Resources and entities not restricted by RCPs"."""
    everyone = [{"target": "r", "policies": [to("*", "Deny")]}]
    trusts = to({"Service": LAMBDA}, Action="sts:AssumeRole")
    for path, expected in (("aws-service-role/x.amazonaws.com", ALLOWED), ("x", DENIED)):
        on = f"arn:aws:iam::{ME}:role/{path}/R"
        found = decided(LAMBDA, "sts:AssumeRole", on, resource_policy=trusts, rcps=everyone)
        assert found is expected


# ---- Keys that the principal decides -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("principal", "keys"),
    [
        (
            LAMBDA,
            {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": LAMBDA, "aws:ViaAWSService": "false"},
        ),
        (USER, {"aws:PrincipalIsAWSService": "false", "aws:PrincipalType": "User", "aws:username": "dana"}),
        (ROOT, {"aws:userid": ME, "aws:PrincipalType": "Account"}),
        (FEDERATED, {"aws:userid": f"{ME}:carol", "aws:PrincipalType": "FederatedUser"}),
        (SESSION, {"aws:PrincipalType": "AssumedRole", "aws:PrincipalAccount": ME}),
        (ANYBODY, {"aws:PrincipalType": "Anonymous", "aws:userid": "anonymous"}),
    ],
    ids=["service", "user", "root", "federated", "session", "anonymous"],
)
def test_keys_that_a_principal_has(principal: Any, keys: dict[str, str]) -> None:
    """IAM User Guide, "AWS global condition context keys" and "Principal key values"."""
    policy = to("*", Condition={"StringEquals": keys}) if principal != LAMBDA else _to_service(keys)
    assert decided(principal, resource_policy=policy, session_policy=ALL) is ALLOWED


@pytest.mark.parametrize(
    ("principal", "key"),
    [
        (LAMBDA, "aws:PrincipalArn"),
        (LAMBDA, "aws:username"),
        (USER, "aws:PrincipalServiceName"),
        (USER, "aws:PrincipalServiceNamesList"),
        (SESSION, "aws:username"),
        (ROOT, "aws:username"),
        (ANYBODY, "aws:PrincipalIsAWSService"),
        (ANYBODY, "aws:PrincipalAccount"),
        (ANYBODY, "aws:username"),
    ],
)
def test_keys_that_a_principal_lacks(principal: Any, key: str) -> None:
    absent = document(allow(Principal="*", Condition={"Null": {key: "true"}}))
    assert decided(principal, resource_policy=absent) is ALLOWED


def test_the_names_of_a_service_are_a_list() -> None:
    listed = {"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": ["x.amazonaws.com", LAMBDA]}}
    policy = document(allow(Principal={"Service": LAMBDA}, Condition=listed))
    assert decided(LAMBDA, resource_policy=policy) is ALLOWED


def _to_service(keys: dict[str, str]) -> dict[str, Any]:
    return document(allow(Principal={"Service": LAMBDA}, Condition={"StringEquals": keys}))
