"""ECR: a policy of a repository that names nobody is refused, and one that is too long.

"SetRepositoryPolicy" in the Amazon ECR API Reference.
"""

from __future__ import annotations

from typing import Any

from moto.ecr.exceptions import InvalidParameterException
from moto.ecr.models import ECRBackend

from emulator.resource_policies.documents import strangers

_LONGEST = 10_240


def teach() -> None:
    put = ECRBackend.set_repository_policy

    def set_repository_policy(self: Any, registry_id: str, repository_name: str, policy_text: str) -> Any:
        if len(policy_text) > _LONGEST or _names_nobody(policy_text, self.account_id):
            raise InvalidParameterException(
                "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"
            )
        return put(self, registry_id, repository_name, policy_text)

    ECRBackend.set_repository_policy = set_repository_policy


def _names_nobody(text: str, account_id: str) -> bool:
    try:
        return any(strangers(text, account_id))
    except ValueError:  # moto refuses what is no policy
        return False
