"""The table of kinds, held to AWS's models and to the catalogue of actions; and what the role to read needs for it."""

from __future__ import annotations

import json

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from policies.engine.catalogue.store import service
from resources.permissions import PART
from resources.table import KINDS, SERVICES
from resources.table.entry import GetCall, Listing, ResourceKind, id_of, short
from sync.aws.calls import is_known, is_read
from sync.aws.permission import console_role_policy, permissions_of
from sync.aws.permission_check import check_permissions, enter
from tests.services.aws_models import model_of
from tests.services.commands import output_of
from tests.services.console_roles import connect_by_roles, make_console_role

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)


@each_kind
def test_its_calls_are_aws_s_and_only_read(kind: ResourceKind) -> None:
    assert is_known(kind.client)
    asked = [(part.get.operation, part.get.params) for part in kind.parts if isinstance(part.get, GetCall)]
    asked += [(kind.lists.operation, kind.lists.params)] if isinstance(kind.lists, Listing) else []
    for operation, params in asked:
        assert is_read(kind.client, operation)
        takes = model_of(kind.client).operation_model(operation).input_shape
        assert set(params) <= set(takes.members if takes else ())


@each_kind
def test_its_permissions_are_aws_s(kind: ResourceKind) -> None:
    for need in (*kind.needs, *(need for part in kind.parts for need in part.needs)):
        prefix = need.action.partition(":")[0]
        found = service(prefix)
        assert found is not None
        assert need.action in {action.name for action in found.actions.values()}
        called, _, operation = (need.call or need.action).partition(":")
        assert is_read(called, operation), need


@each_kind
def test_it_belongs_to_a_service_and_says_what_none_means(kind: ResourceKind) -> None:
    assert kind in SERVICES[kind.service].kinds
    assert kind.regional is SERVICES[kind.service].regional
    assert kind.none_means.endswith(".")
    assert kind.documentation.startswith("https://docs.aws.amazon.com/")


def test_secrets_objects_and_messages_are_never_read() -> None:
    actions = {permission.action for permission in permissions_of("read", PART)}
    never = {"secretsmanager:GetSecretValue", "s3:GetObject", "sqs:ReceiveMessage", "dynamodb:GetItem", "kms:Decrypt"}
    assert not actions & never
    assert not is_read("secretsmanager", "GetSecretValue")
    assert not is_read("sqs", "ReceiveMessage")
    assert not is_read("dynamodb", "GetItem")


def test_the_policy_of_the_role_is_as_short_as_aws_takes_it() -> None:
    assert len(json.dumps(console_role_policy("read", part=PART), separators=(",", ":"))) < 6_144


def test_the_other_parts_keep_what_was_theirs() -> None:
    assert "ec2:DescribeRegions" in {permission.action for permission in permissions_of("read")}
    assert {"logs:DescribeResourcePolicies", "ec2:DescribeVpcEndpoints"} <= {
        permission.action for permission in permissions_of("read", PART)
    }


@pytest.mark.django_db
def test_what_the_role_lacks_is_told(emulator: Emulator, aws_account: AwsAccount) -> None:
    connect_by_roles(aws_account)
    actions = [permission.action for permission in permissions_of("read", PART)]
    make_console_role(emulator, "console-read", actions=[action for action in actions if action != "kms:ListGrants"])
    emulator.enforce_iam()
    found = {check.action: check for check in check_permissions(enter(aws_account, "read"), PART)}
    assert set(found) == set(actions)
    assert [action for action, check in found.items() if check.state == "missing"] == ["kms:ListGrants"]
    unclear = {action: check.detail for action, check in found.items() if check.state == "unknown"}
    assert unclear == {}


@pytest.mark.django_db
def test_every_permission_can_be_tried(emulator: Emulator, aws_account: AwsAccount) -> None:
    """Of nobody's resources, in a Region where there are none."""
    aws_account.default_region = "eu-west-1"
    found = check_permissions(enter(aws_account, "read"), PART)
    assert [(check.action, check.detail) for check in found if check.state != "works"] == []


@pytest.mark.parametrize("length", [100, 401, 2000])
def test_long_names_fit_and_stay_apart(length: int) -> None:
    arns = [f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{'x' * length}/{end}" for end in "ab"]
    assert len({id_of(arn) for arn in arns}) == 2
    assert all(len(id_of(arn)) <= 400 and "/" not in id_of(arn) for arn in arns)
    assert len(short("x" * length)) <= 256


def test_both_roles_have_a_part_of_it_that_may_be_left_out() -> None:
    assert "s3:GetBucketPolicy" in output_of("console_role", "--tier", "read", "--resources", "--json")
    document = json.loads(output_of("console_role", "--tier", "write", "--resources", "--json"))
    writing = {each["Sid"]: each for each in document["Statement"] if each["Sid"] != "Read"}
    assert writing["WriteKey"]["Action"] == ["kms:PutKeyPolicy"]
    assert writing["WriteKey"]["Resource"] == "arn:aws:kms:*:*:key/*"
    assert "lambda:AddPermission" in writing["WriteFunction"]["Action"]
    assert _actions(output_of("console_role", "--tier", "write", "--json"), "s3") == []


def _actions(text: str, service: str) -> list[str]:
    found = (action for each in json.loads(text)["Statement"] for action in each["Action"])
    return [action for action in found if action.startswith(f"{service}:")]
