"""IAM's calls whose answers moto doesn't give as AWS does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import ValidationError
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from emulator.iam import shapes
from emulator.iam.attachments import GROUP, ROLE, USER, OwnerKind
from emulator.iam.backend import Backend
from emulator.iam.credential_responses import CredentialResponses
from emulator.iam.delegation import DelegationResponses
from emulator.iam.details import FILTERS, details
from emulator.iam.last_accessed import LastAccessedResponses
from emulator.iam.managed import is_managed_by_aws
from emulator.iam.paging import page
from emulator.iam.provider_responses import ProviderResponses
from emulator.iam.root_access import RootAccessResponses
from emulator.iam.settings import SettingsResponses
from emulator.iam.shapes import Shape
from emulator.iam.simulation import SimulationResponses
from emulator.iam.telling import described

_BOUNDARY, _PERMISSIONS = "PermissionsBoundary", "PermissionsPolicy"


class Responses(
    CredentialResponses,
    ProviderResponses,
    SettingsResponses,
    RootAccessResponses,
    LastAccessedResponses,
    DelegationResponses,
    SimulationResponses,
    IamResponse,  # type: ignore[misc]
):
    # Documents are encoded, and what a call leaves out is left out, in `shapes`.
    RESPONSE_KEY_PATH_TO_TRANSFORMER: dict[str, Callable[[Any], Any]] = {}

    @property
    def backend(self) -> Backend:
        found: Backend = iam_backends[self.current_account][self.partition]
        return found

    def get_account_authorization_details(self) -> ActionResult:
        kinds = self._get_param("Filter", [])
        if unknown := set(kinds) - set(FILTERS):
            raise ValidationError(f"1 validation error detected: Value '{unknown}' at 'filter' is not one of {FILTERS}")
        found, marker = self._cut(described(details(self.backend, kinds)), order=lambda item: item.position)
        answer: dict[str, Any] = {
            key: [] for key in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
        }
        for item in found:
            answer[item.answer_key].append(item.make())
        return ActionResult(answer | {"IsTruncated": marker is not None, "Marker": marker})

    # Users

    def create_user(self) -> ActionResult:
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            self.backend.check_boundary(boundary)
        user = self.backend.create_user(
            self.region,
            user_name=self._get_param("UserName"),
            path=self._get_param("Path"),
            tags=self._get_param("Tags", []),
        )
        if boundary:
            self.backend.put_user_permissions_boundary(user.name, boundary)
        return ActionResult({"User": shapes.user_in_full(self.backend, user)})

    def get_user(self) -> ActionResult:
        name = self._get_param("UserName")
        user = self.backend.get_user(name) if name else self.backend.get_user_from_access_key_id(self.get_access_key())
        if user is None:
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return ActionResult({"User": shapes.user_in_full(self.backend, user)})

    def list_users(self) -> ActionResult:
        return self._listing("Users", map(shapes.user, self._under_path(self.backend.users.values())), "UserName")

    def list_user_tags(self) -> ActionResult:
        return self._listing("Tags", self.backend.list_user_tags(self._get_param("UserName")), "Key")

    def list_groups_for_user(self) -> ActionResult:
        groups = self.backend.get_groups_for_user(self._get_param("UserName"))
        return self._listing("Groups", map(shapes.group, groups), "GroupName")

    def put_user_permissions_boundary(self) -> ActionResult:
        self.backend.put_user_permissions_boundary(self._get_param("UserName"), self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        self.backend.delete_user_permissions_boundary(self._get_param("UserName"))
        return EmptyResult()

    # Groups

    def create_group(self) -> ActionResult:
        group = self.backend.create_group(self._get_param("GroupName"), self._get_param("Path", "/"))
        return ActionResult({"Group": shapes.group(group)})

    def get_group(self) -> ActionResult:
        group = self.backend.get_group(self._get_param("GroupName"))
        return self._listing("Users", map(shapes.user, group.users), "UserName", Group=shapes.group(group))

    def list_groups(self) -> ActionResult:
        return self._listing("Groups", map(shapes.group, self._under_path(self.backend.groups.values())), "GroupName")

    # Roles

    def create_role(self) -> ActionResult:
        role = self.backend.create_role(
            self._get_param("RoleName"),
            self._get_param("AssumeRolePolicyDocument"),
            self._get_param("Path"),
            self._get_param("PermissionsBoundary"),
            self._get_param("Description"),
            self._get_param("Tags", []),
            self._get_param("MaxSessionDuration", 3600),
        )
        return ActionResult({"Role": shapes.role_in_full(self.backend, role)})

    def get_role(self) -> ActionResult:
        role = self.backend.get_role(self._get_param("RoleName"))
        return ActionResult({"Role": shapes.role_in_full(self.backend, role)})

    def update_role(self) -> ActionResult:
        self.backend.update_role(
            self._get_param("RoleName"), self._get_param("Description"), self._get_param("MaxSessionDuration")
        )
        return EmptyResult()

    def list_roles(self) -> ActionResult:
        roles = self._under_path(self.backend.roles.values())
        return self._listing("Roles", (shapes.role(self.backend, role) for role in roles), "RoleName")

    def list_role_tags(self) -> ActionResult:
        return self._listing("Tags", self.backend.get_role(self._get_param("RoleName")).tags, "Key")

    def get_instance_profile(self) -> ActionResult:
        profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
        return ActionResult({"InstanceProfile": shapes.instance_profile(self.backend, profile, with_tags=True)})

    def list_instance_profiles(self) -> ActionResult:
        return self._instance_profiles(self._under_path(self.backend.instance_profiles.values()))

    def list_instance_profiles_for_role(self) -> ActionResult:
        role = self.backend.get_role(self._get_param("RoleName"))
        return self._instance_profiles(self.backend.get_instance_profiles_for_role(role.name))

    def _instance_profiles(self, profiles: Iterable[Any]) -> ActionResult:
        found = (shapes.instance_profile(self.backend, profile) for profile in profiles)
        return self._listing("InstanceProfiles", found, "InstanceProfileName")

    # Managed policies

    def create_policy(self) -> ActionResult:
        policy = self.backend.create_policy(
            self._get_param("Description"),
            self._get_param("Path"),
            self._get_param("PolicyDocument"),
            self._get_param("PolicyName"),
            self._get_param("Tags", []),
        )
        return ActionResult({"Policy": shapes.policy(policy, attached=0, boundaries=0)})

    def get_policy(self) -> ActionResult:
        policy = self.backend.get_policy(self._get_param("PolicyArn"))
        attached, boundaries = self.backend.usage()
        shape = shapes.policy(policy, attached=attached[policy.arn], boundaries=boundaries[policy.arn])
        shape |= {"Description": policy.description or None, "Tags": policy.get_tags() or None}
        return ActionResult({"Policy": shape})

    def list_policies(self) -> ActionResult:
        attached, boundaries = self.backend.usage()
        scope = self._get_param("Scope", "All")
        counted = {_BOUNDARY: boundaries, _PERMISSIONS: attached}.get(self._get_param("PolicyUsageFilter"))
        if counted is None and self._get_bool_param("OnlyAttached", False):
            counted = attached + boundaries
        policies = [
            shapes.policy(policy, attached=attached[policy.arn], boundaries=boundaries[policy.arn])
            for policy in self._under_path(self.backend.managed_policies.values())
            if scope == "All" or (scope == "AWS") == is_managed_by_aws(policy)
            if counted is None or counted[policy.arn]
        ]
        return self._listing("Policies", policies, "Arn")

    def create_policy_version(self) -> ActionResult:
        version = self.backend.create_policy_version(
            self._get_param("PolicyArn"), self._get_param("PolicyDocument"), self._get_param("SetAsDefault", False)
        )
        return ActionResult({"PolicyVersion": shapes.version(version)})

    def get_policy_version(self) -> ActionResult:
        arn = self._get_param("PolicyArn")
        version = self.backend.get_policy_version(arn, self._get_param("VersionId"))
        return ActionResult({"PolicyVersion": shapes.version_in_full(self.backend.get_policy(arn), version)})

    def list_policy_versions(self) -> ActionResult:
        versions = self.backend.get_policy(self._get_param("PolicyArn")).versions
        found, marker = self._cut(versions, order=lambda version: -int(version.version_id[1:]))
        return ActionResult(
            {"Versions": list(map(shapes.version, found)), "IsTruncated": marker is not None, "Marker": marker}
        )

    def list_policy_tags(self) -> ActionResult:
        return self._listing("Tags", self.backend.get_policy(self._get_param("PolicyArn")).get_tags(), "Key")

    def list_entities_for_policy(self) -> ActionResult:
        arn, usage, only = (self._get_param(key) for key in ("PolicyArn", "PolicyUsageFilter", "EntityFilter"))
        self.backend.get_policy(arn)
        holders = [
            (key, {f"{kind}Name": owner.name, f"{kind}Id": owner.id})
            for kind, key, owner, boundary in self._owners()
            if only in (None, kind)
            if (usage != _BOUNDARY and arn in owner.managed_policies) or (usage != _PERMISSIONS and boundary == arn)
        ]
        found, marker = self._cut(holders, order=lambda holder: [holder[0], *holder[1].values()])
        answer: dict[str, Any] = {"PolicyGroups": [], "PolicyUsers": [], "PolicyRoles": []}
        for key, shape in found:
            answer[key].append(shape)
        return ActionResult(answer | {"IsTruncated": marker is not None, "Marker": marker})

    def _owners(self) -> Iterable[tuple[str, str, Any, str | None]]:
        backend = self.backend
        yield from (("User", "PolicyUsers", u, backend.user_boundaries.get(u.id)) for u in backend.users.values())
        yield from (("Group", "PolicyGroups", group, None) for group in backend.groups.values())
        yield from (("Role", "PolicyRoles", role, role.permissions_boundary_arn) for role in backend.roles.values())

    # Attached and inline policies

    def list_attached_user_policies(self) -> ActionResult:
        return self._attached(self.backend.get_user(self._get_param("UserName")))

    def list_attached_group_policies(self) -> ActionResult:
        return self._attached(self.backend.get_group(self._get_param("GroupName")))

    def list_attached_role_policies(self) -> ActionResult:
        return self._attached(self.backend.get_role(self._get_param("RoleName")))

    def _attached(self, owner: Any) -> ActionResult:
        arns = {policy.arn for policy in self._under_path(owner.managed_policies.values())}
        found = (shape for shape in shapes.attached(owner) if shape["PolicyArn"] in arns)
        return self._listing("AttachedPolicies", found, "PolicyArn")

    def list_user_policies(self) -> ActionResult:
        return self._inline_names(self.backend.get_user(self._get_param("UserName")))

    def list_group_policies(self) -> ActionResult:
        return self._inline_names(self.backend.get_group(self._get_param("GroupName")))

    def list_role_policies(self) -> ActionResult:
        return self._inline_names(self.backend.get_role(self._get_param("RoleName")))

    def _inline_names(self, owner: Any) -> ActionResult:
        found, marker = self._cut(owner.policies, order=str)
        return ActionResult({"PolicyNames": found, "IsTruncated": marker is not None, "Marker": marker})

    def get_user_policy(self) -> ActionResult:
        return self._inline(USER, "UserName", self.backend.get_user(self._get_param("UserName")))

    def get_group_policy(self) -> ActionResult:
        return self._inline(GROUP, "GroupName", self.backend.get_group(self._get_param("GroupName")))

    def get_role_policy(self) -> ActionResult:
        return self._inline(ROLE, "RoleName", self.backend.get_role(self._get_param("RoleName")))

    def _inline(self, kind: OwnerKind, name_key: str, owner: Any) -> ActionResult:
        name = self._get_param("PolicyName")
        document = self.backend.get_inline(kind, owner, name)
        return ActionResult({name_key: owner.name, "PolicyName": name, "PolicyDocument": shapes.encoded(document)})

    # Listings

    def _own_user_name(self) -> str:
        user = self.backend.get_user_from_access_key_id(self.get_access_key())
        if user is None:
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return str(user.name)

    def _under_path(self, items: Iterable[Any]) -> list[Any]:
        prefix = self._get_param("PathPrefix") or "/"
        return [item for item in items if item.path.startswith(prefix)]

    def _cut(self, items: Iterable[Any], *, order: Callable[[Any], Any]) -> tuple[list[Any], str | None]:
        return page(items, order=order, marker=self._get_param("Marker"), max_items=self._get_param("MaxItems"))

    def _listing(self, answer_key: str, items: Iterable[Shape], sort_by: str, **more: Any) -> ActionResult:
        found, marker = self._cut(items, order=lambda item: item[sort_by])
        return ActionResult({answer_key: found, "IsTruncated": marker is not None, "Marker": marker} | more)
