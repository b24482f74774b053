"""What kinds have beside their policy: blocks, grants, URLs, aliases, streams; and how long lists are read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from resources import sources
from resources.budget import spend
from resources.models import CallBudget, Resource, ResourceReading
from resources.sources import SOURCES
from sync.aws import client as aws_client
from sync.aws.client import Paging, reader
from sync.mirror import AccountRegion, HeldBack
from sync.models import Revision, Run
from tests.resources.arranging import OPEN_TO_ALL, held, read_here
from tests.resources.kind_cases import ACCOUNT, CASES, OTHER, open_to
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db
MAKE = {case.kind: case.make for case in CASES}


def pull(aws_account: AwsAccount, source: str, region: str = REGION) -> Run:
    run = pulled(aws_account, source=source, region=region)
    assert run.state == Run.State.DONE, run.error
    return run


# ---- S3 ------------------------------------------------------------------------------------------------------
def test_a_bucket_says_what_it_blocks_and_whose_objects_are(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "s3")
    MAKE["s3.bucket"](emulator, "acme-new", None)
    MAKE["s3.bucket"](emulator, "acme-open", open_to("*", "s3:GetObject", "arn:aws:s3:::acme-open/*"))
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="acme-far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.delete_bucket_ownership_controls(Bucket="acme-open")
    pull(aws_account, "s3.buckets", "")
    far, new, opened = Resource.objects.order_by("name")
    assert (far.located_in, new.located_in) == ("eu-west-1", REGION)
    assert new.facts["public_access_block"]["RestrictPublicBuckets"] is True
    assert new.facts["ownership"] == "BucketOwnerEnforced"
    assert (opened.facts["public_access_block"], opened.facts["ownership"]) == (None, None)
    assert [grant["permission"] for grant in opened.facts["acl"]["grants"]] == ["FULL_CONTROL"]


def test_the_key_that_encrypts_it_is_held(emulator: Emulator, aws_account: AwsAccount) -> None:
    """In the same number of calls but for buckets: AWS says it with the policy."""
    read_here(aws_account, "s3", "sqs", "sns", "dynamodb")
    key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/payroll"}
    s3, dynamodb = emulator.client("s3"), emulator.client("dynamodb")
    for name in ("acme-payroll", "acme-plain"):
        s3.create_bucket(Bucket=name)
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": key}]}
    s3.put_bucket_encryption(Bucket="acme-payroll", ServerSideEncryptionConfiguration=rules)
    emulator.client("sqs").create_queue(QueueName="jobs", Attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    emulator.client("sns").create_topic(Name="news", Attributes={"KmsMasterKeyId": "alias/payroll"})
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    emulator.forget_calls()
    for source, region in (
        ("s3.buckets", ""),
        ("sqs.queues", REGION),
        ("sns.topics", REGION),
        ("dynamodb.tables", REGION),
    ):
        pull(aws_account, source, region)
    said = dict(Resource.objects.values_list("name", "facts__kms_key"))
    assert said == {
        "acme-payroll": "alias/payroll",
        "acme-plain": None,
        "jobs": "alias/aws/sqs",
        "news": "alias/payroll",
        "orders": None,
    }
    asked = [call["action"] for call in emulator.calls()]
    once = ("GetQueueAttributes", "GetTopicAttributes", "DescribeTable")
    assert [asked.count(name) for name in once] == [1, 1, 1]


def test_one_part_that_is_denied_leaves_the_others(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "s3")
    MAKE["s3.bucket"](emulator, "acme-open", open_to("*", "s3:GetObject", "arn:aws:s3:::acme-open/*"))
    denial = {"code": "AccessDenied", "status": 403, "message": "no"}
    emulator.rules([{"action": "GetBucketPublicAccessBlock", "when": "before", "error": denial}])
    run = pull(aws_account, "s3.buckets", "")
    found = held(Resource.objects.get())
    assert len(found.policies) == 1
    assert list(found.missing) == ["public_access_block"]
    assert "public_access_block" not in found.facts
    assert any("public access block of arn:aws:s3:::acme-open" in line["line"] for line in run.log)


def test_what_the_aws_account_blocks(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "s3")
    pull(aws_account, "s3.accounts", "")
    assert Resource.objects.get().facts["public_access_block"] is None
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    blocked = dict.fromkeys(names, True)
    emulator.client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=blocked)
    assert pull(aws_account, "s3.accounts", "").changed == 1
    assert Resource.objects.get().facts["public_access_block"] == blocked


# ---- KMS -----------------------------------------------------------------------------------------------------
def test_grants_come_and_go_without_a_revision(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "kms")
    arn = MAKE["kms.key"](emulator, "orders", None)
    pull(aws_account, "kms.keys")
    before = Revision.objects.count()
    grantee = f"arn:aws:iam::{OTHER}:role/reader"
    emulator.client("kms").create_grant(KeyId=arn, GranteePrincipal=grantee, Operations=["Encrypt", "Decrypt"])
    pull(aws_account, "kms.keys")
    [grant] = Resource.objects.get().facts["grants"]
    assert (grant["to"], grant["operations"]) == (grantee, ["Decrypt", "Encrypt"])
    assert Revision.objects.count() == before


def test_keys_of_aws_itself_are_left_out(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "kms")
    kms = emulator.client("kms")
    kms.describe_key(KeyId="alias/aws/s3")  # AWS makes it when it is used first
    MAKE["kms.key"](emulator, "orders", None)
    assert len(kms.list_keys()["Keys"]) > 1
    pull(aws_account, "kms.keys")
    assert Resource.objects.get().name == "orders"


# ---- Lambda --------------------------------------------------------------------------------------------------
def test_an_alias_has_a_policy_of_its_own(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "lambda")
    arn = MAKE["lambda.function"](emulator, "resize", None)
    functions = emulator.client("lambda")
    functions.create_alias(FunctionName="resize", Name="live", FunctionVersion="$LATEST")
    about = {"FunctionName": "resize", "Qualifier": "live", "Action": "lambda:InvokeFunction"}
    functions.add_permission(**about, StatementId="partner", Principal=OTHER)
    functions.create_function_url_config(FunctionName="resize", AuthType="NONE")
    pull(aws_account, "lambda.functions")
    row = Resource.objects.get()
    assert [policy.arn for policy in held(row).policies] == [f"{arn}:live"]
    assert [(url["arn"], url["auth"]) for url in row.facts["urls"]] == [(arn, "NONE")]
    assert row.facts["role"].endswith(":role/resize")


# ---- DynamoDB, ECR -------------------------------------------------------------------------------------------
def test_a_stream_has_a_policy_of_its_own(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "dynamodb")
    arn = MAKE["dynamodb.table"](emulator, "orders", open_to({"AWS": OTHER}, "dynamodb:GetItem"))
    tables = emulator.client("dynamodb")
    tables.update_table(TableName="orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    stream = tables.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    tables.put_resource_policy(ResourceArn=stream, Policy=open_to({"AWS": OTHER}, "dynamodb:GetRecords"))
    pull(aws_account, "dynamodb.tables")
    found = held(Resource.objects.get())
    assert [(each.part, each.arn) for each in found.policies] == [("policy", arn), ("stream_policy", stream)]


def test_the_registry_of_a_region(emulator: Emulator, aws_account: AwsAccount) -> None:
    read_here(aws_account, "ecr")
    pull(aws_account, "ecr.registries")
    assert held(Resource.objects.get()).is_none
    text = open_to({"AWS": f"arn:aws:iam::{OTHER}:root"}, "ecr:ReplicateImage")
    emulator.client("ecr").put_registry_policy(policyText=text)
    pull(aws_account, "ecr.registries")
    [policy] = held(Resource.objects.get()).policies
    assert json.loads(policy.document.text)["Statement"][0]["Sid"] == "Opens"


# ---- Long lists ----------------------------------------------------------------------------------------------
@pytest.fixture
def five_queues(emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> AwsAccount:
    """AWS lists two a page, and two are read at a time … of a page of three."""
    read_here(aws_account, "sqs")
    for number in range(5):
        emulator.client("sqs").create_queue(QueueName=f"queue-{number}", Attributes={"Policy": OPEN_TO_ALL})
    monkeypatch.setitem(aws_client._PAGING, "sqs", Paging("NextToken", size=("MaxResults", 3)))
    monkeypatch.setattr(sources, "_PER_PAGE", 2)
    return aws_account


def test_a_list_is_read_in_pages(five_queues: AwsAccount) -> None:
    run = pull(five_queues, "sqs.queues")
    assert (run.pages, run.seen, Resource.objects.count()) == (3, 5, 5)


def test_reading_goes_on_after_any_page(five_queues: AwsAccount) -> None:
    """As when a worker was killed: the ones that were read are not read again."""
    source, place = SOURCES["sqs.queue"], AccountRegion(five_queues, REGION)
    marker, names = None, []
    while True:
        page = next(source.pages(reader(five_queues, region=REGION), marker, place))
        names += [item["Name"] for item in page.items["sqs.queue"]]
        marker = page.marker
        if marker is None:
            break
    assert names == [f"queue-{number}" for number in range(5)]


# ---- The budget ----------------------------------------------------------------------------------------------
def test_reading_waits_when_the_budget_is_spent(five_queues: AwsAccount, settings: Any) -> None:
    settings.AWS_PACE_EMULATED = True
    ResourceReading.objects.update(calls_an_hour=600)
    spend(five_queues, 1_000)
    pages = SOURCES["sqs.queue"].pages(reader(five_queues, region=REGION), None, AccountRegion(five_queues, REGION))
    with pytest.raises(HeldBack, match="budget"):
        next(pages)
    CallBudget.objects.update(counted_at=timezone.now() - timedelta(hours=2))
    pages = SOURCES["sqs.queue"].pages(reader(five_queues, region=REGION), None, AccountRegion(five_queues, REGION))
    assert len(next(pages).items["sqs.queue"]) == 2
    assert CallBudget.objects.get().left == pytest.approx(100 - 3, abs=1)  # ten minutes’ worth: a list, two policies
