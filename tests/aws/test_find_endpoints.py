"""Where calls go in each partition, and by which Region's name they are signed. Nothing leaves this machine: botocore
is stopped when the request is ready."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from sync.aws.purpose import READING
from sync.aws.session import AwsSession, invoke
from sync.aws.target import AwsTarget, home_region, target_of


class Stopped(Exception):
    """With the request as it would have been sent."""


def stop(request: Any, **_: Any) -> None:
    raise Stopped(request.url, request.headers["Authorization"])


def sent_to(service: str, operation: str, region: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The address, and the Region that signs."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    session = AwsSession(AwsTarget("1" * 12, "aws", region, False, "", ""), READING)
    client = session._build(session._ambient(), service, region, resends=False)
    client.meta.events.register("before-send", stop)
    with pytest.raises(Stopped) as stopped:
        invoke(client, operation, {})
    url, authorization = stopped.value.args
    signature = authorization.decode() if isinstance(authorization, bytes) else authorization
    return url, signature.partition("Credential=")[2].split("/")[2]


@pytest.mark.parametrize(
    ("service", "operation", "region", "address", "signed_for"),
    [
        ("iam", "ListUsers", "eu-west-1", "iam.amazonaws.com", "us-east-1"),
        ("iam", "ListUsers", "me-south-1", "iam.amazonaws.com", "us-east-1"),
        ("iam", "ListUsers", "cn-northwest-1", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("iam", "ListUsers", "us-gov-east-1", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
        ("organizations", "ListRoots", "eu-west-1", "organizations.us-east-1.amazonaws.com", "us-east-1"),
        ("organizations", "ListRoots", "cn-north-1", "organizations.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
        ("organizations", "ListRoots", "us-gov-east-1", "organizations.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("account", "ListRegions", "eu-west-1", "account.us-east-1.amazonaws.com", "us-east-1"),
        ("account", "ListRegions", "cn-north-1", "account.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
    ],
)
def test_global_services_have_one_endpoint_in_each_partition(
    service: str, operation: str, region: str, address: str, signed_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, region_of_signature = sent_to(service, operation, region, monkeypatch)
    assert url.startswith(f"https://{address}/")
    assert region_of_signature == signed_for


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("us-east-1", "sts.us-east-1.amazonaws.com"),
        ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
        ("me-south-1", "sts.me-south-1.amazonaws.com"),
        ("cn-northwest-1", "sts.cn-northwest-1.amazonaws.com.cn"),
        ("us-gov-east-1", "sts.us-gov-east-1.amazonaws.com"),
    ],
)
def test_sts_is_the_regions_own_whatever_the_machine_says(
    region: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the global endpoint gives is not valid in Regions that an AWS account has to opt in to."""
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    url, signed_for = sent_to("sts", "GetCallerIdentity", region, monkeypatch)
    assert url.startswith(f"https://{address}/")
    assert signed_for == region


@pytest.mark.parametrize(
    ("partition", "default_region", "asked"),
    [
        ("aws", "eu-west-1", "eu-west-1"),
        ("aws", "", "us-east-1"),
        ("aws-cn", "us-east-1", "cn-north-1"),
        ("aws-cn", "cn-northwest-1", "cn-northwest-1"),
        ("aws-us-gov", "us-east-1", "us-gov-west-1"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-east-1"),
        ("aws", "us-gov-east-1", "us-east-1"),
    ],
)
def test_no_partition_is_asked_with_the_credentials_of_another(partition: str, default_region: str, asked: str) -> None:
    aws_account = AwsAccount(account_id="1" * 12, partition=partition, default_region=default_region)
    assert home_region(aws_account) == target_of(aws_account, "read").region == asked
