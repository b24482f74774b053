"""The template of a queue of events: as cfn-lint reads it, with least privilege, and deployed it sends what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from estate.event_queues.choices import IAM, OFFERED, chosen_in
from estate.event_queues.cloudformation import template_of
from sync.aws.permission import console_role_policy
from sync.event_queues.addresses import read_address
from sync.event_queues.permissions import PART
from tests.infrastructure.parsed import linted, template
from tests.services.aws_models import model_of
from tests.services.deployed import deployed

EVERYTHING = [IAM, *OFFERED]


def test_it_passes_cfn_lint_with_and_without_everything(tmp_path: Path) -> None:
    paths = []
    for number, choices in enumerate(([IAM], EVERYTHING)):
        paths.append(tmp_path / f"{number}.yaml")
        paths[-1].write_text(template_of(choices))
    assert linted(*paths) == []


def test_only_its_rules_send_and_only_for_this_aws_account() -> None:
    statements = template(template_of(EVERYTHING))["Resources"]["EventQueuePolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    assert [each["Action"] for each in allowed] == ["sqs:SendMessage"]
    assert len(allowed[0]["Condition"]["ArnEquals"]["aws:SourceArn"]) == len(EVERYTHING)
    assert allowed[0]["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_the_role_to_read_takes_from_these_queues_and_does_no_more() -> None:
    [statement] = console_role_policy("read", "aws", PART)["Statement"]
    assert statement["Action"] == ["sqs:DeleteMessage", "sqs:ReceiveMessage"]
    assert statement["Resource"] == "arn:aws:sqs:*:*:iam-console-*"
    assert statement["Sid"].isalnum()


@pytest.mark.parametrize("choice", OFFERED, ids=lambda choice: choice.name)
def test_each_call_is_one_of_its_services(choice: Any) -> None:
    models = {"elasticfilesystem": "efs", "sso": "sso-admin"}
    names = {
        name for service in choice.services for name in model_of(models.get(service, service)).operation_names
    } | _CALLED_OTHERWISE
    assert set(choice.calls) <= names
    assert len(json.dumps(choice.pattern)) <= 4096  # "EventBridge quotas"


# As CloudTrail has them, other than the API Reference of S3 ("Amazon S3 CloudTrail events" in its User Guide).
_CALLED_OTHERWISE = {"PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"}


def test_events_are_asked_for_where_they_are() -> None:
    assert [each.name for each in chosen_in("us-east-1", "us-east-1", ["cognito"])] == ["iam", "cognito"]
    assert [each.name for each in chosen_in("eu-west-1", "us-east-1", ["cognito", "organizations"])] == ["cognito"]
    assert chosen_in("eu-west-1", "us-east-1", []) == []


def test_deployed_it_sends_what_is_written_and_its_output_can_be_entered(emulator: Emulator) -> None:
    url = deployed(emulator, template_of(EVERYTHING))["QueueUrl"]
    emulator.client("iam").create_user(UserName="jane")
    pool = emulator.client("cognito-idp").create_user_pool(PoolName="shop")["UserPool"]["Id"]
    emulator.client("cognito-idp").admin_create_user(UserPoolId=pool, Username="jane")
    emulator.client("s3").create_bucket(Bucket="logs-of-acme")
    messages = emulator.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    names = [json.loads(each["Body"])["detail"]["eventName"] for each in messages]
    assert sorted(names) == ["CreateUser", "CreateUserPool", "SetQueueAttributes"]  # the last is its own policy
    account = AwsAccount(account_id="123456789012", emulated=True)
    assert read_address(url, account).name == "iam-console-events"
