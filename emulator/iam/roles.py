"""Roles and instance profiles."""

from __future__ import annotations

import re
from typing import Any

from moto.iam.exceptions import EntityAlreadyExists, InvalidInput, NotFoundException, ValidationError
from moto.iam.models import IAMBackend

from emulator.iam.documents import check_trust
from emulator.iam.names import check_description, check_free, check_name, check_path, check_quota
from emulator.iam.trust import Directory, Principals, resolve, shown
from emulator.ids import unique_id

_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_SESSION_S = (3600, 43_200)


class Roles(IAMBackend):  # type: ignore[misc]
    # Who the trust policy of a role names, by the role's id: the ARN as written → the unique id that AWS keeps.
    trusted: dict[str, Principals]

    def directory(self) -> Directory:
        return Directory(self.account_id, iter(self.users.values()), iter(self.roles.values()))

    def trust_policy(self, role: Any) -> str:
        return shown(role.assume_role_policy_document, self.trusted.get(role.id, {}), self.directory())

    def create_role(
        self,
        role_name: str,
        assume_role_policy_document: str,
        path: str | None,
        permissions_boundary: str | None,
        description: str | None,
        tags: list[dict[str, str]],
        max_session_duration: int | str | None,
        linked_service: str | None = None,
    ) -> Any:
        check_name("roleName", role_name)
        check_path(path)
        check_description(description)
        check_free("Role", role_name, [role.name for role in self.roles.values()])
        check_quota("Roles", len(self.roles))
        _check_session(max_session_duration)
        if permissions_boundary:
            self.check_boundary(permissions_boundary)
        trusted = resolve(check_trust(assume_role_policy_document), self.directory())
        role = super().create_role(
            role_name,
            assume_role_policy_document,
            path,
            permissions_boundary,
            description,
            tags,
            max_session_duration,
            linked_service,
        )
        del self.roles[role.id]
        role.id = unique_id("AROA", account_id=self.account_id, name=role_name, created=role.create_date)
        self.roles[role.id] = role
        self.trusted[role.id] = trusted
        return role

    def get_role(self, role_name: str) -> Any:
        for role in self.roles.values():
            if role.name == role_name:
                return role
        raise NotFoundException(f"The role with name {role_name} cannot be found.")

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        role = self.modifiable_role(role_name)
        self.trusted[role.id] = resolve(check_trust(policy_document), self.directory())
        role.assume_role_policy_document = policy_document

    def update_role(self, role_name: str, role_description: str | None, max_session_duration: int | None) -> Any:
        """What isn't given stays as it is."""
        role = self.modifiable_role(role_name)
        check_description(role_description)
        _check_session(max_session_duration)
        if role_description is not None:
            role.description = role_description
        if max_session_duration is not None:
            role.max_session_duration = max_session_duration
        return role

    def tag_role(self, role_name: str, tags: list[dict[str, str]]) -> None:
        kept = {tag["Key"]: tag for tag in self.get_role(role_name).tags}
        kept.update({tag["Key"]: tag for tag in tags})
        self._tag_verification(list(kept.values()))
        super().tag_role(role_name, tags)

    def delete_role(self, role_name: str) -> None:
        self.forget_role(self.modifiable_role(role_name))

    def create_service_linked_role(self, service_name: str, description: str, suffix: str) -> Any:
        """One for each service and suffix."""
        if not _SERVICE.fullmatch(service_name):
            raise InvalidInput(f"Service principal {service_name} is not valid.")
        try:
            return super().create_service_linked_role(service_name, description, suffix)
        except EntityAlreadyExists:
            raise InvalidInput(
                f"Service role name of {service_name} has been taken in this account, please try a different suffix."
            ) from None

    def delete_service_linked_role(self, role_name: str) -> str:
        role = self.get_role(role_name)
        self.forget_role(role)
        return f"task{role.path}{role_name}/{role.id}"

    def forget_role(self, role: Any) -> None:
        """AWS may do so with roles of its own, too."""
        super().delete_role(role.name)
        self.trusted.pop(role.id, None)

    def create_instance_profile(
        self, name: str, path: str, role_names: list[str], tags: list[dict[str, str]] | None = None
    ) -> Any:
        check_name("instanceProfileName", name)
        check_path(path)
        check_free("Instance Profile", name, self.instance_profiles)
        profile = super().create_instance_profile(name, path, role_names, tags)
        profile.id = unique_id("AIPA", account_id=self.account_id, name=name, created=profile.create_date)
        return profile

    def remove_role_from_instance_profile(self, profile_name: str, role_name: str) -> None:
        if self.get_role(role_name) not in self.get_instance_profile(profile_name).roles:
            raise NotFoundException(f"The role {role_name} is not in the instance profile {profile_name}.")
        super().remove_role_from_instance_profile(profile_name, role_name)


def _check_session(seconds: int | str | None) -> None:
    if seconds is not None and not _SESSION_S[0] <= int(seconds) <= _SESSION_S[1]:
        raise ValidationError(
            f"1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to satisfy constraint: "
            f"Member must have value between {_SESSION_S[0]} and {_SESSION_S[1]}"
        )
