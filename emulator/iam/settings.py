"""What belongs to the AWS account as a whole: password policy, summary, preferences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import IAMBackend

from emulator.iam.managed import is_managed_by_aws

_TOKEN_VERSIONS = {"v1Token": 1, "v2Token": 2}


class Settings(IAMBackend):  # type: ignore[misc]
    token_version: int  # of the global STS endpoint

    def summary(self) -> dict[str, int]:
        """moto's, with what it counts otherwise than AWS, or leaves out."""
        own = [policy for policy in self.managed_policies.values() if not is_managed_by_aws(policy)]
        found: dict[str, int] = dict(self.account_summary.summary_map)
        return found | {
            "AccountPasswordPresent": 1,
            "GlobalEndpointTokenVersion": self.token_version,
            "PolicyVersionsInUse": sum(len(policy.versions) for policy in own),
        }


class SettingsResponses:
    backend: Any
    _get_param: Callable[..., Any]

    def get_account_password_policy(self) -> ActionResult:
        """Rules that are off are left out of the answer, and not told as 0."""
        policy = self.backend.get_account_password_policy()
        return ActionResult(
            {
                "PasswordPolicy": {
                    "MinimumPasswordLength": policy.minimum_password_length,
                    "RequireSymbols": policy.require_symbols,
                    "RequireNumbers": policy.require_numbers,
                    "RequireUppercaseCharacters": policy.require_uppercase_characters,
                    "RequireLowercaseCharacters": policy.require_lowercase_characters,
                    "AllowUsersToChangePassword": policy.allow_users_to_change_password,
                    "ExpirePasswords": policy.expire_passwords,
                    "MaxPasswordAge": policy.max_password_age or None,
                    "PasswordReusePrevention": policy.password_reuse_prevention or None,
                    "HardExpiry": policy.hard_expiry or None,
                }
            }
        )

    def get_account_summary(self) -> ActionResult:
        return ActionResult({"SummaryMap": self.backend.summary()})

    def set_security_token_service_preferences(self) -> ActionResult:
        self.backend.token_version = _TOKEN_VERSIONS[self._get_param("GlobalEndpointTokenVersion")]
        return EmptyResult()
