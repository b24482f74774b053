"""Users and groups."""

from __future__ import annotations

from typing import Any

from moto.iam.exceptions import DeleteConflictException, LimitExceededException, NotFoundException
from moto.iam.models import IAMBackend

from emulator.iam.names import check_free, check_name, check_path, check_quota
from emulator.ids import unique_id

_GROUPS_PER_USER = 10
_KEY_LENGTH = 20


class People(IAMBackend):  # type: ignore[misc]
    user_boundaries: dict[str, str]

    def create_user(
        self, region_name: str, user_name: str, path: str | None = None, tags: list[dict[str, str]] | None = None
    ) -> Any:
        check_name("userName", user_name)
        check_path(path)
        check_free("User", user_name, self.users)
        check_quota("Users", len(self.users))
        self._tag_verification(tags or [])
        user = super().create_user(region_name, user_name=user_name, path=path, tags=tags)
        user.id = unique_id("AIDA", account_id=self.account_id, name=user_name, created=user.create_date)
        return user

    def update_user(self, user_name: str, new_path: str | None = None, new_user_name: str | None = None) -> None:
        user = self.get_user(user_name)
        check_path(new_path)
        if new_user_name and new_user_name != user_name:
            check_name("userName", new_user_name)
            check_free("User", new_user_name, set(self.users) - {user_name})
        old_arn = user.arn
        super().update_user(user_name, new_path, new_user_name)
        for key in user.access_keys:
            key.user_name = user.name
        # moto keys the tags of a user by the ARN, which has just changed.
        if user.arn != old_arn:
            tags = self.tagger.list_tags_for_resource(old_arn)["Tags"]
            self.tagger.delete_all_tags_for_resource(old_arn)
            self.tagger.tag_resource(user.arn, tags)

    def tag_user(self, name: str, tags: list[dict[str, str]]) -> None:
        kept = {tag["Key"]: tag for tag in self.list_user_tags(name)}
        kept.update({tag["Key"]: tag for tag in tags})
        self._tag_verification(list(kept.values()))
        super().tag_user(name, tags)

    def delete_user(self, user_name: str) -> None:
        user = self.get_user(user_name)
        obstacles = {
            "must delete login profile first": user.password,
            "must delete access keys first": user.access_keys,
            "must delete signing certificates first": user.signing_certificates,
            "must delete SSH public keys first": user.ssh_public_keys,
            "must delete MFA device first": user.mfa_devices,
            "must remove users from group first": self.get_groups_for_user(user_name),
        }
        refuse_while(obstacles)
        super().delete_user(user_name)
        self.user_boundaries.pop(user.id, None)

    def create_access_key(self, user_name: str, prefix: str = "AKIA", status: str = "Active") -> Any:
        key = super().create_access_key(user_name, prefix=prefix, status=status)
        del self.access_keys[key.access_key_id]
        nth = f"{user_name}/{len(self.get_user(user_name).access_keys)}"
        key.access_key_id = unique_id(
            prefix, account_id=self.account_id, name=nth, created=key.create_date, length=_KEY_LENGTH
        )
        self.access_keys[key.access_key_id] = key
        return key

    def delete_virtual_mfa_device(self, serial_number: str) -> None:
        device = self.virtual_mfa_devices.get(serial_number)
        if device is not None and device.user is not None:
            raise DeleteConflictException("MFA VirtualDevice in use. Must deactivate first.")
        super().delete_virtual_mfa_device(serial_number)

    def create_group(self, group_name: str, path: str = "/") -> Any:
        check_name("groupName", group_name)
        check_path(path)
        check_free("Group", group_name, self.groups)
        check_quota("Groups", len(self.groups))
        group = super().create_group(group_name, path)
        group.id = unique_id("AGPA", account_id=self.account_id, name=group_name, created=group.create_date)
        return group

    def get_group(self, group_name: str) -> Any:
        if group_name not in self.groups:
            raise NotFoundException(f"The group with name {group_name} cannot be found.")
        return self.groups[group_name]

    def update_group(self, group_name: str, new_group_name: str | None, new_path: str | None) -> None:
        group = self.get_group(group_name)
        check_path(new_path)
        if new_group_name and new_group_name != group_name:
            check_name("groupName", new_group_name)
            check_free("Group", new_group_name, set(self.groups) - {group_name})
            self.groups[new_group_name] = self.groups.pop(group_name)
            group.name = new_group_name
        group.path = new_path or group.path

    def delete_group(self, group_name: str) -> None:
        group = self.get_group(group_name)
        obstacles = {
            "must remove users from group first": group.users,
            "must detach all policies first": group.managed_policies,
            "must delete policies first": group.policies,
        }
        refuse_while(obstacles)
        super().delete_group(group_name)

    def add_user_to_group(self, group_name: str, user_name: str) -> None:
        user, group = self.get_user(user_name), self.get_group(group_name)
        if user not in group.users and len(self.get_groups_for_user(user_name)) >= _GROUPS_PER_USER:
            raise LimitExceededException(f"Cannot exceed quota for GroupsPerUser: {_GROUPS_PER_USER}")
        super().add_user_to_group(group_name, user_name)

    def remove_user_from_group(self, group_name: str, user_name: str) -> None:
        group, user = self.get_group(group_name), self.get_user(user_name)
        if user not in group.users:
            raise NotFoundException(f"The user with name {user_name} is not in the group {group_name}.")
        group.users.remove(user)


def refuse_while(obstacles: dict[str, Any]) -> None:
    """DeleteConflict that names the first obstacle that is there."""
    for advice, found in obstacles.items():
        if found:
            raise DeleteConflictException(f"Cannot delete entity, {advice}.")
