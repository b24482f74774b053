"""IAM Identity Center as AWS documents it, where moto plays it otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.process import Emulator
from tests.services.identity_center import IRELAND, MadeIdentityCenter
from tests.services.organizations import ACCOUNT_ID, MadeOrganization
from tests.services.statements import allowing


@pytest.fixture
def made(emulator: Emulator) -> MadeIdentityCenter:
    return MadeIdentityCenter(emulator, MadeOrganization(emulator))


def refusal(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return str(refused.value.response["Error"]["Code"])


def test_an_instance_is_found_from_any_region_and_answers_in_its_own(
    emulator: Emulator, made: MadeIdentityCenter
) -> None:
    elsewhere = emulator.client("sso-admin", region_name="us-east-1")
    assert elsewhere.list_instances()["Instances"] == []
    [found] = elsewhere.list_instances(RegionScope="ALL_REGIONS")["Instances"]
    assert (found["InstanceArn"], found["PrimaryRegion"], found["OwnerAccountId"]) == (made.arn, IRELAND, ACCOUNT_ID)
    assert refusal(elsewhere.list_permission_sets, InstanceArn=made.arn) == "ResourceNotFoundException"
    assert made.sso.describe_instance(InstanceArn=made.arn)["PermissionSetsEnabled"] is True


def test_members_see_the_instance_and_only_a_delegate_administers_it(emulator: Emulator) -> None:
    organization = MadeOrganization(emulator)
    made = MadeIdentityCenter(emulator, organization)
    member = organization.account("Staging")
    theirs = made.client_of(member)
    assert [one["InstanceArn"] for one in theirs.list_instances()["Instances"]] == [made.arn]
    assert refusal(theirs.list_permission_sets, InstanceArn=made.arn) == "AccessDeniedException"
    made.delegate(member)
    assert theirs.list_permission_sets(InstanceArn=made.arn)["PermissionSets"] == []
    chosen = made.permission_set("Admin")
    asked = made.about(chosen, ACCOUNT_ID, "USER", made.person("dana"))
    assert refusal(theirs.create_account_assignment, **asked) == "AccessDeniedException"  # the management account


def test_an_account_instance_has_no_permission_sets_until_they_are_turned_on(emulator: Emulator) -> None:
    sso = emulator.client("sso-admin")
    arn = sso.create_instance(Name="apps")["InstanceArn"]
    assert sso.describe_instance(InstanceArn=arn)["PermissionSetsEnabled"] is False
    assert refusal(sso.create_permission_set, InstanceArn=arn, Name="Admin") == "ValidationException"
    assert refusal(sso.create_instance) == "ConflictException"
    sso.update_instance(InstanceArn=arn, PermissionSetsEnabled=True)
    assert refusal(sso.update_instance, InstanceArn=arn, PermissionSetsEnabled=False) == "ValidationException"


def test_a_permission_set_has_its_parts(made: MadeIdentityCenter) -> None:
    chosen = made.permission_set("Read_Only", managed=["ReadOnlyAccess"], tags={"team": "it"})
    about = {"InstanceArn": made.arn, "PermissionSetArn": chosen}
    assert chosen.startswith("arn:aws:sso:::permissionSet/ssoins-")
    assert made.sso.describe_permission_set(**about)["PermissionSet"]["SessionDuration"] == "PT1H"
    assert refusal(made.sso.create_permission_set, InstanceArn=made.arn, Name="Read_Only") == "ConflictException"
    assert made.sso.get_inline_policy_for_permission_set(**about)["InlinePolicy"] == ""
    assert refusal(made.sso.put_inline_policy_to_permission_set, **about, InlinePolicy="no") == "ValidationException"
    assert refusal(made.sso.get_permissions_boundary_for_permission_set, **about) == "ResourceNotFoundException"
    again = {**about, "ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    assert refusal(made.sso.attach_managed_policy_to_permission_set, **again) == "ConflictException"
    tags = made.sso.list_tags_for_resource(InstanceArn=made.arn, ResourceArn=chosen)["Tags"]
    assert tags == [{"Key": "team", "Value": "it"}]


def test_an_assignment_ends_later_and_makes_the_role(emulator: Emulator, made: MadeIdentityCenter) -> None:
    chosen, iam = made.permission_set("Read_Only", managed=["ReadOnlyAccess"]), emulator.client("iam")
    asked = made.about(chosen, ACCOUNT_ID, "USER", made.person("dana"))
    request = made.sso.create_account_assignment(**asked)["AccountAssignmentCreationStatus"]
    assert (request["Status"], iam.list_roles(PathPrefix="/aws-reserved/")["Roles"]) == ("IN_PROGRESS", [])
    assert refusal(made.sso.create_account_assignment, **asked) == "ConflictException"
    assert made.ended(request["RequestId"]) == "SUCCEEDED"
    [role] = iam.list_roles(PathPrefix="/aws-reserved/")["Roles"]
    assert role["RoleName"].rpartition("_")[0] == "AWSReservedSSO_Read_Only"
    assert role["Path"] == f"/aws-reserved/sso.amazonaws.com/{IRELAND}/"
    assert ":saml-provider/AWSSSO_" in json.dumps(role["AssumeRolePolicyDocument"])
    assert iam.get_role(RoleName=role["RoleName"])["Role"]["MaxSessionDuration"] == 43_200
    [attached] = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert attached["PolicyName"] == "ReadOnlyAccess"
    assert refusal(iam.delete_role, RoleName=role["RoleName"]) == "UnmodifiableEntity"
    set_of_it = {"InstanceArn": made.arn, "PermissionSetArn": chosen}
    assert refusal(made.sso.delete_permission_set, **set_of_it) == "ConflictException"

    made.sso.put_inline_policy_to_permission_set(**set_of_it, InlinePolicy='{"Statement": []}')
    outdated = {**set_of_it, "ProvisioningStatus": "LATEST_PERMISSION_SET_NOT_PROVISIONED"}
    assert made.sso.list_accounts_for_provisioned_permission_set(**outdated)["AccountIds"] == [ACCOUNT_ID]
    made.provision(chosen)
    assert made.sso.list_accounts_for_provisioned_permission_set(**outdated)["AccountIds"] == []
    assert iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"] == ["AwsSSOInlinePolicy"]

    made.withdraw(chosen, ACCOUNT_ID, "USER", asked["PrincipalId"])
    assert iam.list_roles(PathPrefix="/aws-reserved/")["Roles"] == []


def test_a_customer_managed_policy_must_be_in_the_account(emulator: Emulator, made: MadeIdentityCenter) -> None:
    chosen = made.permission_set("Reports", customer=["reports-read"])
    asked = made.about(chosen, ACCOUNT_ID, "USER", made.person("dana"))
    request = made.sso.create_account_assignment(**asked)["AccountAssignmentCreationStatus"]["RequestId"]
    assert made.ended(request) == "FAILED"
    listed = {"InstanceArn": made.arn, "PermissionSetArn": chosen, "AccountId": ACCOUNT_ID}
    assert made.sso.list_account_assignments(**listed)["AccountAssignments"] == []


def test_the_identity_store_keeps_its_rules(made: MadeIdentityCenter) -> None:
    dana, group, store = made.person("dana"), made.group("platform"), {"IdentityStoreId": made.store_id}
    made.join(group, dana)
    member = {**store, "GroupId": group, "MemberId": {"UserId": dana}}
    assert refusal(made.store.create_group_membership, **member) == "ConflictException"
    named = {"UserName": "dana", "DisplayName": "D", "Name": {"GivenName": "D", "FamilyName": "O"}}
    assert refusal(made.store.create_user, **store, **named) == "ConflictException"
    user = made.store.describe_user(**store, UserId=dana)
    assert (user["UserStatus"], user["UserArn"]) == ("ENABLED", f"arn:aws:identitystore:::user/{dana}")
    change = [{"AttributePath": "displayName", "AttributeValue": "Dana"}]
    made.store.update_user(**store, UserId=dana, Operations=change, Revision=user["Revision"])
    with pytest.raises(ClientError) as faster:
        made.store.update_user(**store, UserId=dana, Operations=change, Revision=user["Revision"])
    assert faster.value.response.get("Reason") == "CONCURRENT_MODIFICATION"
    made.store.delete_user(**store, UserId=dana)
    assert made.store.list_group_memberships(**store, GroupId=group)["GroupMemberships"] == []
    assert refusal(made.store.list_users, IdentityStoreId="d-0000000000") == "ResourceNotFoundException"


def test_lists_come_in_pages(made: MadeIdentityCenter) -> None:
    for name in ("ada", "ben", "cleo"):
        made.person(name)
    paginator = made.store.get_paginator("list_users")
    pages = list(paginator.paginate(IdentityStoreId=made.store_id, PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 1]


def test_a_permission_set_is_edited_within_what_aws_takes(made: MadeIdentityCenter) -> None:
    sso, chosen = made.sso, made.permission_set("Read_Only", RelayState="https://console.example/")
    about = {"InstanceArn": made.arn, "PermissionSetArn": chosen}
    assert refusal(sso.update_permission_set, **about, SessionDuration="PT13H") == "ValidationException"
    sso.update_permission_set(**about, SessionDuration="PT2H")
    said = sso.describe_permission_set(**about)["PermissionSet"]
    assert said["SessionDuration"] == "PT2H" and "RelayState" not in said
    nobodys = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/NobodyMadeThis"}
    put = sso.put_permissions_boundary_to_permission_set
    assert refusal(put, **about, PermissionsBoundary=nobodys) == "ResourceNotFoundException"
    assert refusal(sso.delete_permissions_boundary_from_permission_set, **about) == "ResourceNotFoundException"
    everywhere = {**about, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}
    assert refusal(sso.provision_permission_set, **about, TargetType="AWS_ACCOUNT", TargetId=ACCOUNT_ID) == (
        "ResourceNotFoundException"
    )
    made.assign(chosen, ACCOUNT_ID, "USER", made.person("dana"))
    sso.provision_permission_set(**everywhere)
    assert refusal(sso.provision_permission_set, **everywhere) == "ConflictException"


def test_requests_can_be_held_and_fail(emulator: Emulator, made: MadeIdentityCenter) -> None:
    """As AWS's do that take long, or that find a role with too many policies."""
    chosen = made.permission_set("Read_Only", managed=["ReadOnlyAccess"])
    asked = made.about(chosen, ACCOUNT_ID, "USER", made.person("dana"))
    emulator.identity_center(requests={"holds": True})
    request = made.sso.create_account_assignment(**asked)["AccountAssignmentCreationStatus"]["RequestId"]
    assert made.ended(request) == "IN_PROGRESS"
    emulator.identity_center(requests={"fails": "Internal error"})
    assert made.ended(request) == "FAILED"
    emulator.identity_center(requests={})
    for number in range(10):
        made.sso.attach_customer_managed_policy_reference_to_permission_set(
            InstanceArn=made.arn, PermissionSetArn=chosen, CustomerManagedPolicyReference={"Name": f"p{number}"}
        )
        emulator.client("iam").create_policy(PolicyName=f"p{number}", PolicyDocument=allowing("s3:GetObject"))
    again = made.sso.create_account_assignment(**asked)["AccountAssignmentCreationStatus"]["RequestId"]
    assert made.ended(again) == "FAILED"
