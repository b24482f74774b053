"""A password policy in sentences."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamconsole.web.words import counted

# CIS AWS Foundations Benchmark, "Ensure IAM password policy requires minimum length of 14 or greater" and
# "Ensure IAM password policy prevents password reuse".
GOOD_LENGTH = 14
MOST_REMEMBERED = 24  # passwords: UpdateAccountPasswordPolicy in the IAM API Reference

_REUSE = "Users who must change their password can set the old one again."
_CLASSES = {
    "RequireUppercaseCharacters": "an upper-case letter",
    "RequireLowercaseCharacters": "a lower-case letter",
    "RequireNumbers": "a digit",
    "RequireSymbols": "a symbol",
}


@dataclass(frozen=True)
class PasswordRule:
    """`weak` says what is the matter with it; "" where nothing is."""

    text: str
    weak: str = ""


@dataclass(frozen=True)
class PasswordPolicy:
    """`is_default`: the AWS account has none of its own, so AWS's is in force."""

    is_default: bool
    rules: tuple[PasswordRule, ...]

    @property
    def weaknesses(self) -> list[str]:
        return [rule.weak for rule in self.rules if rule.weak]


def read(said: Mapping[str, Any]) -> PasswordPolicy:
    """`said`: as `IamAccount.password_policy` has it, what is off left out."""
    if not said:
        return PasswordPolicy(True, _DEFAULT)
    return PasswordPolicy(False, tuple(_rules(said)))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What became of the rules: "password policy: at least 12 characters (before: at least 8 characters)"."""
    old, new = read(before), read(after)
    if new.is_default:
        yield "the AWS account has no password policy of its own any more: AWS’s default is in force"
    elif old.is_default:
        yield f"password policy: {'; '.join(_inside(rule) for rule in new.rules)}"
    else:
        pairs = zip(old.rules, new.rules, strict=True)  # one rule for each question
        yield from (f"password policy: {_inside(now)} (before: {_inside(then)})" for then, now in pairs if then != now)


def in_words(said: Mapping[str, Any]) -> str:
    """All of it in one line: "at least 12 characters; at least a digit; …"."""
    policy = read(said)
    return f"{'AWS’s default: ' if policy.is_default else ''}{'; '.join(_inside(rule) for rule in policy.rules)}"


def _inside(rule: PasswordRule) -> str:
    """Within a sentence."""
    return rule.text[0].lower() + rule.text[1:].rstrip(".")


# "Set an account password policy for IAM users" (IAM User Guide): the default password policy.
_DEFAULT = (
    PasswordRule("At least 8 characters.", "8 characters are few: 14 are advised."),
    PasswordRule("At least three of these: an upper-case letter, a lower-case letter, a digit, a symbol."),
    PasswordRule("Not the name or the e-mail address of the AWS account."),
    PasswordRule("Passwords never expire."),
    PasswordRule("Old passwords may be used again.", _REUSE),
)


def _rules(said: Mapping[str, Any]) -> Iterator[PasswordRule]:
    length = int(said.get("MinimumPasswordLength", 6))
    few = f"{length} characters are few: {GOOD_LENGTH} are advised." if length < GOOD_LENGTH else ""
    yield PasswordRule(f"At least {length} characters.", few)
    asked = [words for name, words in _CLASSES.items() if said.get(name)]
    if asked:
        yield PasswordRule(f"At least {_joined(asked)}.")
    else:
        yield PasswordRule("Any characters will do.", "No kinds of characters are asked for.")
    yield from _expiry(said)
    kept = said.get("PasswordReusePrevention")
    if kept:
        yield PasswordRule("Not the last one." if kept == 1 else f"None of the last {kept}.")
    else:
        yield PasswordRule("Old passwords may be used again.", _REUSE)
    if said.get("AllowUsersToChangePassword"):
        yield PasswordRule("Users may change their own.")
    else:
        yield PasswordRule("Users may change their own only where a policy of theirs says so.")


def _expiry(said: Mapping[str, Any]) -> Iterator[PasswordRule]:
    days = said.get("MaxPasswordAge")
    if not days:
        yield PasswordRule("Passwords never expire.")
        return
    after = f"Expires after {counted(days, 'day')}"
    if said.get("HardExpiry"):
        yield PasswordRule(f"{after}; then only an administrator can set a new one.")
    else:
        yield PasswordRule(f"{after}; then its user sets a new one at the next sign-in.")


def _joined(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


# ---- Whether a password satisfies the policy, said before it is sent; and passwords that do ------------------
# IAM User Guide, "Set an account password policy for IAM users"; IAM API Reference, CreateLoginProfile.
LONGEST = 128
SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
_CHARACTERS = {
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
    lacking = {name: words for name, (members, words) in _CHARACTERS.items() if not set(members) & set(password)}
    if not said:
        few = len(_CHARACTERS) - len(lacking) < _DEFAULT_CLASSES
        return [*found, "It needs letters of both cases and digits, or a symbol for one of them."] if few else found
    return found + [f"It needs {words}." for name, words in lacking.items() if said.get(name)]


def think_up(said: Mapping[str, Any] | None) -> str:
    """A password at random that satisfies any policy of that length."""
    length = max(_LENGTH, int((said or {}).get("MinimumPasswordLength", 0)))
    one_of_each = [secrets.choice(members) for members, _ in _CHARACTERS.values()]
    every = "".join(members for members, _ in _CHARACTERS.values())
    characters = one_of_each + [secrets.choice(every) for _ in range(length - len(one_of_each))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
