from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from accounts.models import AwsAccount
from cognito.permissions import LOG_DELIVERY_ACTIONS, identity_pool_arn, resource_of, user_pool_arn
from cognito.permissions import PART as COGNITO
from emulator.process import Emulator
from sync.aws.calls import is_read
from sync.aws.permission import (
    IAM,
    PEOPLE,
    Permission,
    RolePart,
    console_role_policy,
    console_role_trust,
    part_of,
    parts_of,
    permissions_of,
    registered,
)
from sync.aws.permission_check import PermissionCheck, check_permissions, enter
from sync.aws.purpose import Tier
from sync.changes.steps import session_policy
from sync.connect import check
from sync.operations import Call
from tests.services.aws_models import model_of
from tests.services.commands import output_of
from tests.services.organizations import MANAGEMENT_ID, MadeOrganization

MakeRole = Callable[..., None]
READS = [permission.action for permission in permissions_of("read")]
SERVICES = ("account", "iam", "organizations")
TIERS: tuple[Tier, ...] = ("read", "write")


def checks(aws_account: AwsAccount, tier: Tier, part: RolePart = IAM) -> list[PermissionCheck]:
    entry = enter(aws_account, tier)
    return [entry.check, *check_permissions(entry, part)]


def states(aws_account: AwsAccount, tier: Tier, part: RolePart = IAM) -> dict[str, str]:
    return {check.action: check.state for check in checks(aws_account, tier, part)}


def test_a_role_with_all_permissions_works(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-read", actions=READS)
    emulator.enforce_iam()
    found = states(with_roles, "read")
    assert set(found) == {"sts:AssumeRole", *READS}
    assert [action for action, state in found.items() if state == "missing"] == []
    assert found["iam:GetAccountAuthorizationDetails"] == found["iam:GetRole"] == "works"


def test_a_missing_permission_is_named_with_what_to_do(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    make_role("console-read", actions=[action for action in READS if action != "iam:GetRole"])
    emulator.enforce_iam()
    missing = [check for check in checks(with_roles, "read") if check.state == "missing"]
    assert [check.action for check in missing] == ["iam:GetRole"]
    assert "iam:GetRole" in missing[0].detail
    assert missing[0].feature


def test_what_is_missing_of_cognito_is_told_apart(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    reads = [permission.action for permission in permissions_of("read", COGNITO)]
    make_role("console-read", actions=[action for action in reads if action != "cognito-idp:ListGroups"])
    emulator.enforce_iam()
    found = states(with_roles, "read", COGNITO)
    assert set(found) == {"sts:AssumeRole", *reads}
    assert [action for action, state in found.items() if state == "missing"] == ["cognito-idp:ListGroups"]
    assert found["cognito-idp:DescribeUserPool"] == found["cognito-identity:GetIdentityPoolRoles"] == "works"


def test_people_are_a_part_of_their_own_whatever_their_service() -> None:
    """Who may not see people leaves them out, and keeps pools and Identity Center."""
    reads, writes = ({each.action for each in permissions_of(tier, PEOPLE)} for tier in TIERS)
    assert {"cognito-idp:ListUsers", "cognito-idp:AdminGetUser", "identitystore:ListUsers"} <= reads
    assert {"cognito-idp:AdminDisableUser", "cognito-idp:AdminSetUserPassword", "cognito-idp:ListUsers"} <= writes
    others = {each.action for each in registered() if part_of(each) != PEOPLE}
    assert not [
        each for each in others if re.fullmatch("cognito-idp:Admin.*|(cognito-idp|identitystore):ListUsers", each)
    ]


def test_a_role_without_cognito_left_it_out(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-read", actions=READS)
    emulator.enforce_iam()
    iam, *optional = (report for report in check(with_roles) if report.tier == "read")
    assert (iam.is_left_out, iam.missing) == (False, [])
    assert [report.part for report in optional] == parts_of("read")
    assert {(report.is_left_out, report.problem) for report in optional} == {(True, "")}


def test_aws_is_asked_once_who_the_console_is_by_each_role(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    for name in ("console-read", "console-write"):
        make_role(name, actions=["*"])
    check(with_roles)  # each role is assumed, and looked at then, too
    emulator.forget_calls()
    assert [report.key for report in check(with_roles)] == [
        f"{tier}-{part.name}" for tier in TIERS for part in (IAM, *parts_of(tier))
    ]
    assert len(emulator.calls("GetCallerIdentity")) == 2


def test_who_does_not_get_in_is_not_asked_about_cognito(emulator: Emulator, with_roles: AwsAccount) -> None:
    assert {report.part for report in check(with_roles)} == {IAM}


def test_a_plain_member_lacks_no_permission_of_organizations(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    """AWS refuses it whatever its policies say: nothing to add there."""
    MadeOrganization(emulator, MANAGEMENT_ID).invite()
    make_role("console-read", actions=READS)
    emulator.enforce_iam()
    found = {check.action: check for check in checks(with_roles, "read")}
    assert found["organizations:DescribeOrganization"].state == "works"
    assert found["organizations:ListRoots"].state == "unknown"
    assert "management account" in found["organizations:ListRoots"].detail


def test_a_missing_permission_of_organizations_is_named(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    MadeOrganization(emulator)
    make_role("console-read", actions=[action for action in READS if action != "organizations:ListPolicies"])
    emulator.enforce_iam()
    missing = [check.action for check in checks(with_roles, "read") if check.state == "missing"]
    assert missing == ["organizations:ListPolicies"]


def test_a_role_that_can_not_be_assumed_leaves_the_rest_unknown(emulator: Emulator, with_roles: AwsAccount) -> None:
    entry, *rest = checks(with_roles, "read")
    assert (entry.action, entry.state) == ("sts:AssumeRole", "missing")
    assert "trust policy" in entry.detail
    assert {check.state for check in rest} == {"unknown"}


def test_aws_that_fails_half_way_leaves_the_rest_unknown(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.rules([{"action": "GetGroup", "error": {"code": "ServiceFailure", "status": 500}}])
    found = states(aws_account, "read")
    assert found["iam:GetAccountAuthorizationDetails"] == "works"
    assert found["iam:GetUser"] == "unknown"
    assert emulator.calls("GetUser") == []


def test_the_role_to_write_is_simulated(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-read", actions=READS)
    make_role("console-write", actions=["iam:Get*", "iam:List*", "iam:AttachUserPolicy", "iam:SetDefaultPolicyVersion"])
    emulator.forget_calls()
    found = states(with_roles, "write")
    assert found["sts:AssumeRole"] == "works"
    assert found["iam:AttachUserPolicy"] in ("works", "unknown")
    assert found["iam:AttachRolePolicy"] in ("missing", "unknown")
    writes = [permission.action.removeprefix("iam:") for permission in permissions_of("write") if permission.on]
    assert [call for call in emulator.calls() if call["action"] in writes] == []


@pytest.mark.parametrize(
    "permission",
    registered(),
    ids=lambda permission: f"{permission.tier} {permission.action}",
)
def test_each_permission_is_an_operation_and_each_read_can_be_probed(permission: Permission) -> None:
    service, operation = permission.operation
    if operation == "PassRole" or permission.action in LOG_DELIVERY_ACTIONS:
        return  # AWS asks for it at the calls that hand a role to a service
    model = model_of(service).operation_model(operation)
    assert is_read(service, operation) is (permission.on is None)
    if permission.on:
        return
    params = permission.probe_params(AwsAccount(account_id="1" * 12, partition="aws"))
    shape = model.input_shape
    accepted, required = (shape.members, shape.required_members) if shape else ({}, [])
    assert set(required) <= set(params) <= set(accepted)


NAMED_ONLY = Path("identities/activity")  # calls that others made, as CloudTrail has them on record


def operations_in_the_code() -> set[str]:
    """The operations of AWS that the apps name, "Get{noun}Policy" for each of the three nouns."""
    names = {name for service in SERVICES for name in model_of(service).operation_names}
    sources = [
        path
        for app in ("sync", "objects", "policies", "identities")
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
    ]
    literals = {
        literal
        for path in sources
        if not {"aws", "engine", "migrations"} & set(path.parts)
        and Path(settings.BASE_DIR, NAMED_ONLY) not in path.parents
        for literal in re.findall(r"\"([A-Z][^\s\"]*)\"", path.read_text())
    }
    nouns = ("User", "Group", "Role")
    return names & {re.sub(r"\{[^}]*\}", noun, literal) for literal in literals for noun in nouns}


def test_each_call_in_the_code_has_its_permission() -> None:
    found = operations_in_the_code()
    assert {"GetAccountAuthorizationDetails", "GetRolePolicy", "AddUserToGroup", "ListRoots", "ListRegions"} <= found
    assert found <= {permission.action.partition(":")[2] for permission in registered()}


@pytest.mark.parametrize("part", [IAM, COGNITO], ids=lambda part: part.name)
@pytest.mark.parametrize("tier", ["read", "write"])
def test_the_policies_fit_what_aws_takes(tier: Tier, part: RolePart) -> None:
    for partition in ("aws", "aws-cn", "aws-us-gov"):
        policy = console_role_policy(tier, partition, part)
        assert len(json.dumps(policy, separators=(",", ":"))) < 6144
        assert {action for statement in policy["Statement"] for action in statement["Action"]} == {
            permission.action for permission in permissions_of(tier, part)
        }


def test_the_role_to_read_can_not_write() -> None:
    (statement,) = console_role_policy("read")["Statement"]
    assert all(is_read(*action.split(":")) for action in statement["Action"])


def test_cognito_s_writes_are_narrowed_where_aws_can() -> None:
    statements = [
        statement
        for part in (COGNITO, PEOPLE)
        for statement in console_role_policy("write", "aws-cn", part)["Statement"]
    ]
    on = {action: statement["Resource"] for statement in statements for action in statement["Action"]}
    assert on["cognito-idp:AdminDisableUser"] == "arn:aws-cn:cognito-idp:*:*:userpool/*"
    assert on["cognito-identity:UpdateIdentityPool"] == "arn:aws-cn:cognito-identity:*:*:identitypool/*"
    assert on["cognito-identity:SetIdentityPoolRoles"] == on["cognito-idp:CreateUserPool"] == "*"


def test_a_change_may_do_its_own_calls_on_its_own_pool() -> None:
    pool = user_pool_arn("aws", "1" * 12, "eu-central-1_aBcDeFgHi")
    assert pool == "arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_aBcDeFgHi"
    identity_pool = identity_pool_arn("aws", "1" * 12, "eu-west-1:4f1c")
    assert identity_pool == "arn:aws:cognito-identity:eu-west-1:111111111111:identitypool/eu-west-1:4f1c"
    calls = [
        Call(service, operation, {}, (resource_of(action, arn),), (action,))
        for service, operation, arn in (
            ("cognito-idp", "AdminDisableUser", pool),
            ("cognito-identity", "SetIdentityPoolRoles", identity_pool),
        )
        for action in (f"{service}:{operation}",)
    ]
    *writes, reads = session_policy(calls)["Statement"]
    assert [(each["Action"], each["Resource"]) for each in writes] == [
        (["cognito-idp:AdminDisableUser"], [pool]),
        (["cognito-identity:SetIdentityPoolRoles"], ["*"]),
    ]
    assert {"cognito-idp:AdminGet*", "cognito-idp:Describe*", "cognito-identity:Describe*"} <= set(reads["Action"])
    assert "cognito-identity:Get*" not in reads["Action"]  # it gives somebody's credentials


def test_writes_are_narrowed_to_the_kind_of_object() -> None:
    by_sid = {statement["Sid"]: statement for statement in console_role_policy("write", "aws-cn")["Statement"]}
    assert by_sid["WritePolicy"]["Resource"] == "arn:aws-cn:iam::*:policy/*"
    assert "iam:CreatePolicyVersion" in by_sid["WritePolicy"]["Action"]


def test_the_trust_policy_asks_for_the_external_id() -> None:
    trust = console_role_trust("write", principal_arn="arn:aws:iam::1:role/console", external_id="x-1")
    enter, naming = trust["Statement"]
    assert enter["Condition"] == {"StringEquals": {"sts:ExternalId": "x-1"}}
    assert naming["Action"] == ["sts:SetSourceIdentity", "sts:TagSession"]
    assert len(console_role_trust("read", principal_arn="arn:aws:iam::1:role/console")["Statement"]) == 1


def test_it_asks_for_the_organization_too_where_the_console_is_in_it() -> None:
    """To be told who acts as well: AWS knows the organization at each call, and the external id at the first only."""
    trust = console_role_trust("write", principal_arn="arn:aws:iam::1:role/c", external_id="x-1", organization_id="o-1")
    enter, naming = trust["Statement"]
    assert enter["Condition"] == {"StringEquals": {"sts:ExternalId": "x-1", "aws:PrincipalOrgID": "o-1"}}
    assert naming["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


def test_the_command_prints_each_action_with_its_feature() -> None:
    text = output_of("console_role", "--tier", "write")
    assert re.search(r"iam:AddUserToGroup +Add and remove members", text)
    assert '"Version": "2012-10-17"' in text


def test_the_command_prints_documents_that_can_be_given_to_aws() -> None:
    assert json.loads(output_of("console_role", "--tier", "read", "--json")) == console_role_policy("read")
    assert json.loads(output_of("console_role", "--tier", "read", "--json", "--cognito")) == console_role_policy(
        "read", part=COGNITO
    )
    trust = json.loads(
        output_of("console_role", "--tier", "read", "--trust", "--principal", "arn:aws:iam::1:role/console")
    )
    assert trust["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::1:role/console"}


def test_the_command_wants_to_know_whom_to_trust() -> None:
    with pytest.raises(CommandError, match="--principal"):
        output_of("console_role", "--tier", "read", "--trust")
