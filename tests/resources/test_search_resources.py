"""Search for what lies in a resource, by its ARN."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount
from resources.models import Resource


def make(aws_account: AwsAccount, arn: str, kind: str) -> Resource:
    name = arn.rpartition(":")[2]
    found: Resource = Resource.objects.create(
        aws_account=aws_account,
        aws_id=arn.replace("/", "~"),
        arn=arn,
        name=name,
        name_key=name.casefold(),
        kind=kind,
        service=kind.partition(".")[0],
        policy_state=Resource.PolicyState.NONE,
        first_seen=timezone.now(),
    )
    return found


@pytest.mark.parametrize(
    ("arn", "inside"),
    [
        ("arn:aws:s3:::ledger", "arn:aws:s3:::ledger/2026/01/a.csv"),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:resize",
            "arn:aws:lambda:eu-west-1:123456789012:function:resize:7",
        ),
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/x",
        ),
    ],
)
def test_what_lies_in_a_resource_leads_to_it(
    aws_account: AwsAccount, other_account: AwsAccount, bobs: Client, arn: str, inside: str
) -> None:
    row = make(aws_account, arn, "s3.bucket")
    page = bobs.get("/search/", {"q": inside}).content.decode()
    assert f'href="/aws/{aws_account.account_id}/resources/{row.aws_id}/"' in page
    assert f"It lies in {arn}" in page
    Resource.objects.update(aws_account=other_account)
    assert "It lies in" not in bobs.get("/search/", {"q": inside}).content.decode()
