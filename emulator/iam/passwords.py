"""Whether a password satisfies the AWS account's policy, or AWS's own where there is none.

IAM User Guide, "Set an account password policy for IAM users".
"""

from __future__ import annotations

import string
from typing import Any

from moto.iam.exceptions import IAMException

_SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
_DEFAULT_LENGTH, _DEFAULT_CLASSES = 8, 3


def refuse_weak(policy: Any, password: str) -> None:
    """`policy` as moto has it; None: AWS's own is in force."""
    has = {
        "uppercase_characters": set(string.ascii_uppercase) & set(password),
        "lowercase_characters": set(string.ascii_lowercase) & set(password),
        "numbers": set(string.digits) & set(password),
        "symbols": set(_SYMBOLS) & set(password),
    }
    if policy is None:
        fine = len(password) >= _DEFAULT_LENGTH and sum(map(bool, has.values())) >= _DEFAULT_CLASSES
    else:
        asked = [name for name in has if getattr(policy, f"require_{name}")]
        fine = len(password) >= policy.minimum_password_length and all(has[name] for name in asked)
    if not fine:
        raise IAMException("PasswordPolicyViolation", "Password does not conform to the account password policy.")
