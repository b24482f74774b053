"""Managed policies and their versions."""

from __future__ import annotations

from typing import Any

from moto.iam.exceptions import DeleteConflictException, InvalidInput, LimitExceededException, NotFoundException
from moto.iam.models import IAMBackend

from emulator import clock
from emulator.iam.documents import check_managed_size, check_policy
from emulator.iam.managed import is_managed_by_aws, managed_by_aws
from emulator.iam.names import check_description, check_free, check_name, check_path, check_quota
from emulator.ids import unique_id

VERSIONS = 5


class Policies(IAMBackend):  # type: ignore[misc]
    def _init_aws_policies(self) -> list[Any]:
        return list(managed_by_aws(self.partition).values())

    def _init_managed_policies(self) -> dict[str, Any]:
        return dict(managed_by_aws(self.partition))

    def __getstate__(self) -> dict[str, Any]:
        """Without AWS's own 1,582 policies, which every backend has."""
        own = {policy.arn: policy for policy in self.local_policies()}
        kept: dict[str, Any] = {**self.__dict__, "managed_policies": own}
        del kept["aws_managed_policies"]
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self.aws_managed_policies = self._init_aws_policies()
        self.managed_policies = self._init_managed_policies() | kept["managed_policies"]

    def local_policies(self) -> list[Any]:
        return [policy for policy in self.managed_policies.values() if not is_managed_by_aws(policy)]

    def create_policy(
        self,
        description: str | None,
        path: str | None,
        policy_document: str,
        policy_name: str,
        tags: list[dict[str, str]],
    ) -> Any:
        check_name("policyName", policy_name)
        check_path(path, of_policy=True)
        check_description(description)
        local = self.local_policies()
        check_free("A policy", policy_name, [policy.name for policy in local])
        check_quota("Policies", len(local))
        check_managed_size(policy_document)
        policy = super().create_policy(description, path, policy_document, policy_name, tags)
        policy.id = unique_id("ANPA", account_id=self.account_id, name=policy_name, created=policy.create_date)
        return policy

    def get_policy(self, policy_arn: str) -> Any:
        if not self.policy_arn_regex.match(policy_arn):
            raise InvalidInput(f"ARN {policy_arn} is not valid.")
        if policy_arn not in self.managed_policies:
            raise NotFoundException(f"Policy {policy_arn} was not found.")
        return self.managed_policies[policy_arn]

    def get_policy_version(self, policy_arn: str, version_id: str) -> Any:
        for version in self.get_policy(policy_arn).versions:
            if version.version_id == version_id:
                return version
        raise _no_such_version(policy_arn, version_id)

    def create_policy_version(self, policy_arn: str, policy_document: str, set_as_default: bool) -> Any:
        policy = self.get_policy(policy_arn)
        check_policy(policy_document)
        check_managed_size(policy_document)
        if len(policy.versions) >= VERSIONS:
            raise LimitExceededException(
                f"A managed policy can have up to {VERSIONS} versions. Before you create a new version, you must "
                "delete an existing version."
            )
        version = super().create_policy_version(policy_arn, policy_document, False)
        policy.update_date = clock.utcnow()
        if set_as_default:
            _make_default(policy, version)
        return version

    def set_default_policy_version(self, policy_arn: str, version_id: str) -> bool:
        _make_default(self.get_policy(policy_arn), self.get_policy_version(policy_arn, version_id))
        return True

    def delete_policy_version(self, policy_arn: str, version_id: str) -> None:
        policy = self.get_policy(policy_arn)
        if version_id == policy.default_version_id:
            raise DeleteConflictException("Cannot delete the default version of a policy.")
        policy.versions.remove(self.get_policy_version(policy_arn, version_id))

    def delete_policy(self, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        attached, boundaries = self.usage()
        if attached[policy_arn]:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if boundaries[policy_arn]:
            raise DeleteConflictException("Cannot delete a policy that is a permissions boundary of entities.")
        if len(policy.versions) > 1:
            raise DeleteConflictException(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        super().delete_policy(policy_arn)

    def tag_policy(self, policy_arn: str, tags: list[dict[str, str]]) -> None:
        kept = {tag["Key"]: tag for tag in self.get_policy(policy_arn).get_tags()}
        kept.update({tag["Key"]: tag for tag in tags})
        self._tag_verification(list(kept.values()))
        super().tag_policy(policy_arn, tags)


def _make_default(policy: Any, chosen: Any) -> None:
    for version in policy.versions:
        version.is_default = version is chosen
    policy.default_version_id = chosen.version_id


def _no_such_version(policy_arn: str, version_id: str) -> NotFoundException:
    return NotFoundException(f"Policy {policy_arn} version {version_id} does not exist or is not attachable.")
