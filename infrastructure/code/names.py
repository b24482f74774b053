"""Names that code gives to resources: cleaned of what the language doesn't take, and unique."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from itertools import count

_NOT_IN_ADDRESSES = re.compile(r"[^A-Za-z0-9_-]")
_WORDS = re.compile(r"[A-Za-z0-9]+")


def for_terraform(name: str) -> str:
    """ "john.doe@x" → "john_doe_x": a letter or an underscore first ("Identifiers", Terraform)."""
    clean = _NOT_IN_ADDRESSES.sub("_", name)
    return clean if clean[:1].isalpha() or clean[:1] == "_" else f"_{clean}"


def for_cloudformation(name: str) -> str:
    """ "deploy-prod" → "DeployProd": letters and digits only ("Resources", CloudFormation)."""
    return "".join(word[0].upper() + word[1:] for word in _WORDS.findall(name))[:200] or "Unnamed"


class UniqueNames:
    """One name for each key of a group, such as the ARNs of a type. The same keys get the same names in any order as
    long as they are all given to `assign` at once: those whose name is clean as it is keep it.
    """

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean
        self._names: dict[tuple[str, str], str] = {}
        self._taken: dict[str, set[str]] = {}

    def assign(self, group: str, named: Iterable[tuple[str, str]]) -> None:
        """`named`: each key with the name to clean."""
        wanted = sorted((self._clean(name) != name, name, key) for key, name in named)
        for _, name, key in wanted:
            self.of(group, key, name)

    def give(self, group: str, key: str, name: str) -> None:
        """The name that it has elsewhere, such as in code that there is already."""
        self._names[group, key] = name
        self._taken.setdefault(group, set()).add(name.casefold())

    def known(self, group: str, key: str) -> str:
        """ "" where it has none."""
        return self._names.get((group, key), "")

    def of(self, group: str, key: str, name: str) -> str:
        if found := self.known(group, key):
            return found
        taken, clean = self._taken.setdefault(group, set()), self._clean(name)
        free = clean if clean.casefold() not in taken else self._other(clean, key, taken)
        taken.add(free.casefold())
        self._names[group, key] = free
        return free

    def _other(self, clean: str, key: str, taken: set[str]) -> str:
        """The name with the beginning of a digest of the key: as long as it takes."""
        separator = self._clean("a_b")[1:-1]
        for salt in count():
            digest = hashlib.sha256(f"{key}{salt or ''}".encode()).hexdigest()[:6]
            if (found := f"{clean}{separator}{digest}").casefold() not in taken:
                return found
        raise AssertionError
