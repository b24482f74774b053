"""A document as frozen, typed values: what compiling, lint, summaries, comparing and tightening read of it.

One-or-many values are tuples. What makes no sense isn't among them; it stays in `written`, from which a document is
written again with all that nobody understood. Nothing here ever raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from policies.engine.document import load
from policies.engine.json_text import Json, Path
from policies.engine.lazily import lazy
from policies.engine.variables import VERSION_WITH_VARIABLES

_IF_EXISTS = "ifexists"


class Quantifier(Enum):
    NONE = ""
    ALL = "forallvalues:"
    ANY = "foranyvalue:"


class StatementText(NamedTuple):
    """`item`: its number, where it is one of a list. Paths are made when asked for: for what is found only."""

    value: str
    place: Path
    item: int = -1

    @property
    def path(self) -> Path:
        return self.place if self.item < 0 else (*self.place, self.item)


class StatementPrincipal(NamedTuple):
    """`path` is that of the value. `"*"` is an AWS principal, too."""

    kind: str
    value: str
    path: Path


@dataclass(frozen=True)
class Condition:
    """One key under one operator. `base` is the operator in lower case, without its additions: "stringlike"."""

    operator: str
    quantifier: Quantifier
    base: str
    if_exists: bool
    key: str
    path: Path
    written: Json  # the value, or list of values, as the document has it

    @property
    def name(self) -> str:
        """Of the key, in lower case."""
        return self.key.lower()

    @property
    def words(self) -> tuple[str, ...]:
        """The values as IAM reads them: `true` and 5 are texts, too."""
        return tuple(map(word, self.written if isinstance(self.written, list) else [self.written]))


@dataclass(frozen=True)
class Statement:
    """`index` is its place, from 0. Its elements are read when they are asked for: most questions are about others."""

    index: int
    path: Path
    written: Mapping[str, Any]

    @lazy
    def sid(self) -> str:
        """ "" where it has none."""
        return _text(self.written.get("Sid"))

    @property
    def allows(self) -> bool:
        """Without a sensible effect it neither allows nor denies."""
        return bool(self.written.get("Effect") == "Allow")

    @property
    def denies(self) -> bool:
        return bool(self.written.get("Effect") == "Deny")

    @lazy
    def actions(self) -> tuple[StatementText, ...]:
        return _texts(self.written, "Action", self.path)

    @lazy
    def not_actions(self) -> tuple[StatementText, ...]:
        return _texts(self.written, "NotAction", self.path)

    @lazy
    def resources(self) -> tuple[StatementText, ...]:
        return _texts(self.written, "Resource", self.path)

    @lazy
    def not_resources(self) -> tuple[StatementText, ...]:
        return _texts(self.written, "NotResource", self.path)

    @lazy
    def principals(self) -> tuple[StatementPrincipal, ...]:
        return _principals(self.written, "Principal", self.path)

    @lazy
    def not_principals(self) -> tuple[StatementPrincipal, ...]:
        return _principals(self.written, "NotPrincipal", self.path)

    @lazy
    def conditions(self) -> tuple[Condition, ...]:
        condition = self.written.get("Condition")
        return tuple(_conditions(condition, (*self.path, "Condition"))) if condition else ()

    @property
    def holds_never(self) -> bool:
        """Whether something in its Condition is no condition."""
        condition = self.written.get("Condition")
        blocks = condition.values() if isinstance(condition, dict) else () if condition is None else (condition,)
        return not all(isinstance(block, dict) for block in blocks)

    def has(self, element: str) -> bool:
        """Whether it is there at all, sensible or not."""
        return element in self.written

    @property
    def action_words(self) -> tuple[str, ...]:
        """What it is about; with NotAction, which counts where it has both, what it isn't about."""
        return _words(self.written, "NotAction" if self.has("NotAction") else "Action")

    @property
    def resource_words(self) -> tuple[str, ...]:
        """The same of resources. A trust policy has none: it is about its role."""
        if self.has("NotResource"):
            return _words(self.written, "NotResource")
        return _words(self.written, "Resource") if self.has("Resource") else ("*",)

    @property
    def principal_words(self) -> tuple[tuple[str, str], ...]:
        """The same of principals: (kind, value)."""
        listed = self.not_principals if self.has("NotPrincipal") else self.principals
        return tuple((each.kind, each.value) for each in listed)


@dataclass(frozen=True)
class PolicyDocument:
    """`version` is "" where there is none that makes sense. `statements` are those that are objects."""

    version: str
    statements: tuple[Statement, ...]
    written: Mapping[str, Any]

    @property
    def with_variables(self) -> bool:
        return self.version == VERSION_WITH_VARIABLES

    @lazy
    def names_principals(self) -> bool:
        """Whether it is the policy of a resource."""
        return any(each.has("Principal") or each.has("NotPrincipal") for each in self.statements)

    def rewritten(self, changed: Mapping[int, Mapping[str, Any] | None]) -> dict[str, Any]:
        """As it was written, with these statements in place of those at these indexes; None: without it."""
        if not changed:
            return dict(self.written)
        listed = self.written.get("Statement", [])
        several = listed if isinstance(listed, list) else [listed]
        kept = [changed.get(index, each) for index, each in enumerate(several) if changed.get(index, ()) is not None]
        return {**self.written, "Statement": kept if several is listed else next(iter(kept), [])}


@lru_cache(maxsize=512)
def document_in(text: str) -> PolicyDocument:
    """By the raw text. One without statements, where it holds no document."""
    return document_of(load(text))


def document_of(value: Any) -> PolicyDocument:
    """Of whatever JSON can hold; a `PolicyDocument` is returned as it is."""
    if isinstance(value, PolicyDocument):
        return value
    written = value if isinstance(value, dict) else {}
    listed = written.get("Statement", [])
    several = listed if isinstance(listed, list) else [listed]
    statements = [
        Statement(index, ("Statement", index) if several is listed else ("Statement",), each)
        for index, each in enumerate(several)
        if isinstance(each, dict)
    ]
    return PolicyDocument(_text(written.get("Version")), tuple(statements), written)


def _words(written: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = written.get(name)
    several = value if isinstance(value, list) else (value,)
    return tuple([each for each in several if isinstance(each, str)])


def _texts(written: Mapping[str, Any], name: str, path: Path) -> tuple[StatementText, ...]:
    value = written.get(name)
    if value is None:
        return ()
    place = (*path, name)
    if isinstance(value, str):
        return (StatementText(value, place),)
    several = enumerate(value) if isinstance(value, list) else ()
    found = [StatementText(each, place, index) for index, each in several if isinstance(each, str)]
    return tuple(found)


def _principals(written: Mapping[str, Any], name: str, path: Path) -> tuple[StatementPrincipal, ...]:
    element = written.get(name)
    if element == "*":
        return (StatementPrincipal("AWS", "*", (*path, name)),)
    kinds = element if isinstance(element, dict) else {}
    return tuple(
        StatementPrincipal(kind, text.value, text.path) for kind in kinds for text in _texts(kinds, kind, (*path, name))
    )


def _conditions(condition: Json, path: Path) -> Iterator[Condition]:
    for operator, block in condition.items() if isinstance(condition, dict) else ():
        quantifier, base, if_exists = split_operator(operator)
        for key, written in block.items() if isinstance(block, dict) else ():
            yield Condition(operator, quantifier, base, if_exists, key, (*path, operator, key), written)


def split_operator(name: str) -> tuple[Quantifier, str, bool]:
    """("ForAnyValue:", "stringlike", True) of "ForAnyValue:StringLikeIfExists"."""
    lowered = name.lower()
    quantifier = next(
        (each for each in (Quantifier.ALL, Quantifier.ANY) if lowered.startswith(each.value)), Quantifier.NONE
    )
    base = lowered.removeprefix(quantifier.value)
    return quantifier, base.removesuffix(_IF_EXISTS), base.endswith(_IF_EXISTS)


def word(value: Json) -> str:
    """Condition values are text to IAM: `true` and `"true"` are the same."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def statement_name(which: str | int) -> str:
    """As people are told: the Sid, or the place from 1. `which`: a Sid, or a place from 0."""
    return which if isinstance(which, str) else f"number {which + 1}"


def allowed_principals(document: PolicyDocument) -> list[tuple[str, str]]:
    """(type, value) of whom the Allow statements name, each once, in their order. NotPrincipal lets in anyone.

    Types are AWS, Service, Federated and CanonicalUser; "*" as a value means anyone.
    """
    found: dict[tuple[str, str], None] = {}
    for statement in document.statements:
        if statement.allows:
            anyone = [("AWS", "*")] if statement.has("NotPrincipal") else statement.principal_words
            found.update(dict.fromkeys(anyone))
    return list(found)
