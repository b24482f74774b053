"""CloudFormation as AWS documents it, as far as the emulator has it: imports, and what tells of stacks."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.process import Emulator
from tests.emulator.conftest import TRUST_ROOT, Refused
from tests.services.stacks import IRELAND, asked_to_import, make_stack

ROLE = ("Deploy", "AWS::IAM::Role", "deploy")
QUEUE = ("Orders", "AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders")


@pytest.fixture
def client(emulator: Emulator) -> Any:
    emulator.client("iam").create_role(RoleName="deploy", AssumeRolePolicyDocument=TRUST_ROOT)
    return emulator.client("cloudformation", region_name=IRELAND)


def test_a_stack_takes_over_what_is_there_and_tells_of_it(client: Any, emulator: Emulator) -> None:
    stack_id = make_stack(client, "shop", ROLE, QUEUE)
    [listed] = client.list_stacks(StackStatusFilter=["IMPORT_COMPLETE"])["StackSummaries"]
    assert (listed["StackId"], listed["StackName"]) == (stack_id, "shop")
    assert listed["TemplateDescription"] == "What shop needs"
    resources = client.list_stack_resources(StackName=stack_id)["StackResourceSummaries"]
    assert [(each["LogicalResourceId"], each["PhysicalResourceId"]) for each in resources] == [
        ("Deploy", "deploy"),
        ("Orders", QUEUE[2]),
    ]
    assert client.describe_stacks(StackName="shop")["Stacks"][0]["StackStatus"] == "IMPORT_COMPLETE"
    [first, _] = client.describe_stack_resources(PhysicalResourceId="deploy")["StackResources"]
    assert first["StackName"] == "shop"
    elsewhere = emulator.client("cloudformation", region_name="us-east-1")
    assert elsewhere.list_stacks()["StackSummaries"] == []


def test_a_deleted_stack_is_listed_and_has_nothing(client: Any, refused: Refused) -> None:
    stack_id = make_stack(client, "shop", ROLE)
    client.delete_stack(StackName="shop")
    client.delete_stack(StackName="shop")  # of one that isn't there AWS says nothing
    assert client.list_stacks()["StackSummaries"][0]["StackStatus"] == "DELETE_COMPLETE"
    assert client.describe_stacks()["Stacks"] == []
    assert "does not exist" in refused("ValidationError", client.list_stack_resources, StackName="shop")
    assert client.list_stack_resources(StackName=stack_id)["StackResourceSummaries"] == []
    make_stack(client, "shop", ROLE)


def test_stacks_come_in_pages(client: Any) -> None:
    for number in range(101):
        make_stack(client, f"stack-{number}", ("Thing", "AWS::SQS::Queue", f"{number}"))
    page = client.list_stacks()
    rest = client.list_stacks(NextToken=page["NextToken"])
    assert (len(page["StackSummaries"]), len(rest["StackSummaries"]), "NextToken" in rest) == (100, 1, False)


def test_what_is_refused(client: Any, refused: Refused) -> None:
    nobody = ("Deploy", "AWS::IAM::Role", "nobody")
    assert "was not found" in refused("ValidationError", asked_to_import, client=client, name="a", resources=[nobody])
    say = {"client": client, "name": "a", "resources": [ROLE]}
    assert "DeletionPolicy" in refused("ValidationError", asked_to_import, **say, policy="")
    refused("InsufficientCapabilitiesException", asked_to_import, **say, Capabilities=[])
    refused("ValidationError", asked_to_import, **say, TemplateBody="Resources:")
    refused("ValidationError", asked_to_import, **say, ChangeSetType="CREATE")
    refused(
        "ChangeSetNotFound", client.execute_change_set, ChangeSetName="import", StackName=make_stack(client, "b", ROLE)
    )
    assert "already managed" in refused("ValidationError", asked_to_import, **say)
    refused("ValidationError", client.describe_stack_resources, PhysicalResourceId="nobody")
    refused("ValidationError", client.describe_stacks, StackName="nobody")
