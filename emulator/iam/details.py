"""GetAccountAuthorizationDetails: everything about who may what, in one long listing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from emulator.iam import shapes
from emulator.iam.backend import Backend
from emulator.iam.managed import is_managed_by_aws
from emulator.iam.shapes import Shape

FILTERS = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")


@dataclass(frozen=True)
class Detail:
    """One item of the listing; `make` builds its shape only when it is on the page."""

    position: list[Any]
    answer_key: str
    make: Callable[[], Shape]


def details(backend: Backend, kinds: list[str]) -> list[Detail]:
    usage = cache(backend.usage)
    found: list[Detail] = []

    def add(kind: str, answer_key: str, items: Any, make: Callable[[Any], Shape]) -> None:
        if not kinds or kind in kinds:
            order = FILTERS.index(kind)
            found.extend(Detail([order, item.arn], answer_key, partial(make, item)) for item in items)

    def policy(item: Any) -> Shape:
        attached, boundaries = usage()
        return _policy(item, attached[item.arn], boundaries[item.arn])

    add("User", "UserDetailList", backend.users.values(), lambda item: _user(backend, item))
    add("Group", "GroupDetailList", backend.groups.values(), _group)
    add("Role", "RoleDetailList", backend.roles.values(), lambda item: _role(backend, item))
    add("LocalManagedPolicy", "Policies", backend.local_policies(), policy)
    add("AWSManagedPolicy", "Policies", _used_of_aws(backend), policy)
    return found


def _used_of_aws(backend: Backend) -> list[Any]:
    attached, boundaries = backend.usage()
    used = (backend.managed_policies[arn] for arn in {*attached, *boundaries} if arn in backend.managed_policies)
    return [policy for policy in used if is_managed_by_aws(policy)]


def _user(backend: Backend, user: Any) -> Shape:
    shape = shapes.user_in_full(backend, user) | {
        "UserPolicyList": shapes.inline(user),
        "GroupList": sorted(group.name for group in backend.get_groups_for_user(user.name)),
        "AttachedManagedPolicies": shapes.attached(user),
    }
    del shape["PasswordLastUsed"]
    return shape


def _group(group: Any) -> Shape:
    return shapes.group(group) | {
        "GroupPolicyList": shapes.inline(group),
        "AttachedManagedPolicies": shapes.attached(group),
    }


def _role(backend: Backend, role: Any) -> Shape:
    shape = shapes.role_in_full(backend, role) | {
        "InstanceProfileList": [
            shapes.instance_profile(backend, profile) for profile in backend.get_instance_profiles_for_role(role.name)
        ],
        "RolePolicyList": shapes.inline(role),
        "AttachedManagedPolicies": shapes.attached(role),
    }
    for key in ("Description", "MaxSessionDuration"):
        del shape[key]
    return shape


def _policy(policy: Any, attached: int, boundaries: int) -> Shape:
    return shapes.policy(policy, attached=attached, boundaries=boundaries) | {
        "Description": policy.description or None,
        "PolicyVersionList": [shapes.version_in_full(policy, version) for version in reversed(policy.versions)],
    }
