"""The operations on groups, memberships and users of Identity Center: see tests/services/operation_cases.py."""

from __future__ import annotations

from collections.abc import Callable

from directory.models import DirectoryGroup, DirectoryMembership, DirectoryUser, Instance
from directory.operations.groups import CreateDirectoryGroup, CreateGroupParams, DeleteDirectoryGroup, delete_group
from directory.operations.memberships import AddMember, RemoveMember, add_member, remove_member
from directory.operations.users import (
    DISPLAY_NAME,
    EMAIL,
    FAMILY,
    GIVEN,
    USER_NAME,
    CreateDirectoryUser,
    DeleteDirectoryUser,
    create_user,
    delete_user,
)
from directory.sources import GROUPS, MEMBERSHIPS, PEOPLE
from sync.operations import StepSpec
from tests.directory.arranged import Arranged, arranged_and_pulled, pull_directory
from tests.services.operation_cases import ComparedCase, SendingCase
from tests.services.world import World

_SOURCES = (GROUPS, MEMBERSHIPS, PEOPLE)
_NOBODY = "A new one is in no group, and has no assignment."


def _arranged(world: World) -> Arranged:
    return arranged_and_pulled(world.emulator, world.aws_account)


def arranged_with(make: Callable[[Arranged], object]) -> Callable[[World], Arranged]:
    """And `make` besides."""

    def arrange(world: World) -> Arranged:
        center = _arranged(world)
        make(center)
        pull_directory(world.aws_account)
        world.emulator.forget_calls()
        return center

    return arrange


def region() -> str:
    return str(Instance.objects.get().primary_region)


def _members(world: World, center: Arranged) -> list[str]:
    """Of platform."""
    about = {"IdentityStoreId": center.made.store_id, "GroupId": center.platform}
    names = {center.dana: "dana", center.tom: "tom", center.priya: "priya"}
    listed = center.made.store.list_group_memberships(**about)["GroupMemberships"]
    return sorted(names[each["MemberId"]["UserId"]] for each in listed)


def _groups(world: World, center: Arranged) -> object:
    """With how many are in each."""
    store, about = center.made.store, {"IdentityStoreId": center.made.store_id}
    listed = store.list_groups(**about)["Groups"]
    count = {
        each["GroupId"]: len(store.list_group_memberships(**about, GroupId=each["GroupId"])["GroupMemberships"])
        for each in listed
    }
    return sorted((each["DisplayName"], count[each["GroupId"]]) for each in listed)


def _users(world: World, center: Arranged) -> list[str]:
    listed = center.made.store.list_users(IdentityStoreId=center.made.store_id)["Users"]
    return sorted(each["UserName"] for each in listed)


def _add(world: World, center: Arranged) -> StepSpec:
    return add_member(DirectoryGroup.objects.get(name="platform"), center.priya, region())


def _remove(world: World, center: Arranged) -> StepSpec:
    return remove_member(DirectoryMembership.objects.get(user_id=center.dana), region())


def _create_group(world: World, center: Arranged) -> StepSpec:
    store_arn = Instance.objects.get().store_arn
    return CreateDirectoryGroup().spec(CreateGroupParams(store_arn, region(), "oncall", "Who is awake"))


def _fill(center: Arranged) -> None:
    center.made.join(center.empty, center.dana)


def _delete_group(world: World, center: Arranged) -> StepSpec:
    return delete_group(DirectoryGroup.objects.get(name="contractors"), region())


def _create_user(world: World, center: Arranged) -> StepSpec:
    said = {
        USER_NAME: "maya.rao",
        DISPLAY_NAME: "Maya Rao",
        GIVEN: "Maya",
        FAMILY: "Rao",
        EMAIL: "maya.rao@acme.example",
    }
    return create_user(Instance.objects.get().store_arn, region(), said)


def _delete_user(world: World, center: Arranged) -> StepSpec:
    return delete_user(DirectoryUser.objects.get(aws_id=center.tom), region())


CASES: tuple[SendingCase, ...] = (
    ComparedCase(
        AddMember.kind,
        _arranged,
        _add,
        _members,
        ["dana", "priya", "tom"],
        _SOURCES,
        page="directory_group/add",
    ),
    ComparedCase(
        RemoveMember.kind,
        _arranged,
        _remove,
        _members,
        ["tom"],
        _SOURCES,
        page="directory_group/remove",
    ),
    ComparedCase(
        CreateDirectoryGroup.kind,
        _arranged,
        _create_group,
        _groups,
        [("contractors", 0), ("oncall", 0), ("platform", 2)],
        _SOURCES,
        page="account/create-directory-group",
        no_access=_NOBODY,
    ),
    ComparedCase(
        DeleteDirectoryGroup.kind,
        arranged_with(_fill),
        _delete_group,
        _groups,
        [("platform", 2)],
        _SOURCES,
        page="directory_group/delete",
        no_access="Its assignments are ended first: by then it gives nothing.",
    ),
    ComparedCase(
        CreateDirectoryUser.kind,
        _arranged,
        _create_user,
        _users,
        ["dana.okafor", "maya.rao", "priya.nair", "tom.becker"],
        _SOURCES,
        page="account/create-directory-person",
        no_access=_NOBODY,
    ),
    ComparedCase(
        DeleteDirectoryUser.kind,
        _arranged,
        _delete_user,
        _users,
        ["dana.okafor", "priya.nair"],
        _SOURCES,
        page="directory_person/delete",
        stays="Nothing is kept to make them again by.",
    ),
)
