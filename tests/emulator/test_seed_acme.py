"""The sample organization: the same on every machine, made once, with faults to find."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import load_command_class

from emulator.process import Emulator, start_emulator
from emulator.sample_estate import acme
from emulator.sample_estate.data import user_pools
from emulator.sample_estate.data.account_ids import MANAGEMENT_ID, PRODUCTION_ID, SECURITY_ID, STAGING_ID
from infrastructure.code.state import resources_in

CONNECTED: list[dict[str, Any]] = acme.connections()
WRITES = ("Create", "Put", "Attach", "Add", "Delete", "Update", "Enable")
NAMED = [
    "alice.meyer",
    "audit-export",
    "ci-builder",
    "dana.okafor",
    "ines.duarte",
    "kenji.watanabe",
    "legacy-ftp-sync",
    "lena.fischer",
    "marco.rossi",
    "noah.williams",
    "reports-writer",
    "sofia.lindqvist",
    "tom.becker",
]


@pytest.fixture(scope="module")
def seeded() -> Iterator[Emulator]:
    with start_emulator() as emulator:
        acme.seed(emulator.url)
        yield emulator


@pytest.fixture(scope="module")
def account(seeded: Emulator) -> dict[str, Any]:
    answer: dict[str, Any] = seeded.client("iam").get_account_authorization_details(MaxItems=1000)
    del answer["ResponseMetadata"]
    return answer


def by_name(account: dict[str, Any], listing: str, key: str) -> dict[str, Any]:
    return {item[key]: item for item in account[listing]}


def test_it_has_the_size_of_a_real_account(account: dict[str, Any]) -> None:
    own = [policy for policy in account["Policies"] if ":123456789012:" in policy["Arn"]]

    assert len(account["UserDetailList"]) == 40
    assert len(account["GroupDetailList"]) == 9
    assert len(account["RoleDetailList"]) >= 30
    assert len(own) >= 25


def test_the_people_of_the_mock_are_there(account: dict[str, Any]) -> None:
    assert set(NAMED) <= set(by_name(account, "UserDetailList", "UserName"))


def test_a_policy_has_used_all_its_versions(account: dict[str, Any]) -> None:
    versions = by_name(account, "Policies", "PolicyName")["reports-write"]["PolicyVersionList"]

    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [
        ("v5", True),
        ("v4", False),
        ("v3", False),
        ("v2", False),
        ("v1", False),
    ]


def test_its_past_is_long(account: dict[str, Any]) -> None:
    users = by_name(account, "UserDetailList", "UserName")

    assert users["legacy-ftp-sync"]["CreateDate"].year == 2018
    assert users["dana.okafor"]["CreateDate"].isoformat().startswith("2024-01-18")


def test_a_trust_policy_names_somebody_who_left(account: dict[str, Any]) -> None:
    trust = by_name(account, "RoleDetailList", "RoleName")["old-migration"]["AssumeRolePolicyDocument"]

    assert trust["Statement"][0]["Principal"]["AWS"].startswith("AIDA")


def test_somebody_can_rewrite_a_policy_that_she_holds(account: dict[str, Any]) -> None:
    dana = by_name(account, "UserDetailList", "UserName")["dana.okafor"]
    tools = by_name(account, "Policies", "PolicyName")["platform-tools"]

    assert tools["Arn"] in {policy["PolicyArn"] for policy in dana["AttachedManagedPolicies"]}
    text = json.dumps(tools["PolicyVersionList"][0]["Document"])
    assert "iam:CreatePolicyVersion" in text
    assert "policy/platform-*" in text


def test_a_second_seeding_writes_nothing(seeded: Emulator) -> None:
    last = seeded.calls()[-1]["n"]

    acme.seed(seeded.url)

    assert not [call for call in seeded.calls(since=last) if call["action"].startswith(WRITES)]


def test_it_is_the_same_everywhere_and_whatever_a_seeding_left_that_was_cut_off(
    emulator: Emulator, iam: Any, account: dict[str, Any]
) -> None:
    iam.create_user(UserName="dana.okafor")
    acme.seed(emulator.url)

    again = iam.get_account_authorization_details(MaxItems=1000)

    del again["ResponseMetadata"]
    assert again == account


def test_the_command_says_what_connects_a_console(seeded: Emulator) -> None:
    command = [sys.executable, "-m", "emulator.sample_estate"]
    environment = {**os.environ, "AWS_EMULATOR_URL": seeded.url}

    said = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    connected = said["accounts"]

    parser = load_command_class("sync", "connect_account").create_parser("manage.py", "connect_account")
    assert {name for options in connected for name in options} <= {action.dest for action in parser._actions}
    assert [options["account"] for options in connected] == [PRODUCTION_ID, MANAGEMENT_ID, SECURITY_ID, STAGING_ID]
    assert connected == CONNECTED
    state = list(resources_in(io.BytesIO(json.dumps(said["state"]).encode())))
    roles = {role["Arn"]: role["RoleId"] for role in seeded.client("iam").list_roles()["Roles"]}
    owned = {each.arn: each.unique_id for each in state if each.kind == "iam.role" and each.arn}
    assert len(owned) == 3
    assert owned.items() <= roles.items()


@pytest.mark.parametrize("options", CONNECTED, ids=lambda options: options["name"])
def test_the_console_can_assume_its_roles_in_each_aws_account(seeded: Emulator, options: dict[str, Any]) -> None:
    sts = seeded.client("sts")
    common = {"RoleSessionName": "worker", "ExternalId": options["external_id"]}

    sts.assume_role(RoleArn=options["read_role"], **common)
    session = sts.assume_role(
        RoleArn=options["write_role"], SourceIdentity="maya", Tags=[{"Key": "change", "Value": "7"}], **common
    )

    assert session["SourceIdentity"] == "maya"
    assert f":{options['account']}:" in session["AssumedRoleUser"]["Arn"]


def test_the_consoles_roles_hold_what_it_needs(seeded: Emulator) -> None:
    from tests.emulator.test_assume_roles import credentials

    sts = seeded.client("sts")
    main = CONNECTED[0]
    common = {"RoleSessionName": "worker", "ExternalId": main["external_id"]}
    reader = credentials(sts.assume_role(RoleArn=main["read_role"], **common))
    writer = credentials(sts.assume_role(RoleArn=main["write_role"], **common))
    seeded.enforce_iam()
    try:
        seeded.client("iam", **reader).get_account_authorization_details()
        seeded.client("iam", **writer).add_user_to_group(GroupName="support", UserName="kenji.watanabe")
        with pytest.raises(Exception, match="iam:AddUserToGroup on resource: group support because"):
            seeded.client("iam", **reader).add_user_to_group(GroupName="support", UserName="kenji.watanabe")
    finally:
        seeded.enforce_iam(on=False)


def test_its_people_are_in_two_user_pools(seeded: Emulator) -> None:
    cognito = seeded.client("cognito-idp", region_name="eu-west-1")
    pools = {pool["Name"]: pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]}
    counts = {
        name: sum(len(page["Users"]) for page in cognito.get_paginator("list_users").paginate(UserPoolId=pool_id))
        for name, pool_id in pools.items()
    }

    assert counts == {"acme-customers": 800, "acme-partners": 60}
    assert (
        cognito.describe_user_pool(UserPoolId=pools["acme-customers"])["UserPool"]["DeletionProtection"] == "INACTIVE"
    )
    clients = cognito.list_user_pool_clients(UserPoolId=pools["acme-customers"], MaxResults=60)["UserPoolClients"]
    shop = next(client["ClientId"] for client in clients if client["ClientName"] == "shop-web")
    described = cognito.describe_user_pool_client(UserPoolId=pools["acme-customers"], ClientId=shop)["UserPoolClient"]
    assert "ClientSecret" in described
    assert "implicit" in described["AllowedOAuthFlows"]


def test_a_partner_signs_in_with_the_code_of_an_app(seeded: Emulator) -> None:
    cognito = seeded.client("cognito-idp", region_name="eu-west-1")
    pools = {pool["Name"]: pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]}
    gold = cognito.list_users_in_group(UserPoolId=pools["acme-partners"], GroupName="gold")["Users"]
    clients = cognito.list_user_pool_clients(UserPoolId=pools["acme-partners"])["UserPoolClients"]
    portal = next(client["ClientId"] for client in clients if client["ClientName"] == "partner-portal")

    answer = cognito.initiate_auth(
        ClientId=portal,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": gold[0]["Username"], "PASSWORD": user_pools.PASSWORD},
    )

    assert answer["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_a_guest_of_its_shop_may_read_far_too_much(seeded: Emulator) -> None:
    pools = seeded.client("cognito-identity", region_name="eu-west-1")
    (pool,) = pools.list_identity_pools(MaxResults=60)["IdentityPools"]
    identity = pools.get_id(IdentityPoolId=pool["IdentityPoolId"])["IdentityId"]
    given = pools.get_credentials_for_identity(IdentityId=identity)["Credentials"]
    s3 = seeded.client(
        "s3",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretKey"],
        aws_session_token=given["SessionToken"],
    )

    assert s3.get_object(Bucket="acme-images", Key="public/logo.svg")["ContentType"] == "image/svg+xml"
    assert s3.get_object(Bucket="acme-images", Key="drafts/next-campaign.svg")["ContentLength"] > 0


def test_its_people_come_in_by_identity_center(seeded: Emulator) -> None:
    """Acme's own account is the management account's delegate, and has a role for each set that is assigned there."""
    sso = seeded.client("sso-admin", region_name="eu-west-1")
    [instance] = sso.list_instances()["Instances"]
    about = {"InstanceArn": instance["InstanceArn"]}
    assert (instance["OwnerAccountId"], len(sso.list_permission_sets(**about)["PermissionSets"])) == (MANAGEMENT_ID, 8)
    roles = seeded.client("iam").list_roles(PathPrefix="/aws-reserved/sso.amazonaws.com/eu-west-1/")["Roles"]
    assert [role["RoleName"].split("_")[1] for role in roles] == sorted(
        [
            "AdministratorAccess",
            "BreakGlass",
            "DataAnalyst",
            "PlatformOps",
            "ReadOnly",
            "SecurityAudit",
            "SupportTickets",
        ]
    )
    store = seeded.client("identitystore", region_name="eu-west-1")
    assert len(store.list_users(IdentityStoreId=instance["IdentityStoreId"])["Users"]) == 30


def test_cloudtrail_has_its_last_weeks_and_nothing_of_how_it_was_made(seeded: Emulator) -> None:
    newest, *_ = seeded.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    )["Events"]
    assert (newest["EventName"], newest["Username"]) == ("AttachUserPolicy", "tom.becker")
    assert json.loads(newest["CloudTrailEvent"])["errorCode"] == "AccessDenied"


def test_it_has_resources_private_shared_and_open(seeded: Emulator) -> None:
    s3, kms, sqs = (seeded.client(name, region_name="eu-west-1") for name in ("s3", "kms", "sqs"))
    assert {"acme-www", "acme-share", "acme-reports", "acme-payroll"} <= {
        each["Name"] for each in s3.list_buckets()["Buckets"]
    }
    assert '"Principal": "*"' in s3.get_bucket_policy(Bucket="acme-www")["Policy"]
    aliases = {each["AliasName"]: each.get("TargetKeyId") for each in kms.list_aliases()["Aliases"]}
    shared, own = (
        kms.get_key_policy(KeyId=aliases[f"alias/{name}"])["Policy"] for name in ("partner-exchange", "payroll")
    )
    assert ("444455556666" in shared, "444455556666" in own) == (True, False)
    policies = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {}).get("Policy", "")
        for url in sorted(sqs.list_queues()["QueueUrls"])
    ]
    assert ['"Principal": "*"' in policy for policy in policies] == [True, False, False]


# ---- The AWS accounts beside the main one --------------------------------------------------------------------
def inside(seeded: Emulator, number: int) -> dict[str, str]:
    from tests.emulator.test_assume_roles import credentials

    its = CONNECTED[number]
    sts = seeded.client("sts")
    return credentials(
        sts.assume_role(RoleArn=its["read_role"], RoleSessionName="tests", ExternalId=its["external_id"])
    )


def test_five_aws_accounts_are_in_its_organization_and_one_is_not_connected(seeded: Emulator) -> None:
    organizations = seeded.client("organizations")
    pages = organizations.get_paginator("list_accounts").paginate()
    names = {one["Id"]: one["Name"] for page in pages for one in page["Accounts"]}
    connected = {options["account"] for options in CONNECTED}
    assert len(names) == 5
    assert [name for number, name in names.items() if number not in connected] == ["Acme Sandbox"]


def test_auditors_get_from_the_security_account_to_a_role_in_production(seeded: Emulator) -> None:
    """Two people, by Identity Center; the trust policy there names the role of the permission set."""
    security = seeded.client("iam", **inside(seeded, 2))
    [entry] = [
        role
        for role in security.list_roles(PathPrefix="/aws-reserved/")["Roles"]
        if role["RoleName"].startswith("AWSReservedSSO_SecurityAudit_")
    ]
    [policy] = security.list_role_policies(RoleName=entry["RoleName"])["PolicyNames"]
    allowed = security.get_role_policy(RoleName=entry["RoleName"], PolicyName=policy)["PolicyDocument"]
    evidence = seeded.client("iam").get_role(RoleName="evidence-reader")["Role"]
    assert allowed["Statement"][0]["Resource"] == evidence["Arn"].replace(PRODUCTION_ID, "*")
    [trusted] = evidence["AssumeRolePolicyDocument"]["Statement"]
    pattern = trusted["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert entry["Arn"].startswith(pattern.removesuffix("*"))


def test_nobody_of_production_gets_into_the_management_account(seeded: Emulator) -> None:
    """The emulator's own way in is closed once everything is made."""
    roles = seeded.client("iam", **inside(seeded, 1)).list_roles()["Roles"]
    assert "OrganizationAccountAccessRole" not in {role["RoleName"] for role in roles}


@pytest.mark.parametrize("number", range(4))
def test_cloudtrail_has_the_last_weeks_of_each_aws_account(seeded: Emulator, number: int) -> None:
    trail = seeded.client("cloudtrail", **inside(seeded, number))
    asked = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    events = [json.loads(event["CloudTrailEvent"]) for event in trail.lookup_events(LookupAttributes=asked)["Events"]]
    assert events
    assert {event["recipientAccountId"] for event in events} == {CONNECTED[number]["account"]}
    days = [datetime.now(UTC) - datetime.fromisoformat(event["eventTime"]) for event in events]
    assert timedelta(0) < min(days) <= max(days) < timedelta(days=60)
