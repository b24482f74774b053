"""A document as frozen, typed values: what compiling, lint, summaries, comparing and tightening read of it.

One-or-many values are tuples. What makes no sense isn't among them; it stays in `written`, from which a document is
written again with all that nobody understood. Nothing here ever raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from policies.engine.document import load
from policies.engine.json_text import Json, Path
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
    """`index` is its place, from 0; `sid` is "" where it has none. Without a sensible effect it does neither.

    `holds_never`: something in its Condition is no condition.
    """

    index: int
    path: Path
    sid: str
    allows: bool
    denies: bool
    actions: tuple[StatementText, ...]
    not_actions: tuple[StatementText, ...]
    resources: tuple[StatementText, ...]
    not_resources: tuple[StatementText, ...]
    principals: tuple[StatementPrincipal, ...]
    not_principals: tuple[StatementPrincipal, ...]
    conditions: tuple[Condition, ...]
    holds_never: bool
    written: Mapping[str, Any]

    def has(self, element: str) -> bool:
        """Whether it is there at all, sensible or not."""
        return element in self.written

    @property
    def action_words(self) -> tuple[str, ...]:
        """What it is about; with NotAction, which counts where it has both, what it isn't about."""
        return tuple(text.value for text in (self.not_actions if self.has("NotAction") else self.actions))

    @property
    def resource_words(self) -> tuple[str, ...]:
        """The same of resources. A trust policy has none: it is about its role."""
        if self.has("NotResource"):
            return tuple(text.value for text in self.not_resources)
        return tuple(text.value for text in self.resources) if self.has("Resource") else ("*",)

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

    @cached_property
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
    statements = tuple(
        _statement(index, each, ("Statement", index) if several is listed else ("Statement",))
        for index, each in enumerate(several)
        if isinstance(each, dict)
    )
    return PolicyDocument(_text(written.get("Version")), statements, written)


def _statement(index: int, written: Mapping[str, Any], path: Path) -> Statement:
    condition = written.get("Condition")
    blocks = condition.values() if isinstance(condition, dict) else () if condition is None else (condition,)
    return Statement(
        index,
        path,
        _text(written.get("Sid")),
        written.get("Effect") == "Allow",
        written.get("Effect") == "Deny",
        _texts(written, "Action", path),
        _texts(written, "NotAction", path),
        _texts(written, "Resource", path),
        _texts(written, "NotResource", path),
        _principals(written, "Principal", path),
        _principals(written, "NotPrincipal", path),
        tuple(_conditions(condition, (*path, "Condition"))) if condition else (),
        not all(isinstance(block, dict) for block in blocks),
        written,
    )


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
        quantifier, base, if_exists = _split_operator(operator)
        for key, written in block.items() if isinstance(block, dict) else ():
            yield Condition(operator, quantifier, base, if_exists, key, (*path, operator, key), written)


def _split_operator(name: str) -> tuple[Quantifier, str, bool]:
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
