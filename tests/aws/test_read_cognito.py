"""Cognito through the client: lists with pages as long as may be, marks that expire, people whom AWS bills for."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import errors
from sync.aws.client import reader

REGION = "eu-central-1"


@pytest.fixture
def pools(emulator: Emulator) -> list[str]:
    """The ids of five user pools."""
    cognito = emulator.client("cognito-idp", region_name=REGION)
    return [cognito.create_user_pool(PoolName=f"customers {number}")["UserPool"]["Id"] for number in range(5)]


def test_a_list_that_requires_a_size_needs_none_said(
    emulator: Emulator, aws_account: AwsAccount, pools: list[str]
) -> None:
    (page,) = reader(aws_account, region=REGION).pages("cognito-idp", "ListUserPools")
    assert {found["Id"] for found in page.items["UserPools"]} == set(pools)
    assert emulator.calls("ListUserPools")[0]["params"]["MaxResults"] == 60


def test_a_list_comes_by_pages_and_from_a_marker(aws_account: AwsAccount, pools: list[str]) -> None:
    client = reader(aws_account, region=REGION)
    first, second = islice(client.pages("cognito-idp", "ListUserPools", MaxResults=2), 2)
    rest = list(client.pages("cognito-idp", "ListUserPools", MaxResults=2, marker=second.marker))
    found = [pool["Id"] for page in (first, second, *rest) for pool in page.items["UserPools"]]
    assert sorted(found) == sorted(pools)
    assert len(rest) == 1


def test_another_region_has_other_pools(aws_account: AwsAccount, pools: list[str]) -> None:
    client = reader(aws_account, region="us-east-1")
    assert next(client.pages("cognito-idp", "ListUserPools")).items["UserPools"] == []
    elsewhere = client.at(REGION)
    assert len(next(elsewhere.pages("cognito-idp", "ListUserPools")).items["UserPools"]) == 5
    assert client.request_id == elsewhere.request_id


@pytest.mark.parametrize("resumed", [True, False])
def test_a_marker_that_expired_is_told_apart(
    resumed: bool, emulator: Emulator, aws_account: AwsAccount, pools: list[str]
) -> None:
    client = reader(aws_account, region=REGION)
    pages = client.pages("cognito-idp", "ListUserPools", MaxResults=2)
    marker = next(pages).marker
    if resumed:
        pages = client.pages("cognito-idp", "ListUserPools", MaxResults=2, marker=marker)
    error = {"code": "InvalidParameterException", "message": "Invalid pagination token."}
    emulator.rules([{"action": "ListUserPools", "error": error}])
    with pytest.raises(errors.MarkerExpired) as caught:
        next(pages)
    assert caught.value.code == "InvalidParameterException"


def test_what_is_wrong_without_a_marker_is_no_expired_one(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.rules([{"action": "ListUserPools", "error": {"code": "InvalidParameterException"}}])
    with pytest.raises(errors.InvalidRequestError) as caught:
        next(reader(aws_account, region=REGION).pages("cognito-idp", "ListUserPools"))
    assert type(caught.value) is errors.InvalidRequestError


def test_nobody_is_billed_for_by_a_pull(emulator: Emulator, aws_account: AwsAccount, pools: list[str]) -> None:
    person: dict[str, Any] = {"UserPoolId": pools[0], "Username": "anna"}
    with pytest.raises(errors.ConsoleRefused, match="bills"):
        reader(aws_account, region=REGION).call("cognito-idp", "AdminGetUser", **person)
    assert emulator.calls("AdminGetUser") == []
    emulator.rules([{"action": "AdminGetUser", "error": {"code": "UserNotFoundException"}}])
    with pytest.raises(errors.NotFound):
        reader(aws_account, region=REGION, bills=True).call("cognito-idp", "AdminGetUser", **person)


def test_a_quota_that_is_used_up_is_not_asked_for_again(emulator: Emulator, aws_account: AwsAccount) -> None:
    """botocore takes LimitExceededException for throttling."""
    emulator.rules([{"action": "ListUserPools", "error": {"code": "LimitExceededException"}}])
    with pytest.raises(errors.LimitExceeded):
        next(reader(aws_account, region=REGION).pages("cognito-idp", "ListUserPools"))
    assert len(emulator.calls("ListUserPools")) == 1
