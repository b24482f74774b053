from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from accounts.models import AwsAccount
from sync.aws import errors
from sync.aws.client import reader
from sync.aws.purpose import READING
from sync.aws.session import AwsSession
from sync.aws.target import target_of

EMULATED = AwsAccount(account_id="123456789012", emulated=True, connection="ambient")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.org",
        "http://10.0.0.1:5000",
        "http://134744072/",  # 8.8.8.8 as one number
        "http://0x08080808/",
        "http://127.0.0.1.example.org",
        "http://localhost@example.org",
        "ftp://localhost",
        "file:///etc/passwd",
        "localhost:5000",
    ],
)
def test_an_emulator_elsewhere_is_refused(url: str, settings: Any) -> None:
    settings.AWS_EMULATOR_URL = url
    with pytest.raises(errors.EndpointRefused) as caught:
        reader(EMULATED).call("iam", "ListUsers")
    assert "AWS_EMULATOR_URL" in caught.value.sentence()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5000", "http://[::1]:5000", "http://localhost", "http://emulator:5000"]
)
def test_an_emulator_at_hand_is_taken(url: str, settings: Any) -> None:
    settings.AWS_EMULATOR_URL = url
    assert target_of(EMULATED, "read").emulator_url == url


def test_an_aws_account_that_is_not_emulated_never_goes_to_the_emulator(settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:5000"
    assert target_of(AwsAccount(account_id="123456789012"), "read").emulator_url == ""


@pytest.mark.parametrize(
    ("partition", "region", "sts", "iam"),
    [
        ("aws", "eu-west-1", "https://sts.eu-west-1.amazonaws.com", "https://iam.amazonaws.com"),
        ("aws", "", "https://sts.us-east-1.amazonaws.com", "https://iam.amazonaws.com"),
        ("aws-cn", "", "https://sts.cn-north-1.amazonaws.com.cn", "https://iam.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "", "https://sts.us-gov-west-1.amazonaws.com", "https://iam.us-gov.amazonaws.com"),
    ],
)
def test_endpoints_are_those_of_the_partition_whatever_the_environment_says(
    partition: str, region: str, sts: str, iam: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://evil.example.org")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://evil.example.org")
    target = target_of(AwsAccount(account_id="1" * 12, partition=partition, default_region=region), "read")
    session, boto = AwsSession(target, READING), botocore.session.get_session()
    urls = [session._build(boto, name, target.region, resends=True).meta.endpoint_url for name in ("sts", "iam")]
    assert urls == [sts, iam]


@pytest.mark.django_db
def test_nobody_at_home_means_that_nothing_was_sent(settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    with pytest.raises(errors.UnreachableError) as caught:
        reader(EMULATED).call("iam", "ListUsers")
    assert caught.value.sent is False
    assert "nothing was sent" in caught.value.sentence()
