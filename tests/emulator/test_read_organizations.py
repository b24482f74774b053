"""Organizations and Account Management of the emulator, where moto does otherwise than AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.process import Emulator, start_emulator
from tests.services.organizations import ACCOUNT_ID, MANAGEMENT_ID, RCP, SCP, MadeOrganization, inside
from tests.services.statements import denying


def code_of(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return str(refused.value.response["Error"]["Code"])


def test_a_stand_alone_account_has_no_organization(emulator: Emulator) -> None:
    client = emulator.client("organizations")
    assert code_of(client.describe_organization) == "AWSOrganizationsNotInUseException"
    assert code_of(client.list_roots) == "AWSOrganizationsNotInUseException"


def test_a_plain_member_may_only_know_that_there_is_one(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    client = emulator.client("organizations")
    assert client.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT_ID
    assert code_of(client.list_roots) == "AccessDeniedException"
    assert code_of(client.list_policies, Filter=SCP) == "AccessDeniedException"


def test_a_delegate_reads_and_does_not_write(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    organization.invite()
    organization.delegate()
    client = emulator.client("organizations")
    assert client.list_roots()["Roots"][0]["Id"] == organization.root
    assert code_of(client.create_organizational_unit, ParentId=organization.root, Name="x") == "AccessDeniedException"


def test_an_account_that_the_organization_made_can_be_entered(emulator: Emulator) -> None:
    member = MadeOrganization(emulator).account("Payments")
    identity = emulator.client("sts", **inside(emulator, member)).get_caller_identity()
    assert identity["Account"] == member


def test_ids_are_the_same_wherever_it_is_made(emulator: Emulator) -> None:
    first = MadeOrganization(emulator).id
    emulator.reset()
    assert MadeOrganization(emulator).id == first


def test_pages_are_of_twenty_and_the_first_is_empty(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator)
    for number in range(20):
        organization.account(f"Team {number}")
    client = organization.client
    first = client.list_accounts()
    assert (first["Accounts"], "NextToken" in first) == ([], True)
    second = client.list_accounts(NextToken=first["NextToken"])
    assert len(second["Accounts"]) == 20
    third = client.list_accounts(NextToken=second["NextToken"])
    assert (len(third["Accounts"]), "NextToken" in third) == (1, False)
    assert code_of(client.list_accounts, MaxResults=21) == "InvalidInputException"


def test_targets_come_in_pages_too(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator)
    for number in range(20):
        organization.account(f"Team {number}")
    pages = organization.client.get_paginator("list_targets_for_policy").paginate(PolicyId="p-FullAWSAccess")
    assert [len(page["Targets"]) for page in pages] == [0, 20, 2]


def test_a_policy_is_attached_only_while_its_type_is_on(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator)
    policy_id = organization.policy("perimeter", denying("s3:*", Principal="*"), policy_type=RCP)
    organization.client.disable_policy_type(RootId=organization.root, PolicyType=RCP)
    attach = organization.client.attach_policy
    assert code_of(attach, PolicyId=policy_id, TargetId=organization.root) == "PolicyTypeNotEnabledException"


def test_the_last_policy_of_a_type_stays(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator)
    detach = organization.client.detach_policy
    assert code_of(detach, PolicyId="p-FullAWSAccess", TargetId=organization.root) == "ConstraintViolationException"


@pytest.mark.parametrize(("policy_type", "most"), [(SCP, 10), (RCP, 5)])
def test_one_policy_more_than_that_does_not_fit(emulator: Emulator, policy_type: str, most: int) -> None:
    organization = MadeOrganization(emulator)
    unit = organization.unit("Workloads")
    document = denying("s3:*", Principal="*") if policy_type == RCP else denying("s3:*")
    for number in range(most - 1):
        organization.policy(f"policy-{number}", document, unit, policy_type=policy_type)
    one_more = organization.policy("one-more", document, policy_type=policy_type)
    attach = organization.client.attach_policy
    assert code_of(attach, PolicyId=one_more, TargetId=unit) == "ConstraintViolationException"


def test_regions_are_those_of_the_account(emulator: Emulator) -> None:
    account, ec2 = emulator.client("account"), emulator.client("ec2")
    account.enable_region(RegionName="me-south-1")
    enabled = account.list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
    assert [region["RegionName"] for region in enabled] == ["me-south-1"]
    assert len(ec2.describe_regions()["Regions"]) == 18
    assert len(ec2.describe_regions(AllRegions=True)["Regions"]) == 29
    other = emulator.client("account", **inside(emulator, MANAGEMENT_ID))
    assert other.list_regions(RegionOptStatusContains=["ENABLED"])["Regions"] == []
    assert code_of(account.disable_region, RegionName="eu-west-1") == "ValidationException"


def test_a_denied_call_has_the_code_of_its_service(emulator: Emulator) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="eve")
    key = iam.create_access_key(UserName="eve")["AccessKey"]
    credentials = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    emulator.enforce_iam()
    codes = {
        "account": code_of(emulator.client("account", **credentials).list_regions),
        "ec2": code_of(emulator.client("ec2", **credentials).describe_regions),
        "organizations": code_of(emulator.client("organizations", **credentials).list_roots),
    }
    assert codes == {
        "account": "AccessDeniedException",
        "ec2": "UnauthorizedOperation",
        "organizations": "AccessDeniedException",
    }


def test_all_of_it_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "aws"
    with start_emulator(state=state) as emulator:
        organization = MadeOrganization(emulator, MANAGEMENT_ID)
        organization.invite()
        emulator.client("account").enable_region(RegionName="me-south-1")
    with start_emulator(state=state) as emulator:
        found = emulator.client("organizations").describe_organization()["Organization"]
        assert (found["Id"], found["MasterAccountId"]) == (organization.id, MANAGEMENT_ID)
        manager = emulator.client("organizations", **inside(emulator, MANAGEMENT_ID))
        assert {account["Id"] for account in manager.list_accounts()["Accounts"]} == {ACCOUNT_ID, MANAGEMENT_ID}
        assert len(emulator.client("ec2").describe_regions()["Regions"]) == 18


def test_what_aws_refuses_of_control_policies(emulator: Emulator) -> None:
    """API Reference: the errors of CreatePolicy, UpdatePolicy, DeletePolicy, AttachPolicy and DetachPolicy."""
    organization = MadeOrganization(emulator)
    client, root, unit = organization.client, organization.root, organization.unit("Workloads")
    text = denying("s3:*")
    ours = organization.policy("ours", text, unit)
    made = {"Name": "more", "Description": "", "Type": SCP, "Content": text}
    full, everything = "p-FullAWSAccess", "p-RCPFullAWSAccess"
    assert code_of(client.create_policy, **{**made, "Name": "ours"}) == "DuplicatePolicyException"
    assert code_of(client.create_policy, **{**made, "Content": "{"}) == "MalformedPolicyDocumentException"
    long = denying("s3:" + "x" * 10_240)
    assert code_of(client.create_policy, **{**made, "Content": long}) == "ConstraintViolationException"
    assert code_of(client.update_policy, PolicyId=full, Content=text) == "InvalidInputException"
    assert code_of(client.update_policy, PolicyId=ours, Name="FullAWSAccess") == "DuplicatePolicyException"
    assert code_of(client.delete_policy, PolicyId=full) == "InvalidInputException"
    assert code_of(client.delete_policy, PolicyId=ours) == "PolicyInUseException"
    attach, detach = client.attach_policy, client.detach_policy
    assert code_of(attach, PolicyId=ours, TargetId=unit) == "DuplicatePolicyAttachmentException"
    assert code_of(attach, PolicyId=ours, TargetId="ou-none-00000000") == "TargetNotFoundException"
    assert code_of(detach, PolicyId=ours, TargetId=root) == "PolicyNotAttachedException"
    assert code_of(detach, PolicyId=everything, TargetId=unit) == "ConstraintViolationException"
    assert client.describe_policy(PolicyId=full)["Policy"]["PolicySummary"]["Arn"] == (
        "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
    )
