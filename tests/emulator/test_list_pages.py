"""Listings come in pages, as IAM cuts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused

COUNT = 5


@pytest.fixture
def account(iam: Any) -> Any:
    """A user, a group, a role and a policy with five of everything that can be listed."""
    arns = [iam.create_policy(PolicyName=f"p{n}", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"] for n in range(COUNT)]
    for n in range(COUNT):
        iam.create_user(UserName=f"u{n}", Tags=[{"Key": f"k{m}", "Value": "v"} for m in range(COUNT)])
        iam.create_group(GroupName=f"g{n}")
        iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=TRUST_ROOT)
        iam.create_instance_profile(InstanceProfileName=f"i{n}")
        iam.add_user_to_group(GroupName="g0", UserName=f"u{n}")
    for n in range(1, COUNT):
        iam.add_user_to_group(GroupName=f"g{n}", UserName="u0")
        iam.create_policy_version(PolicyArn=arns[0], PolicyDocument=ALLOW_ALL)
    for arn in arns:
        iam.attach_user_policy(UserName="u0", PolicyArn=arn)
        iam.attach_group_policy(GroupName="g0", PolicyArn=arn)
        iam.attach_role_policy(RoleName="r0", PolicyArn=arn)
        iam.put_user_policy(UserName="u0", PolicyName=arn[-2:], PolicyDocument=ALLOW_ALL)
        iam.put_group_policy(GroupName="g0", PolicyName=arn[-2:], PolicyDocument=ALLOW_ALL)
        iam.put_role_policy(RoleName="r0", PolicyName=arn[-2:], PolicyDocument=ALLOW_ALL)
    for n in range(1, COUNT):
        iam.attach_user_policy(UserName=f"u{n}", PolicyArn=arns[0])
    return iam


def read_in_twos(call: Callable[..., Any], key: str, **params: Any) -> list[list[Any]]:
    pages: list[list[Any]] = []
    marker: dict[str, str] = {}
    while True:
        answer = call(MaxItems=2, **params, **marker)
        pages.append(answer[key])
        if not answer["IsTruncated"]:
            return pages
        marker = {"Marker": answer["Marker"]}


POLICY = "arn:aws:iam::123456789012:policy/p0"


LISTINGS: list[tuple[str, str, dict[str, str]]] = [
    ("list_users", "Users", {}),
    ("list_groups", "Groups", {}),
    ("list_roles", "Roles", {}),
    ("list_instance_profiles", "InstanceProfiles", {}),
    ("list_policies", "Policies", {"Scope": "Local"}),
    ("get_group", "Users", {"GroupName": "g0"}),
    ("list_groups_for_user", "Groups", {"UserName": "u0"}),
    ("list_user_tags", "Tags", {"UserName": "u0"}),
    ("list_user_policies", "PolicyNames", {"UserName": "u0"}),
    ("list_group_policies", "PolicyNames", {"GroupName": "g0"}),
    ("list_role_policies", "PolicyNames", {"RoleName": "r0"}),
    ("list_attached_user_policies", "AttachedPolicies", {"UserName": "u0"}),
    ("list_attached_group_policies", "AttachedPolicies", {"GroupName": "g0"}),
    ("list_attached_role_policies", "AttachedPolicies", {"RoleName": "r0"}),
    ("list_policy_versions", "Versions", {"PolicyArn": POLICY}),
    ("list_entities_for_policy", "PolicyUsers", {"PolicyArn": POLICY, "EntityFilter": "User"}),
]


def test_pages_hold_everything_once(account: Any) -> None:
    for call, key, params in LISTINGS:
        pages = read_in_twos(getattr(account, call), key, **params)

        assert [len(page) for page in pages] == [2, 2, 1], call
        assert len({str(item) for page in pages for item in page}) == COUNT, call


def test_a_page_holds_100_unless_asked_otherwise(iam: Any) -> None:
    for n in range(101):
        iam.create_group(GroupName=f"g{n}")

    first = iam.list_groups()

    assert (len(first["Groups"]), first["IsTruncated"]) == (100, True)


def test_a_write_between_two_pages_drops_nobody(account: Any) -> None:
    first = account.list_users(MaxItems=3)
    account.create_user(UserName="a-new-one")

    second = account.list_users(MaxItems=3, Marker=first["Marker"])

    assert [user["UserName"] for user in second["Users"]] == ["u3", "u4"]


def test_more_than_1000_is_refused(iam: Any, refused: Refused) -> None:
    assert "less than or equal to 1000" in refused("ValidationError", iam.list_users, MaxItems=1001)


def test_a_marker_of_nowhere_is_refused(iam: Any, refused: Refused) -> None:
    assert refused("ValidationError", iam.list_users, Marker="nowhere") == "Invalid Marker."


def test_versions_come_newest_first(account: Any) -> None:
    versions = account.list_policy_versions(PolicyArn=POLICY)["Versions"]

    assert [version["VersionId"] for version in versions] == ["v5", "v4", "v3", "v2", "v1"]
