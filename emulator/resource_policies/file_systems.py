"""EFS: a file system that isn't there has no policy to tell of, and what is no policy is refused."""

from __future__ import annotations

from typing import Any

from moto.efs.exceptions import FileSystemNotFound
from moto.efs.models import EFSBackend

from emulator.resource_policies.documents import statements_of
from emulator.wire import AwsError


def teach() -> None:
    described, put = EFSBackend.describe_file_system_policy, EFSBackend.put_file_system_policy

    def describe_file_system_policy(self: Any, file_system_id: str) -> str:
        _check(self, file_system_id)
        found: str = described(self, file_system_id)
        return found

    def put_file_system_policy(self: Any, file_system_id: str, policy: str, *rest: Any, **more: Any) -> None:
        _check(self, file_system_id)
        try:
            statements_of(policy)
        except ValueError:
            raise AwsError("InvalidPolicyException", "Policy has invalid syntax.") from None
        put(self, file_system_id, policy, *rest, **more)

    EFSBackend.describe_file_system_policy = describe_file_system_policy
    EFSBackend.put_file_system_policy = put_file_system_policy


def _check(self: Any, file_system_id: str) -> None:
    if file_system_id not in self.file_systems_by_id:
        raise FileSystemNotFound(file_system_id)
