"""Whether a password satisfies an AWS account's password policy, said before it is sent; and passwords that do.

IAM User Guide, "Set an account password policy for IAM users"; IAM API Reference, CreateLoginProfile.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

from iamconsole.web.words import counted

LONGEST = 128
SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
_CLASSES = {
    "RequireUppercaseCharacters": (string.ascii_uppercase, "an upper-case letter"),
    "RequireLowercaseCharacters": (string.ascii_lowercase, "a lower-case letter"),
    "RequireNumbers": (string.digits, "a digit"),
    "RequireSymbols": (SYMBOLS, f"one of {SYMBOLS}"),
}
_DEFAULT_LENGTH, _DEFAULT_CLASSES = 8, 3  # AWS's own policy, where the AWS account has none
_LENGTH = 24  # of one that the console thinks up


def refusals(said: Mapping[str, Any] | None, password: str) -> list[str]:
    """Sentences; none where it is fine. `said` as `IamAccount.password_policy` has it; None: not read."""
    if len(password) > LONGEST or any(not " " <= character <= "\xff" for character in password):
        return [f"AWS takes at most {LONGEST} characters, of the Latin alphabet."]
    return [] if said is None else missing(said, password)


def missing(said: Mapping[str, Any], password: str) -> list[str]:
    """What of the policy the password doesn't satisfy; an empty one is AWS's own."""
    shortest = int(said.get("MinimumPasswordLength", _DEFAULT_LENGTH if not said else 6))
    found = [] if len(password) >= shortest else [f"It needs {counted(shortest, 'character')} or more."]
    lacking = {name: words for name, (members, words) in _CLASSES.items() if not set(members) & set(password)}
    if not said:
        few = len(_CLASSES) - len(lacking) < _DEFAULT_CLASSES
        return [*found, "It needs letters of both cases and digits, or a symbol for one of them."] if few else found
    return found + [f"It needs {words}." for name, words in lacking.items() if said.get(name)]


def think_up(said: Mapping[str, Any] | None) -> str:
    """A password at random that satisfies any policy of that length."""
    length = max(_LENGTH, int((said or {}).get("MinimumPasswordLength", 0)))
    one_of_each = [secrets.choice(members) for members, _ in _CLASSES.values()]
    every = "".join(members for members, _ in _CLASSES.values())
    characters = one_of_each + [secrets.choice(every) for _ in range(length - len(one_of_each))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
