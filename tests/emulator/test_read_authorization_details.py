"""GetAccountAuthorizationDetails: complete, in pages, filtered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def account(iam: Any) -> Any:
    own = iam.create_policy(PolicyName="own", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
    iam.create_group(GroupName="team")
    iam.create_user(UserName="alice", PermissionsBoundary=READ_ONLY, Tags=[{"Key": "team", "Value": "a"}])
    iam.create_user(UserName="bob")
    iam.add_user_to_group(GroupName="team", UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn=own)
    iam.attach_group_policy(GroupName="team", PolicyArn=ADMINISTRATOR)
    iam.put_user_policy(UserName="bob", PolicyName="inline", PolicyDocument=ALLOW_ALL)
    iam.create_role(RoleName="server", AssumeRolePolicyDocument=TRUST_ROOT, PermissionsBoundary=own)
    return iam


def names(answer: dict[str, Any]) -> dict[str, list[str]]:
    keys = ("UserName", "GroupName", "RoleName", "PolicyName")
    return {listing: [item[key] for item in answer[listing]] for listing, key in zip(LISTS, keys, strict=True)}


def test_everything_is_there(account: Any) -> None:
    assert names(account.get_account_authorization_details()) == {
        "UserDetailList": ["alice", "bob"],
        "GroupDetailList": ["team"],
        "RoleDetailList": ["server"],
        "Policies": ["own", "AdministratorAccess", "ReadOnlyAccess"],
    }


def test_a_user_has_groups_policies_boundary_and_tags(account: Any) -> None:
    alice, bob = account.get_account_authorization_details()["UserDetailList"]

    assert alice["GroupList"] == ["team"]
    assert alice["AttachedManagedPolicies"] == [
        {"PolicyName": "own", "PolicyArn": "arn:aws:iam::123456789012:policy/own"}
    ]
    assert alice["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert alice["Tags"] == [{"Key": "team", "Value": "a"}]
    assert bob["UserPolicyList"][0]["PolicyName"] == "inline"
    assert "PermissionsBoundary" not in bob


def test_a_policy_has_name_id_counts_and_versions(account: Any) -> None:
    own, administrator, read_only = account.get_account_authorization_details()["Policies"]

    assert own["PolicyId"].startswith("ANPA")
    assert (own["AttachmentCount"], own["PermissionsBoundaryUsageCount"]) == (1, 1)
    assert own["PolicyVersionList"][0]["VersionId"] == "v1"
    assert (administrator["AttachmentCount"], administrator["PermissionsBoundaryUsageCount"]) == (1, 0)
    assert (read_only["AttachmentCount"], read_only["PermissionsBoundaryUsageCount"]) == (0, 1)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("User", {"UserDetailList": ["alice", "bob"]}),
        ("Group", {"GroupDetailList": ["team"]}),
        ("Role", {"RoleDetailList": ["server"]}),
        ("LocalManagedPolicy", {"Policies": ["own"]}),
        ("AWSManagedPolicy", {"Policies": ["AdministratorAccess", "ReadOnlyAccess"]}),
    ],
)
def test_a_filter_leaves_only_its_kind(account: Any, wanted: str, found: dict[str, list[str]]) -> None:
    answer = account.get_account_authorization_details(Filter=[wanted])

    assert names(answer) == {key: [] for key in LISTS} | found


def test_pages_cut_through_the_kinds(account: Any) -> None:
    pages = list(account.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2}))

    counts = [[len(page[listing]) for listing in LISTS] for page in pages]
    assert counts == [[2, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 2], [0, 0, 0, 1]]


def test_an_unknown_filter_is_refused(iam: Any, refused: Refused) -> None:
    refused("ValidationError", iam.get_account_authorization_details, Filter=["Everything"])
