"""The same AWS account in other orders and parts, as AWS may list it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator.process import Emulator
from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT

READ = "GetAccountAuthorizationDetails"
LISTS = {"UserDetailList": "UserName", "GroupDetailList": "GroupName", "RoleDetailList": "RoleName"}


@pytest.fixture
def account(iam: Any) -> Any:
    for name in ("alice", "bob", "cem"):
        iam.create_user(UserName=name)
        iam.create_role(RoleName=f"role-of-{name}", AssumeRolePolicyDocument=TRUST_ROOT)
    for group in ("one", "two", "three"):
        iam.create_group(GroupName=group)
        iam.add_user_to_group(GroupName=group, UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="inline", PolicyDocument=ALLOW_ALL)
    return iam


def pages(iam: Any, size: int) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    for page in iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": size}):
        yield [(item[name], item) for listing, name in LISTS.items() for item in page[listing]]


def names(iam: Any) -> list[str]:
    return [name for page in pages(iam, 2) for name, _ in page]


def test_an_object_comes_in_two_parts(emulator: Emulator, account: Any) -> None:
    emulator.rules([{"action": READ, "listing": "split"}])
    parts = [item for page in pages(account, 1) for name, item in page if name == "alice"]
    assert [part["GroupList"] for part in parts] == [["one", "three"], ["two"]]
    assert [len(part["UserPolicyList"]) for part in parts] == [1, 0]


def test_an_object_comes_twice(emulator: Emulator, account: Any) -> None:
    once = names(account)
    emulator.rules([{"action": READ, "listing": "doubled"}])
    assert sorted(names(account)) == sorted(once * 2)


def test_objects_come_in_no_order(emulator: Emulator, account: Any) -> None:
    plain = names(account)
    emulator.rules([{"action": READ, "listing": "shuffled"}])
    shuffled = names(account)
    assert sorted(shuffled) == sorted(plain)
    assert shuffled != plain
    [alice] = [item for page in pages(account, 2) for name, item in page if name == "alice"]
    assert alice["GroupList"] == ["two", "three", "one"]
