"""CloudTrail of the emulator: who called what is on record, as LookupEvents tells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.process import Emulator
from tests.services.statements import allowing, trusting

ARN = "arn:aws:iam::123456789012"
Refused = Callable[..., str]


@pytest.fixture
def cloudtrail(emulator: Emulator) -> Any:
    return emulator.client("cloudtrail")


def looked_up(cloudtrail: Any, key: str = "", value: str = "", **more: Any) -> list[dict[str, Any]]:
    attributes = [{"AttributeKey": key, "AttributeValue": value}] if key else []
    found: list[dict[str, Any]] = cloudtrail.lookup_events(LookupAttributes=attributes, **more)["Events"]
    return found


def record(event: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event["CloudTrailEvent"])
    return found


def test_a_write_has_who_what_and_the_request_id(iam: Any, cloudtrail: Any) -> None:
    iam.create_user(UserName="jane", Tags=[{"Key": "team", "Value": "reports"}])
    answered = iam.attach_user_policy(UserName="jane", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    newest, made = looked_up(cloudtrail, "ResourceName", "jane")
    assert (newest["EventName"], made["EventName"]) == ("AttachUserPolicy", "CreateUser")
    assert record(newest)["requestID"] == answered["ResponseMetadata"]["RequestId"]
    assert record(newest)["requestParameters"] == {
        "userName": "jane",
        "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    }
    assert record(newest)["userIdentity"]["userName"] == newest["Username"] == "emulator"
    assert record(made)["requestParameters"]["tags"] == [{"key": "team", "value": "reports"}]
    assert record(made)["responseElements"]["user"]["userId"].startswith("AIDA")
    assert "Boto3/" in record(made)["userAgent"]


def test_a_session_names_role_session_and_the_person_behind_it(emulator: Emulator, iam: Any, cloudtrail: Any) -> None:
    trust = trusting({"AWS": f"{ARN}:root"}, ["sts:AssumeRole", "sts:SetSourceIdentity"])
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=allowing("*"))
    keys = emulator.client("sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="build-7", SourceIdentity="dana@acme.example"
    )["Credentials"]
    session = emulator.client(
        "iam",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    session.create_group(GroupName="auditors")

    [event] = looked_up(cloudtrail, "ResourceName", "auditors")[:1]
    identity = record(event)["userIdentity"]
    assert event["Username"] == "build-7"
    assert identity["type"] == "AssumedRole"
    assert identity["sessionContext"]["sessionIssuer"]["principalId"] == role["RoleId"]
    assert identity["sessionContext"]["sourceIdentity"] == "dana@acme.example"
    assert [each["EventName"] for each in looked_up(cloudtrail, "AccessKeyId", keys["AccessKeyId"])] == ["CreateGroup"]
    assert "AssumeRole" in [each["EventName"] for each in looked_up(cloudtrail, "ResourceName", role["Arn"])]


def test_what_failed_is_on_record_and_secrets_are_not(iam: Any, cloudtrail: Any) -> None:
    with pytest.raises(ClientError):
        iam.delete_user(UserName="nobody")
    iam.create_user(UserName="jane")
    key = iam.create_access_key(UserName="jane")["AccessKey"]
    iam.create_login_profile(UserName="jane", Password="Correct-Horse-7-Battery")
    [failed] = looked_up(cloudtrail, "ResourceName", "nobody")
    assert record(failed)["errorCode"] == "NoSuchEntity"
    said = json.dumps([each["CloudTrailEvent"] for each in looked_up(cloudtrail)])
    assert key["AccessKeyId"] in said
    assert key["SecretAccessKey"] not in said
    assert "Battery" not in said


def test_reads_are_told_from_writes(iam: Any, cloudtrail: Any) -> None:
    iam.create_group(GroupName="auditors")
    iam.list_users()
    assert [each["EventName"] for each in looked_up(cloudtrail, "ReadOnly", "false")] == ["CreateGroup"]
    assert [each["EventName"] for each in looked_up(cloudtrail, "EventName", "ListUsers")] == ["ListUsers"]


def test_what_is_global_is_in_one_region(emulator: Emulator, cloudtrail: Any) -> None:
    emulator.client("iam", region_name="eu-west-1").create_group(GroupName="auditors")
    emulator.client("cognito-idp", region_name="eu-west-1").create_user_pool(PoolName="shop")
    there = emulator.client("cloudtrail", region_name="eu-west-1")
    assert [each["EventName"] for each in looked_up(cloudtrail, "ReadOnly", "false")] == ["CreateGroup"]
    assert [each["EventName"] for each in looked_up(there, "ReadOnly", "false")] == ["CreateUserPool"]


def test_pages_are_newest_first_and_nothing_is_told_twice(iam: Any, cloudtrail: Any) -> None:
    for number in range(7):
        iam.create_group(GroupName=f"group-{number}")
    question: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
        "MaxResults": 3,
    }
    names: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = cloudtrail.lookup_events(**question, **token)
        names += [record(each)["requestParameters"]["groupName"] for each in page["Events"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert names == [f"group-{number}" for number in reversed(range(7))]


def test_what_it_refuses(cloudtrail: Any, refused: Refused, iam: Any) -> None:
    one = {"AttributeKey": "ReadOnly", "AttributeValue": "false"}
    now = datetime.now(UTC)
    refused("InvalidLookupAttributesException", cloudtrail.lookup_events, LookupAttributes=[one, one])
    refused("InvalidTimeRangeException", cloudtrail.lookup_events, StartTime=now, EndTime=now - timedelta(hours=1))
    refused("InvalidNextTokenException", cloudtrail.lookup_events, NextToken="none")
    iam.create_group(GroupName="a")
    iam.create_group(GroupName="b")
    token = cloudtrail.lookup_events(MaxResults=1)["NextToken"]
    refused("InvalidNextTokenException", cloudtrail.lookup_events, LookupAttributes=[one], NextToken=token)


def test_it_is_as_late_and_takes_as_many_questions_as_it_is_told(
    emulator: Emulator, iam: Any, refused: Refused
) -> None:
    emulator.trail(delay_s=600)
    iam.create_group(GroupName="auditors")
    patient = emulator.client("cloudtrail", config=Config(retries={"total_max_attempts": 1}))
    assert looked_up(patient, "ResourceName", "auditors") == []
    emulator.trail(delay_s=0, rate=2)
    iam.create_group(GroupName="writers")
    assert len(looked_up(patient, "ResourceName", "writers")) == 1
    with pytest.raises(ClientError, match="ThrottlingException"):
        for _ in range(5):
            patient.lookup_events()


def test_what_it_is_given_is_told_and_what_is_older_than_90_days_is_not(emulator: Emulator, cloudtrail: Any) -> None:
    def given(days: int) -> dict[str, Any]:
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        return {
            "record": {
                "eventID": f"id-{days}",
                "eventName": "TagUser",
                "eventSource": "iam.amazonaws.com",
                "eventTime": at,
                "awsRegion": "us-east-1",
                "readOnly": False,
                "userIdentity": {"type": "Root"},
            },
            "username": "root",
            "resources": [["AWS::IAM::User", "jane"]],
        }

    emulator.trail(events=[given(days=3), given(days=91)])
    assert [each["EventId"] for each in looked_up(cloudtrail, "ResourceName", "jane")] == ["id-3"]
