"""By which words somebody can be recognized in a text that an operator typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from cognito.models import CognitoUser

# Attributes that say who somebody is; what many have alike, such as a plan or a language, doesn't.
_SAY_WHO = ("email", "name", "nickname", "phone_number", "preferred_username")
_SHORTEST = 4  # a shorter text is a word of any sentence
_OWN = re.compile(r"[\d._+-]")  # in the part of an address before the "@" that is nobody else's
_NO_DIGITS = re.compile(r"[\s()./-]+")


def identifying(person: CognitoUser) -> set[str]:
    """In lower case: username, addresses, the full name, and ids that the pool's own attributes hold."""
    return {value.casefold() for value in _values(person) if len(value) >= _SHORTEST}


def _values(person: CognitoUser) -> Iterator[str]:
    described = {name: str(value) for name, value in person.attributes.items()}
    yield person.name
    for name in _SAY_WHO:
        value = described.get(name, "")
        if name in ("email", "phone_number", "preferred_username") or " " in value.strip():
            yield value
    yield " ".join(filter(None, (described.get("given_name"), described.get("family_name"))))
    local = described.get("email", "").partition("@")[0]
    if _OWN.search(local):
        yield local
    for name, value in described.items():
        if name.startswith("custom:") and any(map(str.isdigit, value)):
            yield value


def names_one_of(values: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text has one of these values as a word, also a phone number that is typed with spaces."""
    wanted = sorted(set(values), key=len, reverse=True)
    if not wanted:
        return lambda text: False
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)")
    numbers = [value for value in wanted if value.startswith("+")]

    def names(text: str) -> bool:
        folded = text.casefold()
        if pattern.search(folded):
            return True
        tight = _NO_DIGITS.sub("", folded) if numbers else ""
        return any(number in tight for number in numbers)

    return names
