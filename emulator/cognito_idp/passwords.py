"""A pool's password policy: what a password must be, and which ones were used before."""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from typing import Any

from emulator import clock
from emulator.cognito_idp.person import FORCE_CHANGE_PASSWORD, Person
from emulator.cognito_idp.pool import UserPool
from emulator.wire import AwsError

_SYMBOLS = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- "
_CLASSES = {
    "RequireUppercase": (string.ascii_uppercase, "uppercase characters"),
    "RequireLowercase": (string.ascii_lowercase, "lowercase characters"),
    "RequireNumbers": (string.digits, "numeric characters"),
    "RequireSymbols": (_SYMBOLS, "symbol characters"),
}


def check(pool: UserPool, password: str) -> None:
    policy = _policy(pool)
    if len(password) < policy["MinimumLength"]:
        raise _weak("Password not long enough")
    for rule, (characters, name) in _CLASSES.items():
        if policy.get(rule) and not set(characters) & set(password):
            raise _weak(f"Password must have {name}")


def give(pool: UserPool, person: Person, password: str) -> None:
    """A password that she may keep."""
    check(pool, password)
    kept = int(_policy(pool).get("PasswordHistorySize", 0))
    if person.had_password(password, kept):
        raise AwsError("PasswordHistoryPolicyViolationException", "Password has previously been used.")
    person.set_password(password, kept=kept)
    person.temporary_until = None


def give_temporary(pool: UserPool, person: Person, password: str | None) -> str:
    """One that she must change at her first sign-in, before it expires."""
    if password is not None:
        check(pool, password)
    password = password or _made_up(pool)
    person.set_password(password, kept=int(_policy(pool).get("PasswordHistorySize", 0)))
    days = int(_policy(pool)["TemporaryPasswordValidityDays"])
    person.temporary_until = clock.utcnow() + timedelta(days=days)
    person.status = FORCE_CHANGE_PASSWORD
    return password


def _policy(pool: UserPool) -> dict[str, Any]:
    policy: dict[str, Any] = pool.settings["Policies"]["PasswordPolicy"]
    return policy


def _made_up(pool: UserPool) -> str:
    length = max(int(_policy(pool)["MinimumLength"]), 8)
    characters = [secrets.choice(allowed) for allowed in ("ABCDEFGH", "abcdefgh", "23456789", "!#%&")]
    more = [secrets.choice(string.ascii_letters + string.digits) for _ in range(length - len(characters))]
    return "".join(characters + more)


def _weak(reason: str) -> AwsError:
    return AwsError("InvalidPasswordException", f"Password does not conform to policy: {reason}")
