"""Whether a password satisfies a pool's policy, said before it is sent; and passwords that do.

"Adding user pool password requirements" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cognito.models import UserPool
from identities.account import password_check

LONGEST = 256
# By IAM's names, what pools call alike.
_RULES = {
    "MinimumLength": "MinimumPasswordLength",
    "RequireUppercase": "RequireUppercaseCharacters",
    "RequireLowercase": "RequireLowercaseCharacters",
    "RequireNumbers": "RequireNumbers",
    "RequireSymbols": "RequireSymbols",
}


def refusals(pool: UserPool, password: str) -> list[str]:
    """Sentences; none where it is fine."""
    if len(password) > LONGEST or any(character.isspace() for character in password):
        return [f"AWS takes at most {LONGEST} characters, and no blanks."]
    return password_check.missing(_policy(pool), password)


def think_up(pool: UserPool) -> str:
    return password_check.think_up(_policy(pool))


def _policy(pool: UserPool) -> Mapping[str, Any]:
    said = pool.settings.get("Policies", {}).get("PasswordPolicy", {})
    return {theirs: said[ours] for ours, theirs in _RULES.items() if ours in said} or {"MinimumPasswordLength": 8}
