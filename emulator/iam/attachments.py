"""Attached and inline policies and boundaries: the same rules for users, groups and roles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from moto.iam.exceptions import IAMException, LimitExceededException, NotFoundException
from moto.iam.models import IAMBackend

from emulator.iam.documents import check_policy, size_of
from emulator.iam.names import check_name

ATTACHED = 10
_AWS_OWNED_PATHS = ("/aws-service-role/", "/aws-reserved/")


@dataclass(frozen=True)
class OwnerKind:
    name: str
    attached_quota: str
    inline_size: int


USER = OwnerKind("user", "PoliciesPerUser", 2048)
GROUP = OwnerKind("group", "PoliciesPerGroup", 5120)
ROLE = OwnerKind("role", "PoliciesPerRole", 10_240)


class Attachments(IAMBackend):  # type: ignore[misc]
    # Boundaries of users by the user's id; moto keeps those of roles itself.
    user_boundaries: dict[str, str]

    def usage(self) -> tuple[Counter[str], Counter[str]]:
        """How often each policy is attached, and how often it is a boundary, by ARN."""
        owners = [*self.users.values(), *self.groups.values(), *self.roles.values()]
        attached = Counter(arn for owner in owners for arn in owner.managed_policies)
        boundaries = Counter(self.user_boundaries.values())
        boundaries.update(
            role.permissions_boundary_arn for role in self.roles.values() if role.permissions_boundary_arn
        )
        return attached, boundaries

    def attach_user_policy(self, policy_arn: str, user_name: str) -> None:
        self._attach(USER, self.get_user(user_name), policy_arn)

    def attach_group_policy(self, policy_arn: str, group_name: str) -> None:
        self._attach(GROUP, self.get_group(group_name), policy_arn)

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        self._attach(ROLE, self.modifiable_role(role_name), policy_arn)

    def detach_user_policy(self, policy_arn: str, user_name: str) -> None:
        self._detach(self.get_user(user_name), policy_arn)

    def detach_group_policy(self, policy_arn: str, group_name: str) -> None:
        self._detach(self.get_group(group_name), policy_arn)

    def detach_role_policy(self, policy_arn: str, role_name: str) -> None:
        self._detach(self.modifiable_role(role_name), policy_arn)

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        self._put_inline(USER, self.get_user(user_name), policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        self._put_inline(GROUP, self.get_group(group_name), policy_name, policy_json)

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        self._put_inline(ROLE, self.modifiable_role(role_name), policy_name, policy_json)

    def get_inline(self, kind: OwnerKind, owner: Any, policy_name: str) -> str:
        if policy_name not in owner.policies:
            raise NotFoundException(f"The {kind.name} policy with name {policy_name} cannot be found.")
        return str(owner.policies[policy_name])

    def delete_user_policy(self, user_name: str, policy_name: str) -> None:
        self._delete_inline(USER, self.get_user(user_name), policy_name)

    def delete_group_policy(self, group_name: str, policy_name: str) -> None:
        self._delete_inline(GROUP, self.get_group(group_name), policy_name)

    def delete_role_policy(self, role_name: str, policy_name: str) -> None:
        self._delete_inline(ROLE, self.modifiable_role(role_name), policy_name)

    def put_user_permissions_boundary(self, user_name: str, policy_arn: str) -> None:
        user = self.get_user(user_name)
        self.check_boundary(policy_arn)
        self.user_boundaries[user.id] = policy_arn

    def delete_user_permissions_boundary(self, user_name: str) -> None:
        user = self.get_user(user_name)
        if self.user_boundaries.pop(user.id, None) is None:
            raise NotFoundException(f"The user with name {user_name} has no permissions boundary.")

    def put_role_permissions_boundary(self, role_name: str, permissions_boundary: str) -> None:
        role = self.modifiable_role(role_name)
        self.check_boundary(permissions_boundary)
        role.permissions_boundary_arn = permissions_boundary

    def delete_role_permissions_boundary(self, role_name: str) -> None:
        role = self.modifiable_role(role_name)
        if role.permissions_boundary_arn is None:
            raise NotFoundException(f"The role with name {role_name} has no permissions boundary.")
        role.permissions_boundary_arn = None

    def check_boundary(self, policy_arn: str) -> None:
        if policy_arn not in self.managed_policies:
            raise NotFoundException(f"Scope ARN: {policy_arn} does not exist or is not attachable.")

    def modifiable_role(self, role_name: str) -> Any:
        """Roles that belong to AWS can't be changed even by administrators."""
        role = self.get_role(role_name)
        if role.path.startswith(_AWS_OWNED_PATHS):
            raise IAMException(
                "UnmodifiableEntity",
                f"Cannot perform the operation on the protected role '{role_name}' - this role is only modifiable "
                "by AWS",
            )
        return role

    def _attach(self, kind: OwnerKind, owner: Any, policy_arn: str) -> None:
        policy = self.managed_policies.get(policy_arn)
        if policy is None:
            raise NotFoundException(f"Policy {policy_arn} does not exist or is not attachable.")
        if policy_arn not in owner.managed_policies and len(owner.managed_policies) >= ATTACHED:
            raise LimitExceededException(f"Cannot exceed quota for {kind.attached_quota}: {ATTACHED}")
        owner.managed_policies[policy_arn] = policy

    def _detach(self, owner: Any, policy_arn: str) -> None:
        if owner.managed_policies.pop(policy_arn, None) is None:
            raise NotFoundException(f"Policy {policy_arn} was not found.")

    def _put_inline(self, kind: OwnerKind, owner: Any, policy_name: str, document: str) -> None:
        check_name("policyName", policy_name)
        check_policy(document)
        others = sum(size_of(text) for name, text in owner.policies.items() if name != policy_name)
        if others + size_of(document) > kind.inline_size:
            raise LimitExceededException(
                f"Maximum policy size of {kind.inline_size} bytes exceeded for {kind.name} {owner.name}"
            )
        owner.policies[policy_name] = document

    def _delete_inline(self, kind: OwnerKind, owner: Any, policy_name: str) -> None:
        self.get_inline(kind, owner, policy_name)
        del owner.policies[policy_name]
