"""The pages of resources: the list of an AWS account, and what one says of its policy, or why it can't."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from resources.table import KINDS
from sync.models import Run, Schedule
from tests.resources.arranging import read_here
from tests.resources.rows import State, make_resource
from tests.services.account_rows import ran
from tests.services.pages import exported, get, names_in, text_of
from tests.services.statements import document_text, trust

pytestmark = pytest.mark.django_db

BUCKET = "arn:aws:s3:::acme-share"
WHY = "AWS does not let the console’s credentials do sqs:GetQueueAttributes."
STATEMENT = {"Effect": "Allow", "Action": "sqs:GetQueueAttributes", "Resource": "*"}


def not_read(**parts: str | None) -> dict[str, Any]:
    """By part: when it was read last."""
    return {part: {"why": WHY, "statement": STATEMENT, "held_at": at} for part, at in parts.items()}


def page_of(client: Client, aws_id: str) -> str:
    return text_of(get(client, "resource", aws_id=aws_id))


def test_the_list_with_its_filters(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "sqs", "s3")
    make_resource(aws_account, "inbox")
    make_resource(aws_account, "private", policy=None, region="eu-west-1")
    make_resource(aws_account, "acme-share", kind="s3.bucket", arn=BUCKET)
    make_resource(aws_account, "denied", policy=None, policy_state=State.NOT_READ)
    assert names_in(get(bobs, "resources")) == ["acme-share", "denied", "inbox", "private"]
    for query, names in (
        ("?service=s3", ["acme-share"]),
        ("?region=eu-west-1", ["private"]),
        ("?policy=yes", ["acme-share", "inbox"]),
        ("?policy=no", ["private"]),
        ("?policy=not_read", ["denied"]),
        ("?q=share", ["acme-share"]),
    ):
        assert names_in(get(bobs, "resources", query)) == names, query
    assert "has no value" in text_of(get(bobs, "resources", "?service=moon&region=mars-1"))
    lines = exported(bobs.get(f"/aws/{aws_account.account_id}/resources/?format=csv&policy=yes")).splitlines()
    assert [line.split(",")[0].strip('"') for line in lines[1:]] == ["acme-share", "inbox"]
    assert BUCKET in lines[1]


def test_an_aws_account_that_reads_none_says_so(bobs: Client, alices: Client, aws_account: AwsAccount) -> None:
    assert "Owners choose which are read" in text_of(get(bobs, "resources"))
    assert "Choose which are read" in text_of(get(alices, "resources"))


def test_a_bucket_with_what_opens_it(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "s3")
    facts = {
        "public_access_block": {"BlockPublicAcls": True, "RestrictPublicBuckets": False},
        "ownership": "ObjectWriter",
        "acl": {
            "owner": "me",
            "grants": [
                {"grantee": "me", "type": "CanonicalUser", "permission": "FULL_CONTROL"},
                {
                    "grantee": "http://acs.amazonaws.com/groups/global/AllUsers",
                    "type": "Group",
                    "permission": "READ",
                },
            ],
        },
    }
    policy = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}/*"))
    row = make_resource(aws_account, "acme-share", kind="s3.bucket", arn=BUCKET, policy=policy, facts=facts)
    said = page_of(bobs, row.aws_id)
    assert "This lets in everyone, in all AWS accounts" in said
    assert "In part: blocks new public access control lists" in said
    assert "Gives everybody: read" in said
    assert "Object writer: access control lists count" in said


def test_no_policy_is_an_answer(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "sqs")
    row = make_resource(aws_account, "private", policy=None)
    said = page_of(bobs, row.aws_id)
    assert "No policy Only principals of its own AWS account get to it" in said


def test_a_file_system_without_a_policy_is_open(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "efs")
    arn = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-1"
    row = make_resource(aws_account, "home", kind="efs.file_system", arn=arn, policy=None)
    assert "Every client that reaches one of its mount targets" in page_of(bobs, row.aws_id)


def test_what_was_never_read_is_not_none(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "sqs")
    row = make_resource(aws_account, "inbox", policy=None, policy_state=State.NOT_READ, not_read=not_read(policy=None))
    said = page_of(bobs, row.aws_id)
    assert "Queue policy: not read" in said
    assert WHY in said
    assert '"Action": "sqs:GetQueueAttributes"' in said
    assert "No policy" not in said


def test_what_is_denied_now_shows_as_it_was(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "sqs")
    row = make_resource(aws_account, "inbox", not_read=not_read(policy="2026-11-01T10:00:00+00:00"))
    said = page_of(bobs, row.aws_id)
    assert "Answers about access don’t take it for true" in said
    assert "sqs:SendMessage" in said


def test_what_is_no_longer_read_says_so(bobs: Client, aws_account: AwsAccount) -> None:
    row = make_resource(aws_account, "inbox")
    assert "SQS queues are no longer read here" in page_of(bobs, row.aws_id)


def test_two_policies_stand_apart(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "lambda")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:resize"
    urls = [{"arn": arn, "url": "https://x.lambda-url.us-east-1.on.aws", "auth": "NONE"}]
    row = make_resource(aws_account, "resize", kind="lambda.function", arn=arn, facts={"urls": urls, "role": "arn:r"})
    row.policies.create(part="policy", arn=f"{arn}:live", document=row.policies.get().document)
    html = get(bobs, "resource", aws_id=row.aws_id)
    said = text_of(html)
    assert f"On {arn}:live" in said
    assert "Asks for no sign-in: https://x.lambda-url" in said
    assert 'id="p0-L1"' in html
    assert 'id="p1-L1"' in html


def test_strangers_find_nothing(client_of: Any, charlie: Operator, aws_account: AwsAccount) -> None:
    row = make_resource(aws_account, "inbox")
    client = client_of(charlie)
    get(client, "resources", status=404)
    get(client, "resource", status=404, aws_id=row.aws_id)


def test_hostile_words_are_words(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "sqs")
    policy = '{"Version": "<script>alert(1)</script>"'
    row = make_resource(aws_account, "<b>inbox</b>", arn="arn:aws:sqs:us-east-1:123456789012:hostile", policy=policy)
    html = get(bobs, "resource", aws_id=row.aws_id)
    assert "<script>alert" not in html
    assert "<b>inbox" not in html
    assert "can’t be parsed" in text_of(html)


def test_lists_that_aws_did_not_give_are_named(bobs: Client, aws_account: AwsAccount) -> None:
    read_here(aws_account, "s3", "sqs")
    error = {"class": "AccessDeniedError", "sentence": "AWS does not let us do s3:ListAllMyBuckets."}
    ran(aws_account, "s3.buckets", state=Run.State.FAILED, error=error)
    said = text_of(get(bobs, "resources"))
    assert "1 list was not read when asked for last" in said
    assert "S3 buckets: AWS does not let us do s3:ListAllMyBuckets." in said


@pytest.mark.parametrize(
    ("kind", "arn", "statement"),
    [
        ("ecr.repository", "arn:aws:ecr:us-east-1:123456789012:repository/app", {"Resource": None}),
        ("apigateway.rest_api", "arn:aws:execute-api:us-east-1:123456789012:a1", {"Resource": "execute-api:/*"}),
    ],
)
def test_lint_knows_how_the_kind_writes_its_policies(
    bobs: Client, aws_account: AwsAccount, kind: str, arn: str, statement: dict[str, Any]
) -> None:
    read_here(aws_account, KINDS[kind].service)
    action = "ecr:BatchGetImage" if kind.startswith("ecr") else "execute-api:Invoke"
    opened = trust({"AWS": "arn:aws:iam::123456789012:root"}, action, **statement)
    policy = document_text({name: value for name, value in opened.items() if value is not None})
    row = make_resource(aws_account, "app", kind=kind, arn=arn, policy=policy)
    assert "Findings" not in page_of(bobs, row.aws_id)


def test_the_policy_that_a_new_topic_has_is_not_public(bobs: Client, aws_account: AwsAccount) -> None:
    """It names everybody, whose AWS account is its own."""
    read_here(aws_account, "sns")
    arn = "arn:aws:sns:us-east-1:123456789012:news"
    owned = {"StringEquals": {"AWS:SourceOwner": "123456789012"}}
    policy = document_text(trust({"AWS": "*"}, "SNS:Publish", Resource=arn, Condition=owned))
    row = make_resource(aws_account, "news", kind="sns.topic", arn=arn, policy=policy)
    assert "lets in everyone" not in page_of(bobs, row.aws_id)


def test_the_list_says_how_many_are_not_read_and_when_they_are(aws_account: AwsAccount, bobs: Client) -> None:
    read_here(aws_account, "sqs")
    row = make_resource(aws_account, "jobs")
    make_resource(aws_account, "orders")
    page = " ".join(text_of(get(bobs, "resources")).split())
    assert "Not all policies are read" not in page
    row.not_read = not_read(policy=None)
    row.save()
    soon = timezone.now() + timedelta(hours=2, minutes=1)
    Schedule.objects.create(aws_account=aws_account, source="sqs.queues", region=row.region, next_at=soon)
    page = " ".join(text_of(get(bobs, "resources")).split())
    assert f"1 SQS queue of {aws_account.name} isn’t read. They are read next in 2 h." in page
