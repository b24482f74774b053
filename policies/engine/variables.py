"""Policy variables: `${aws:username}`, with a default, and the three that stand for a character.

IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.engine.matching import Token, Wildcard, tokens
from policies.engine.truth import UNKNOWN, UnknownType

VERSION_WITH_VARIABLES = "2012-10-17"  # in older documents they are literal text
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_CHARACTERS = ("*", "?", "$")
_WITH_DEFAULT = re.compile(r"\s*(.*?)\s*,\s*'([^']*)'\s*", re.DOTALL)

# The value of a context key, by its name in lower case; None: not there.
Lookup = Callable[[str], str | UnknownType | None]


@dataclass(frozen=True)
class Variable:
    key: str  # in lower case
    default: str | None = None


Part = Token | Variable


def parts(pattern: str, *, variables: bool, wildcards: bool = True) -> list[Part]:
    """Literal texts, wildcards and variables. What a variable stands for is never a wildcard."""
    if not variables or "${" not in pattern:
        return list(_tokens(pattern, wildcards))
    found: list[Part] = []
    at = 0
    for match in _VARIABLE.finditer(pattern):
        found += _tokens(pattern[at : match.start()], wildcards)
        found.append(match[1] if match[1] in _CHARACTERS else _variable(match[1]))
        at = match.end()
    return [*found, *_tokens(pattern[at:], wildcards)]


def _tokens(text: str, wildcards: bool) -> list[Token]:
    if wildcards:
        return tokens(text)
    return [text] if text else []


def _variable(inside: str) -> Variable:
    with_default = _WITH_DEFAULT.fullmatch(inside)
    return Variable(with_default[1].lower(), with_default[2]) if with_default else Variable(inside.strip().lower())


def is_fixed(pattern: Sequence[Part]) -> bool:
    return not any(isinstance(part, Variable) for part in pattern)


def keys(pattern: Sequence[Part]) -> set[str]:
    return {part.key for part in pattern if isinstance(part, Variable)}


def is_open(pattern: Sequence[Part], lookup: Lookup) -> bool:
    """Whether it has a variable whose value isn't known."""
    return any(lookup(part.key) is UNKNOWN for part in pattern if isinstance(part, Variable))


def resolved(pattern: Sequence[Part], lookup: Lookup) -> list[Token] | None:
    """With what the request says in place of variables; None when one of them has no value: then nothing matches.

    What isn't known (`is_open`) may be any text: what doesn't match so never does.
    """
    found: list[Token] = []
    for part in pattern:
        if not isinstance(part, Variable):
            found.append(part)
            continue
        value = lookup(part.key)
        if value is UNKNOWN:
            found.append(Wildcard.ANY)
            continue
        if value is None:
            value = part.default
        if value is None:
            return None
        found.append(value)
    return found
