"""Operations on users, groups, roles and instance profiles as objects, a row for each.

`shows` is what AWS has after the step, and before it again after its reverse; ids are left out where they are new then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from accounts.models import Operator
from identities.models import InstanceProfile
from identities.operations import (
    add_role,
    create_profile,
    create_role,
    delete,
    remove_role,
    rename,
    revoke_sessions,
    update_role,
)
from sync.operations import StepSpec
from tests.services.operation_cases import SendingCase
from tests.services.pulling import pulled
from tests.services.statements import trusting
from tests.services.world import TRUST, World

EMPTY = "No role is in an instance profile when it is made or deleted."
AT = datetime(2026, 11, 25, 18, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Case(SendingCase):
    arrange: Callable[[World], Any]
    step: Callable[..., StepSpec]  # of what was arranged
    shows: Callable[[World, Any], object]
    sources: tuple[str, ...] = ("iam.details",)  # what tells of it

    def prepared(self, world: World, operator: Operator) -> StepSpec:
        arranged = self.arrange(world)
        self.pull(world)
        return self.step(arranged)

    def pull(self, world: World) -> None:
        for source in self.sources:
            pulled(world.aws_account, source=source)


def found(ask: Callable[..., Any], **params: Any) -> Any:
    """The answer, without what is new in each; None where there is nothing of the name."""
    try:
        answer = ask(**params)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchEntity"
        return None
    return without(answer, "ResponseMetadata", "UserId", "GroupId", "RoleId", "CreateDate", "InstanceProfileId")


def without(value: Any, *names: str) -> Any:
    if isinstance(value, dict):
        return {name: without(inner, *names) for name, inner in value.items() if name not in names}
    return [without(inner, *names) for inner in value] if isinstance(value, list) else value


def tagged_user(world: World) -> Any:
    policy = world.policy("people-boundary")
    user = world.user()
    world.iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=policy.arn)
    world.iam.tag_user(UserName=user.name, Tags=[{"Key": "team", "Value": "data"}])
    return world.again(user)


def shows_user(world: World, user: Any) -> object:
    return found(world.iam.get_user, UserName=user.name)


def shows_group(world: World, group: Any) -> object:
    return found(world.iam.get_group, GroupName=group.name)


def full_role(world: World) -> Any:
    policy = world.policy("people-boundary")
    role = world.role()
    world.iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=policy.arn)
    world.iam.tag_role(RoleName=role.name, Tags=[{"Key": "team", "Value": "data"}])
    world.iam.update_role(RoleName=role.name, Description="Exports reports", MaxSessionDuration=7200)
    return Again(role)


class Again:
    """A row as it is when the step is made: after the pulls."""

    def __init__(self, row: Any) -> None:
        self.row = row

    @property
    def now(self) -> Any:
        return type(self.row).objects.live().get(arn=self.row.arn)


def shows_role(world: World, role: Any) -> object:
    return found(world.iam.get_role, RoleName=(role.row if isinstance(role, Again) else role).name)


def named_user(world: World) -> Any:
    """In a group, and trusted by a role."""
    user, group = world.user(), world.group()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    world.iam.create_role(RoleName="on-call", AssumeRolePolicyDocument=trusting({"AWS": user.arn}))
    return user


def shows_names(world: World, arranged: Any) -> object:
    users = [(user["Arn"], user["UserId"]) for user in world.iam.list_users()["Users"]]
    groups = [(group["Arn"], group["GroupId"]) for group in world.iam.list_groups()["Groups"]]
    roles = [role["AssumeRolePolicyDocument"] for role in world.iam.list_roles()["Roles"]]
    return users, groups, roles


def joined_group(world: World) -> Any:
    user = world.again(named_user(world))
    return user.memberships.live().get().group


def profile_and_role(world: World) -> Any:
    made = world.iam.create_instance_profile(InstanceProfileName="web")["InstanceProfile"]
    return world.mirrored(InstanceProfile, "web", made["Arn"]), world.role()


def filled_profile(world: World) -> Any:
    profile, role = profile_and_role(world)
    world.iam.add_role_to_instance_profile(InstanceProfileName=profile.name, RoleName=role.name)
    return world.again(profile), role


def shows_profile(world: World, arranged: Any) -> object:
    return found(world.iam.get_instance_profile, InstanceProfileName="web")


def shows_inline(world: World, role: Any) -> object:
    return world.iam.list_role_policies(RoleName=role.name)["PolicyNames"]


_SETTINGS = ("iam.details", "iam.role_settings")
_PROFILES = ("iam.details", "iam.instance_profiles")
CASES = [
    Case("iam.user.delete", tagged_user, delete, shows_user, page="user/delete"),
    Case("iam.group.delete", lambda world: world.group(), delete, shows_group, page="group/delete"),
    Case("iam.role.delete", full_role, lambda role: delete(role.now), shows_role, _SETTINGS, page="role/delete"),
    Case(
        "iam.user.rename",
        named_user,
        lambda user: rename(user, "lena.brandt", "/people/"),
        shows_names,
        page="user/rename",
    ),
    Case(
        "iam.group.rename",
        joined_group,
        lambda group: rename(group, "insights", group.path),
        shows_names,
        page="group/rename",
    ),
    Case(
        "iam.role.create",
        lambda world: world.aws_account,
        lambda aws_account: create_role(aws_account, "deployer", TRUST, description="Deploys", max_session_s=7200),
        lambda world, arranged: found(world.iam.get_role, RoleName="deployer"),
        _SETTINGS,
        page="account/create-role",
        writes="trust",
    ),
    Case(
        "iam.role.update",
        full_role,
        lambda role: update_role(role.now, "", 3600),
        shows_role,
        _SETTINGS,
        page="role/describe",
        no_access="A description, and how long sessions last.",
    ),
    Case(
        "iam.role.revoke_sessions",
        lambda world: world.role(),
        lambda role: revoke_sessions(role, AT),
        shows_inline,
        page="role/revoke-sessions",
        writes="identity",
    ),
    Case(
        "iam.instance_profile.create",
        lambda world: world.aws_account,
        lambda aws_account: create_profile(aws_account, "web"),
        shows_profile,
        _PROFILES,
        page="account/create-profile",
        no_access=EMPTY,
    ),
    Case(
        "iam.instance_profile.delete",
        lambda world: profile_and_role(world)[0],
        delete,
        shows_profile,
        _PROFILES,
        page="instance_profile/delete",
        no_access=EMPTY,
    ),
    Case(
        "iam.instance_profile.add_role",
        profile_and_role,
        lambda given: add_role(*given),
        shows_profile,
        _PROFILES,
        page="instance_profile/set-role",
    ),
    Case(
        "iam.instance_profile.remove_role",
        filled_profile,
        lambda given: remove_role(*given),
        shows_profile,
        _PROFILES,
        page="instance_profile/set-role",
    ),
]
