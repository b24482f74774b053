"""Of other services than IAM: which object an event has read again, and nothing where no mirror has one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import AwsAccount
from cognito.models import UserPool
from emulator.process import REGION, Emulator
from resources.models import Resource
from sync.activity.records import read_record
from sync.activity.subjects import EventSubject, subjects_of
from tests.services.directory_rows import DirectoryRows
from tests.services.event_queues import followed, made_queue, refreshes
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db


def subjects(aws_account: AwsAccount, service: str, name: str, asked: Any, answered: Any = None) -> list[EventSubject]:
    record = read_record(
        {
            "eventID": "11111111-2222",
            "eventTime": datetime.now(UTC).isoformat(),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "recipientAccountId": aws_account.account_id,
            "requestParameters": asked,
            "responseElements": answered,
        }
    )
    assert record is not None
    return list(subjects_of(aws_account, record))


def test_pools_and_clients(emulator: Emulator, aws_account: AwsAccount) -> None:
    queue = made_queue(emulator, aws_account, {"source": ["aws.cognito-idp", "aws.cognito-identity"]})
    cognito = emulator.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="shop")["UserPool"]["Id"]
    followed(queue)
    assert not UserPool.objects.exists()  # no pull has read pools yet
    for source in ("cognito.pools", "cognito.clients", "cognito.groups"):
        pulled(aws_account, source=source, region=REGION)

    cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="ACTIVE")
    cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web")
    cognito.admin_create_user(UserPoolId=pool_id, Username="jane")
    other = cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    followed(queue)
    assert sorted(set(refreshes())) == ["cognito.client", "cognito.pool"]
    assert UserPool.objects.get(aws_id=pool_id).appclients.get().name == "web"
    assert UserPool.objects.filter(aws_id=other).exists()


@pytest.mark.parametrize(
    ("service", "arn", "name", "asked"),
    [
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:orders", "orders", {"queueUrl": "https://sqs/1/orders"}),
        (
            "sns",
            "arn:aws:sns:us-east-1:123456789012:news",
            "news",
            {"topicArn": "arn:aws:sns:us-east-1:123456789012:news"},
        ),
        ("kms", "arn:aws:kms:us-east-1:123456789012:key/ab-12", "payroll", {"keyId": "ab-12"}),
        ("s3", "arn:aws:s3:::acme-www", "acme-www", {"bucketName": "acme-www"}),
        (
            "lambda",
            "arn:aws:lambda:us-east-1:123456789012:function:ship",
            "ship",
            {"functionName": "arn:aws:lambda:us-east-1:123456789012:function:ship:7"},
        ),
    ],
)
def test_resources_by_name_id_and_arn(aws_account: AwsAccount, service: str, arn: str, name: str, asked: Any) -> None:
    now = datetime.now(UTC)
    row = Resource.objects.create(
        aws_account=aws_account,
        kind=f"{service}.thing",
        service=service,
        aws_id=arn.replace("/", "~"),
        arn=arn,
        name=name,
        name_key=name,
        region="" if service == "s3" else REGION,
        located_in="eu-west-1" if service == "s3" else REGION,
        policy_state="none",
        first_seen=now,
    )
    assert subjects(aws_account, service, "PutPolicy", asked) == [EventSubject(row.kind, row.aws_id, row.region)]
    assert subjects(aws_account, service, "PutPolicy", dict.fromkeys(asked, "another")) == []
    assert subjects(aws_account, service, "PutPolicy", {name: {"a": 1} for name in asked}) == []


@pytest.mark.parametrize("asked", [None, {}, {"userName": 7}, {"userName": ""}, {"roleName": "nobody"}, [], "text"])
def test_what_names_nobody_is_about_nobody(iam: Any, aws_account: AwsAccount, asked: Any) -> None:
    assert subjects(aws_account, "iam", "AttachUserPolicy", asked) == []
    assert subjects(aws_account, "sso", "UpdatePermissionSet", asked) == []
    assert subjects(aws_account, "identitystore", "UpdateGroup", asked) == []
    assert subjects(aws_account, "cognito-identity", "UpdateIdentityPool", asked) == []
    assert subjects(aws_account, "ec2", "RunInstances", asked) == []


def test_who_acts_on_themselves_is_named_by_nothing_else(iam: Any, aws_account: AwsAccount) -> None:
    record = {
        "eventID": "1",
        "eventTime": datetime.now(UTC).isoformat(),
        "eventSource": "iam.amazonaws.com",
        "userIdentity": {"type": "IAMUser", "userName": "jane"},
        "requestParameters": None,
    }
    own = read_record(json.dumps(record | {"eventName": "ChangePassword"}))
    others = read_record(json.dumps(record | {"eventName": "UpdateAccountPasswordPolicy"}))
    assert own is not None
    assert others is not None
    assert [each.kind for each in subjects_of(aws_account, own)] == ["iam.user"]
    assert [each.source for each in subjects_of(aws_account, others)] == ["iam.password_policy"]


def test_permission_sets_assignments_groups_and_people(aws_account: AwsAccount) -> None:
    rows = DirectoryRows(aws_account)
    dana = rows.person("dana.okafor")
    group = rows.group("admins", dana)
    audit = rows.permission_set("Audit", aws_account)
    by_arn = {"permissionSetArn": audit.arn}
    assert subjects(aws_account, "sso", "PutInlinePolicyToPermissionSet", by_arn) == [
        EventSubject("sso.permission_set", audit.aws_id)
    ]
    target = {"targetId": "123456789012", "principalType": "GROUP", "principalId": group.aws_id}
    [assigned] = subjects(aws_account, "sso", "CreateAccountAssignment", by_arn | target)
    assert assigned.object_id == f"{audit.aws_id}/123456789012/GROUP/{group.aws_id}"
    assert (assigned.name, assigned.arn) == ("Audit", audit.arn)

    store = {"identityStoreId": rows.instance.store_id}
    assert subjects(aws_account, "identitystore", "UpdateGroup", store | {"groupId": group.aws_id}) == [
        EventSubject("identitystore.group", group.aws_id)
    ]
    assert subjects(aws_account, "identitystore", "UpdateUser", store | {"userId": dana.aws_id}) == [
        EventSubject("identitystore.user", dana.aws_id)
    ]
    left = {"membershipId": f"m-admins-{dana.aws_id}"}
    assert [each.kind for each in subjects(aws_account, "identitystore", "DeleteGroupMembership", store | left)] == [
        "identitystore.membership"
    ]
    [joined] = subjects(aws_account, "identitystore", "CreateGroupMembership", store, {"membershipId": "m-new"})
    assert (joined.object_id, joined.arn) == ("m-new", rows.instance.store_arn)
    assert subjects(aws_account, "identitystore", "UpdateGroup", {"groupId": group.aws_id}) == []  # another store
