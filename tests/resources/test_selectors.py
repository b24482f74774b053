"""Which policies decide a request on an ARN, and what is said where nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import REGION
from policies.documents import document_of
from resources.governing import Governor, governor_of
from resources.selectors import HeldPolicies, PoliciesNotRead, policies_for, reading_gaps
from sync.models import Region, Schedule
from tests.resources.arranging import read_here
from tests.resources.kind_cases import OTHER, open_to
from tests.resources.rows import State, make_resource
from tests.services.account_rows import ran

pytestmark = pytest.mark.django_db

IN = f"{REGION}:123456789012"
BUCKET, QUEUE = "arn:aws:s3:::acme-share", f"arn:aws:sqs:{IN}:inbox"
FUNCTION, TABLE = f"arn:aws:lambda:{IN}:function:resize", f"arn:aws:dynamodb:{IN}:table/orders"


@pytest.mark.parametrize(
    ("arn", "governor"),
    [
        (BUCKET, Governor("s3.bucket", BUCKET)),
        (f"{BUCKET}/reports/2026.csv", Governor("s3.bucket", BUCKET)),
        (f"{BUCKET}/*", Governor("s3.bucket", BUCKET)),
        ("arn:aws:s3:::acme-*", None),
        (
            f"arn:aws:s3:{IN}:accesspoint/reports/object/x",
            Governor("s3.access_point", f"arn:aws:s3:{IN}:accesspoint/reports"),
        ),
        (f"arn:aws:s3:{IN}:accesspoint/*", None),
        (QUEUE, Governor("sqs.queue", QUEUE)),
        (f"arn:aws:sns:{IN}:news:5f1d", Governor("sns.topic", f"arn:aws:sns:{IN}:news")),
        (FUNCTION, Governor("lambda.function", FUNCTION, FUNCTION)),
        (f"{FUNCTION}:live", Governor("lambda.function", FUNCTION, f"{FUNCTION}:live")),
        (
            f"arn:aws:lambda:{IN}:layer:lib:3",
            Governor("lambda.layer", f"arn:aws:lambda:{IN}:layer:lib", f"arn:aws:lambda:{IN}:layer:lib:3"),
        ),
        (f"{TABLE}/index/by-day", Governor("dynamodb.table", TABLE, TABLE)),
        (f"{TABLE}/stream/2026", Governor("dynamodb.table", TABLE, f"{TABLE}/stream/2026")),
        (f"arn:aws:logs:{IN}:log-group:app:*", None),
        (f"arn:aws:logs:{IN}:log-group:app", Governor("logs.resource_policy", "")),
        (f"arn:aws:execute-api:{IN}:a1/prod/GET/*", Governor("apigateway.rest_api", f"arn:aws:execute-api:{IN}:a1")),
        (f"arn:aws:kms:{IN}:alias/orders", None),
        (f"arn:aws:ecr:{IN}:repository/team/app", Governor("ecr.repository", f"arn:aws:ecr:{IN}:repository/team/app")),
        ("arn:aws:iam::123456789012:role/x", None),
        ("*", None),
        ("", None),
    ],
)
def test_by_whose_policy_a_request_is_decided(arn: str, governor: Governor | None) -> None:
    assert governor_of(arn) == governor


def held_for(arn: str) -> HeldPolicies:
    found = policies_for(arn)
    assert isinstance(found, HeldPolicies), found
    return found


def why_of(arn: str) -> str:
    found = policies_for(arn)
    assert isinstance(found, PoliciesNotRead), found
    return found.why


def test_an_object_is_decided_by_its_bucket(aws_account: AwsAccount) -> None:
    read_here(aws_account, "s3")
    ran(aws_account, "s3.buckets")
    row = make_resource(aws_account, "acme-share", kind="s3.bucket", arn=BUCKET)
    found = held_for(f"{BUCKET}/x")
    assert (found.resource, [policy.arn for policy in found.policies]) == (row, [BUCKET])


def test_an_alias_by_its_own_policy_alone(aws_account: AwsAccount) -> None:
    read_here(aws_account, "lambda")
    ran_in(aws_account, "lambda.functions")
    row = make_resource(aws_account, "resize", kind="lambda.function", arn=FUNCTION)
    row.policies.create(
        part="policy", arn=f"{FUNCTION}:live", document=document_of(open_to({"AWS": OTHER}, "lambda:InvokeFunction"))
    )
    assert [policy.arn for policy in held_for(FUNCTION).policies] == [FUNCTION]
    assert [policy.arn for policy in held_for(f"{FUNCTION}:live").policies] == [f"{FUNCTION}:live"]
    assert held_for(f"{FUNCTION}:7").is_none


def ran_in(aws_account: AwsAccount, source: str) -> None:
    ran(aws_account, source, region=REGION)


def test_log_groups_by_all_policies_of_their_region(aws_account: AwsAccount) -> None:
    read_here(aws_account, "logs")
    ran_in(aws_account, "logs.resource_policies")
    for name in ("one", "two"):
        make_resource(aws_account, name, kind="logs.resource_policy", aws_id=f"logs:{name}")
    assert len(held_for(f"arn:aws:logs:{IN}:log-group:app").policies) == 2


def test_why_nobody_knows(aws_account: AwsAccount) -> None:
    assert why_of(f"arn:aws:sqs:{REGION}:{OTHER}:inbox") == f"The AWS account {OTHER} isn’t connected."
    assert why_of(QUEUE) == f"SQS queues of Acme aren’t read in {REGION}."
    read_here(aws_account, "sqs", "s3")
    assert why_of(QUEUE) == f"SQS queues of Acme weren’t read yet in {REGION}."
    ran_in(aws_account, "sqs.queues")
    assert why_of(QUEUE) == "AWS had no such SQS queue when they were read last."
    assert why_of(BUCKET) == "No AWS account of which S3 buckets are read has it."
    not_read = {"policy": {"why": "AWS does not let us.", "statement": None, "held_at": None}}
    make_resource(aws_account, "inbox", policy=None, policy_state=State.NOT_READ, not_read=not_read)
    assert why_of(QUEUE) == "AWS does not let us."


def test_what_is_gone_decides_nothing(aws_account: AwsAccount) -> None:
    read_here(aws_account, "sqs")
    ran_in(aws_account, "sqs.queues")
    make_resource(aws_account, "inbox", gone_at=timezone.now())
    assert why_of(QUEUE) == "AWS had no such SQS queue when they were read last."


def test_gaps_are_told_with_how_many_and_until_when(aws_account: AwsAccount) -> None:
    for name in (REGION, "eu-west-1"):
        Region.objects.create(aws_account=aws_account, name=name, enabled=True, opt_in=False, checked_at=timezone.now())
    read_here(aws_account, "sqs")
    ran_in(aws_account, "sqs.queues")
    next_at = timezone.now() + timedelta(hours=1)
    Schedule.objects.create(aws_account=aws_account, source="sqs.queues", region=REGION, next_at=next_at)
    not_read = {"policy": {"why": "AWS does not let us.", "statement": None, "held_at": None}}
    for name in ("a", "b"):
        make_resource(aws_account, name, policy=None, policy_state=State.NOT_READ, not_read=not_read)
    make_resource(aws_account, "c")
    here, there = sorted(reading_gaps(aws_account, services=["sqs"]), key=lambda gap: gap.region, reverse=True)
    assert (here.region, here.why, here.count, here.next_at) == (REGION, "", 2, next_at)
    assert (there.region, there.why, there.next_at) == (
        "eu-west-1",
        "SQS queues of Acme aren’t read in eu-west-1.",
        None,
    )
