"""Attachments, boundaries, memberships, and what they keep from being deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused

KINDS = ("user", "group", "role")


@pytest.fixture
def account(iam: Any) -> Any:
    iam.create_user(UserName="x")
    iam.create_group(GroupName="x")
    iam.create_role(RoleName="x", AssumeRolePolicyDocument=TRUST_ROOT)
    return iam


@pytest.fixture
def policy(iam: Any) -> str:
    return str(iam.create_policy(PolicyName="p", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"])


def attach(iam: Any, kind: str, policy: str) -> None:
    getattr(iam, f"attach_{kind}_policy")(PolicyArn=policy, **{f"{kind.capitalize()}Name": "x"})


def count(iam: Any, policy: str) -> int:
    return int(iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"])


@pytest.mark.parametrize("kind", KINDS)
def test_attaching_twice_counts_once(account: Any, policy: str, kind: str) -> None:
    attach(account, kind, policy)
    attach(account, kind, policy)

    assert count(account, policy) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_eleventh_attachment_is_refused(account: Any, refused: Refused, kind: str) -> None:
    arns = [account.create_policy(PolicyName=f"p{n}", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"] for n in range(11)]
    for arn in arns[:10]:
        attach(account, kind, arn)

    message = refused(
        "LimitExceeded",
        getattr(account, f"attach_{kind}_policy"),
        PolicyArn=arns[10],
        **{f"{kind.capitalize()}Name": "x"},
    )

    assert message == f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: 10"


@pytest.mark.parametrize("kind", KINDS)
def test_detaching_what_is_not_attached_is_refused(account: Any, policy: str, refused: Refused, kind: str) -> None:
    detach = getattr(account, f"detach_{kind}_policy")

    refused("NoSuchEntity", detach, PolicyArn=policy, **{f"{kind.capitalize()}Name": "x"})


def test_entities_of_a_policy_are_who_has_it_and_whom_it_bounds(account: Any, policy: str) -> None:
    attach(account, "group", policy)
    account.put_user_permissions_boundary(UserName="x", PermissionsBoundary=policy)

    every = account.list_entities_for_policy(PolicyArn=policy)
    bounded = account.list_entities_for_policy(PolicyArn=policy, PolicyUsageFilter="PermissionsBoundary")

    assert ([g["GroupName"] for g in every["PolicyGroups"]], [u["UserName"] for u in every["PolicyUsers"]]) == (
        ["x"],
        ["x"],
    )
    assert (bounded["PolicyGroups"], [user["UserName"] for user in bounded["PolicyUsers"]]) == ([], ["x"])


@pytest.mark.parametrize("kind", ["user", "role"])
def test_a_boundary_is_put_shown_and_taken_off(account: Any, policy: str, refused: Refused, kind: str) -> None:
    owner = {f"{kind.capitalize()}Name": "x"}

    def shown() -> Any:
        return getattr(account, f"get_{kind}")(**owner)[kind.capitalize()].get("PermissionsBoundary")

    getattr(account, f"put_{kind}_permissions_boundary")(PermissionsBoundary=policy, **owner)
    assert shown()["PermissionsBoundaryArn"] == policy
    assert account.get_policy(PolicyArn=policy)["Policy"]["PermissionsBoundaryUsageCount"] == 1

    take_off = getattr(account, f"delete_{kind}_permissions_boundary")
    take_off(**owner)
    assert shown() is None
    refused("NoSuchEntity", take_off, **owner)


def test_a_boundary_must_exist(account: Any, policy: str, refused: Refused) -> None:
    gone = policy + "-gone"

    message = refused("NoSuchEntity", account.put_user_permissions_boundary, UserName="x", PermissionsBoundary=gone)

    assert message == f"Scope ARN: {gone} does not exist or is not attachable."


def test_an_eleventh_group_is_refused(account: Any, refused: Refused) -> None:
    for n in range(11):
        account.create_group(GroupName=f"g{n}")
    for n in range(10):
        account.add_user_to_group(GroupName=f"g{n}", UserName="x")
    account.add_user_to_group(GroupName="g0", UserName="x")

    refused("LimitExceeded", account.add_user_to_group, GroupName="g10", UserName="x")


def test_a_policy_in_use_stays(account: Any, policy: str, refused: Refused) -> None:
    attach(account, "role", policy)
    assert "attached to entities" in refused("DeleteConflict", account.delete_policy, PolicyArn=policy)

    account.detach_role_policy(RoleName="x", PolicyArn=policy)
    account.put_user_permissions_boundary(UserName="x", PermissionsBoundary=policy)
    assert "boundary" in refused("DeleteConflict", account.delete_policy, PolicyArn=policy)

    account.delete_user_permissions_boundary(UserName="x")
    account.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW_ALL)
    assert "more than one version" in refused("DeleteConflict", account.delete_policy, PolicyArn=policy)

    account.delete_policy_version(PolicyArn=policy, VersionId="v2")
    account.delete_policy(PolicyArn=policy)


def test_the_default_version_stays(account: Any, policy: str, refused: Refused) -> None:
    refused("DeleteConflict", account.delete_policy_version, PolicyArn=policy, VersionId="v1")


def test_a_group_with_members_or_policies_stays(account: Any, policy: str, refused: Refused) -> None:
    account.add_user_to_group(GroupName="x", UserName="x")
    assert "remove users" in refused("DeleteConflict", account.delete_group, GroupName="x")

    account.remove_user_from_group(GroupName="x", UserName="x")
    attach(account, "group", policy)
    assert "detach all policies" in refused("DeleteConflict", account.delete_group, GroupName="x")


def test_a_user_with_credentials_stays(account: Any, refused: Refused) -> None:
    key = account.create_access_key(UserName="x")["AccessKey"]["AccessKeyId"]
    account.create_login_profile(UserName="x", Password="Correct-Horse-7")
    assert "login profile" in refused("DeleteConflict", account.delete_user, UserName="x")

    account.delete_login_profile(UserName="x")
    assert "access keys" in refused("DeleteConflict", account.delete_user, UserName="x")

    account.delete_access_key(UserName="x", AccessKeyId=key)
    account.delete_user(UserName="x")


def test_a_service_linked_role_belongs_to_aws(account: Any, policy: str, refused: Refused) -> None:
    name = account.create_service_linked_role(AWSServiceName="support.amazonaws.com")["Role"]["RoleName"]

    refused("UnmodifiableEntity", account.attach_role_policy, RoleName=name, PolicyArn=policy)
    refused("UnmodifiableEntity", account.delete_role, RoleName=name)


def test_a_renamed_user_keeps_id_tags_and_boundary(account: Any, policy: str) -> None:
    account.tag_user(UserName="x", Tags=[{"Key": "team", "Value": "a"}])
    account.put_user_permissions_boundary(UserName="x", PermissionsBoundary=policy)
    before = account.get_user(UserName="x")["User"]

    account.update_user(UserName="x", NewUserName="y", NewPath="/moved/")

    after = account.get_user(UserName="y")["User"]
    assert after["Arn"] == "arn:aws:iam::123456789012:user/moved/y"
    assert [after[key] for key in ("UserId", "Tags", "PermissionsBoundary")] == [
        before[key] for key in ("UserId", "Tags", "PermissionsBoundary")
    ]


def test_an_update_of_a_role_leaves_the_rest(account: Any) -> None:
    account.update_role(RoleName="x", Description="first", MaxSessionDuration=7200)
    account.update_role(RoleName="x", Description="second")

    role = account.get_role(RoleName="x")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("second", 7200)
