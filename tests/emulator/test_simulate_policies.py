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
