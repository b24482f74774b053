"""The policy simulator: what it looks at, and what it doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.encoded import encode
from emulator.process import Emulator
from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused
from tests.services.organizations import ACCOUNT_ID, MANAGEMENT_ID, MadeOrganization
from tests.services.statements import allow, allowing, deny, denying, document_text

DANA, ROLE = "arn:aws:iam::123456789012:user/dana", "arn:aws:iam::123456789012:role/worker"
START, INSTANCE = "ec2:StartInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def simulate(iam: Any, source: str = DANA, **more: Any) -> dict[str, Any]:
    asked = {"PolicySourceArn": source, "ActionNames": [START], "ResourceArns": [INSTANCE], **more}
    [result] = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    return dict(result)


def test_policies_of_a_user_and_of_its_groups_count(iam: Any) -> None:
    iam.create_user(UserName="dana")
    assert simulate(iam)["EvalDecision"] == "implicitDeny"
    iam.create_group(GroupName="devs")
    iam.add_user_to_group(GroupName="devs", UserName="dana")
    iam.put_group_policy(GroupName="devs", PolicyName="start", PolicyDocument=allowing("ec2:Start*"))
    result = simulate(iam)
    assert result["EvalDecision"] == "allowed"
    [own] = result["ResourceSpecificResults"]
    assert (own["EvalResourceName"], own["EvalResourceDecision"]) == (INSTANCE, "allowed")
    assert own["MatchedStatements"][0]["SourcePolicyId"] == "start"
    iam.put_user_policy(UserName="dana", PolicyName="no", PolicyDocument=denying("ec2:*"))
    assert simulate(iam)["EvalDecision"] == "explicitDeny"


def test_the_boundary_limits_and_the_trust_policy_is_left_out(iam: Any) -> None:
    iam.create_policy(PolicyName="bound", PolicyDocument=allowing("s3:*"))
    bound = "arn:aws:iam::123456789012:policy/bound"
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST_ROOT, PermissionsBoundary=bound)
    iam.put_role_policy(RoleName="worker", PolicyName="all", PolicyDocument=ALLOW_ALL)
    result = simulate(iam, ROLE)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    nobodys = simulate(iam, ROLE, ActionNames=["s3:GetObject"], ResourceArns=["*"])
    assert nobodys["EvalDecision"] == "allowed"


def test_keys_that_are_not_given_are_missing_and_absent(iam: Any) -> None:
    iam.create_user(UserName="dana")
    document = document_text(allow("ec2:*", Condition=MFA))
    iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=document)
    result = simulate(iam)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:MultiFactorAuthPresent"]
    entry = {"ContextKeyName": "aws:multifactorauthpresent", "ContextKeyType": "boolean", "ContextKeyValues": ["true"]}
    result = simulate(iam, ContextEntries=[entry])
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])


def test_service_control_policies_are_marked(emulator: Emulator, iam: Any) -> None:
    iam.create_user(UserName="dana")
    iam.put_user_policy(UserName="dana", PolicyName="all", PolicyDocument=ALLOW_ALL)
    assert "OrganizationsDecisionDetail" not in simulate(iam)
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    assert simulate(iam)["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    made = organization.client.create_policy(
        Name="no", Description="", Type="SERVICE_CONTROL_POLICY", Content=document_text(deny("ec2:*"))
    )
    organization.client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=organization.root)
    result = simulate(iam)
    assert result["EvalDecision"] == "explicitDeny"
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("NoSuchEntity", {"PolicySourceArn": f"{DANA}-else"}),
        ("InvalidInput", {"PolicySourceArn": "arn:aws:sts::123456789012:assumed-role/worker/one"}),
        ("InvalidInput", {"PolicySourceArn": "arn:aws:iam::999900009999:user/dana"}),
        ("InvalidInput", {"ActionNames": ["ec2:*"]}),
        ("InvalidInput", {"ActionNames": ["StartInstances"]}),
        ("InvalidInput", {"PolicySourceArn": ROLE, "ResourcePolicy": ALLOW_ALL}),
    ],
)
def test_what_aws_refuses_is_refused(iam: Any, refused: Refused, code: str, asked: dict[str, Any]) -> None:
    iam.create_user(UserName="dana")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST_ROOT)
    refused(code, iam.simulate_principal_policy, **{"PolicySourceArn": DANA, "ActionNames": [START], **asked})


def test_an_encoded_message_is_decoded_in_its_own_aws_account(emulator: Emulator, refused: Refused) -> None:
    sts = emulator.client("sts")
    text = encode(ACCOUNT_ID, {"allowed": False})
    assert sts.decode_authorization_message(EncodedMessage=text)["DecodedMessage"] == '{"allowed":false}'
    for other in (encode(MANAGEMENT_ID, {"allowed": False}), text[:-4], "no such message"):
        refused("InvalidAuthorizationMessageException", sts.decode_authorization_message, EncodedMessage=other)


# ---- Of policies that are given ----------------------------------------------------------------------------------
def custom(iam: Any, *policies: str, **more: Any) -> dict[str, Any]:
    asked = {"PolicyInputList": list(policies), "ActionNames": [START], "ResourceArns": [INSTANCE], **more}
    [result] = iam.simulate_custom_policy(**asked)["EvaluationResults"]
    return dict(result)


def test_only_what_is_given_counts(iam: Any) -> None:
    iam.create_user(UserName="dana")
    iam.put_user_policy(UserName="dana", PolicyName="no", PolicyDocument=denying("ec2:*"))
    start = allowing("ec2:Start*")
    assert custom(iam, start, CallerArn=DANA)["EvalDecision"] == "allowed"
    assert custom(iam, start, denying("ec2:*"))["EvalDecision"] == "explicitDeny"
    assert custom(iam, start)["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"
    result = custom(iam, start, PermissionsBoundaryPolicyInputList=[allowing("s3:*")])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_levels_of_an_organization_are_given_from_the_root_down(iam: Any) -> None:
    def decided(*levels: list[str]) -> tuple[str, bool]:
        ordered = [{"ServiceControlPolicyInputList": texts} for texts in levels]
        result = custom(iam, ALLOW_ALL, OrderedOrganizationPolicyInputList=ordered)
        return result["EvalDecision"], result["OrganizationsDecisionDetail"]["AllowedByOrganizations"]

    assert decided([ALLOW_ALL], [ALLOW_ALL, allowing("s3:*")]) == ("allowed", True)
    assert decided([ALLOW_ALL], [allowing("s3:*")], [ALLOW_ALL]) == ("implicitDeny", False)
    assert decided([ALLOW_ALL, denying("ec2:*")], [ALLOW_ALL]) == ("explicitDeny", False)


def test_a_policy_of_the_resource_counts_for_a_user(iam: Any) -> None:
    def decided(who: str, *policies: str, **more: Any) -> str:
        policy = document_text(allow(START, Principal={"AWS": who}))
        return str(custom(iam, *policies, ResourcePolicy=policy, CallerArn=DANA, **more)["EvalDecision"])

    nothing, bucket = allowing("s3:*"), {"ResourceArns": ["arn:aws:s3:::box/a"]}
    other = {**bucket, "ResourceOwner": "arn:aws:iam::999900009999:root"}
    assert decided(DANA, nothing) == "allowed"
    assert decided("123456789012", nothing) == "implicitDeny"
    assert decided(DANA, nothing, **bucket) == "allowed"
    assert decided(DANA, nothing, **other) == "implicitDeny"
    assert decided("123456789012", ALLOW_ALL, **other) == "allowed"
    assert decided("arn:aws:iam::123456789012:user/eve", ALLOW_ALL, **other) == "implicitDeny"


@pytest.mark.parametrize(
    "asked",
    [
        {"PolicyInputList": ["{"]},
        {"PolicyInputList": ['{"Version": "2012-10-17"}']},
        {"ActionNames": ["ec2:*"]},
        {"PermissionsBoundaryPolicyInputList": [ALLOW_ALL, ALLOW_ALL]},
        {"ResourcePolicy": ALLOW_ALL},
        {"ResourcePolicy": ALLOW_ALL, "CallerArn": ROLE},
        {"CallerArn": "arn:aws:sts::123456789012:assumed-role/worker/one"},
    ],
)
def test_what_aws_refuses_of_given_policies_is_refused(iam: Any, refused: Refused, asked: dict[str, Any]) -> None:
    refused(
        "InvalidInput", iam.simulate_custom_policy, **{"PolicyInputList": [ALLOW_ALL], "ActionNames": [START], **asked}
    )
