"""A document as checks look at it: whatever has the right type, with its path; the rest is the grammar's to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from policies.engine import catalogue
from policies.engine.compiled import Actions
from policies.engine.conditions import Quantifier, split_operator
from policies.engine.json_text import Json, Path
from policies.engine.structure import DocumentType
from policies.engine.variables import VERSION_WITH_VARIABLES

T = TypeVar("T")

# What checks may spend on one document, in steps of a microsecond or so: what is larger than any that AWS takes is
# looked at in part.
MOST_WORK, WILDCARD_WORK = 5_000_000, 2_000
MOST_STATEMENTS = 1_000


class Text(NamedTuple):
    """`item`: its number, where it is one of a list. Paths are made when asked for: for what is found only."""

    value: str
    place: Path
    item: int = -1

    @property
    def path(self) -> Path:
        return self.place if self.item < 0 else (*self.place, self.item)


@dataclass
class Test:
    """One key under one operator. `base` as `split_operator` has it: in lower case, without its additions."""

    operator: str
    quantifier: Quantifier
    base: str
    if_exists: bool
    key: str
    path: Path
    written: Json  # the value, or list of values, as the document has it

    @property
    def operator_path(self) -> Path:
        return self.path[:-1]

    @property
    def is_negated(self) -> bool:
        return "not" in self.base and self.base != "null"

    @property
    def name(self) -> str:
        """Of the key, in lower case."""
        return self.key.lower()

    @cached_property
    def known(self) -> catalogue.ConditionKey | None:
        return catalogue.condition_key(self.key)

    @cached_property
    def raw_values(self) -> list[tuple[Json, Path]]:
        if isinstance(self.written, list):
            return [(value, (*self.path, index)) for index, value in enumerate(self.written)]
        return [(self.written, self.path)]

    @cached_property
    def values(self) -> list[Text]:
        """As IAM reads them: `true` and 5 are texts, too."""
        return [Text(_word(value), path) for value, path in self.raw_values if isinstance(value, str | int | float)]


class Principal(NamedTuple):
    """`path` is that of the value."""

    kind: str
    value: str
    path: Path


class Statement:
    """`action_patterns` are in lower case."""

    def __init__(self, subject: Subject, source: Mapping[str, Any], path: Path) -> None:
        self.subject = subject
        self.source = source
        self.path = path
        self.allows, self.denies = source.get("Effect") == "Allow", source.get("Effect") == "Deny"
        self.actions = _texts(source.get("Action"), self.at("Action"))
        self.not_actions = _texts(source.get("NotAction"), self.at("NotAction"))
        self.resources = _texts(source.get("Resource"), self.at("Resource"))
        self.not_resources = _texts(source.get("NotResource"), self.at("NotResource"))
        self.tests = list(_tests(source.get("Condition"), self.at("Condition")))
        self.action_patterns = tuple(text.value.lower() for text in self.actions)
        self.resource_patterns = tuple(text.value for text in self.resources)

    def at(self, *names: str | int) -> Path:
        return (*self.path, *names)

    @property
    def name(self) -> str:
        """By which a message tells it from others."""
        sid = self.source.get("Sid")
        return sid if isinstance(sid, str) and sid else f"number {int(self.path[-1]) + 1 if len(self.path) > 1 else 1}"

    def tests_of(self, *keys: str) -> list[Test]:
        """Of the keys, in lower case; one that ends in / means all that begin so."""
        return [test for test in self.tests if any(_is_meant(test.name, key) for key in keys)]

    @cached_property
    def principals(self) -> list[Principal]:
        return list(_principals(self.source.get("Principal"), self.at("Principal")))

    @cached_property
    def not_principals(self) -> list[Principal]:
        return list(_principals(self.source.get("NotPrincipal"), self.at("NotPrincipal")))

    @property
    def lets_everyone_in(self) -> bool:
        return any(each.kind == "AWS" and each.value == "*" for each in self.principals)

    @cached_property
    def is_negated(self) -> bool:
        """Says what it isn't about."""
        return any(name in self.source for name in ("NotAction", "NotResource", "NotPrincipal"))

    @cached_property
    def _matcher(self) -> Actions:
        return Actions([text.value for text in self.actions or self.not_actions])

    @cached_property
    def services(self) -> frozenset[str]:
        """Of the actions; "" of those with a wildcard in their service."""
        prefixes = {pattern.partition(":")[0] for pattern in self.action_patterns}
        return frozenset("" if "*" in prefix or "?" in prefix else prefix for prefix in prefixes)

    def is_about(self, action: str) -> bool:
        """`action` in lower case."""
        if self.not_actions:
            return action not in self._matcher
        return bool(self.actions) and action in self._matcher

    def expanded(self, pattern: str) -> tuple[str, ...] | None:
        return self.subject.expanded(pattern)


class Subject:
    """`account` is the AWS account to which the document belongs, "" where one doesn't know."""

    def __init__(self, text: str, document: Mapping[str, Any], kind: DocumentType, account: str) -> None:
        self.text = text
        self.document = document
        self.kind = kind
        self.account = account
        self._left = MOST_WORK
        self._found: dict[Any, Any] = {}
        self._expanded: dict[str, tuple[str, ...] | None] = {}

    @property
    def with_variables(self) -> bool:
        return self.document.get("Version") == VERSION_WITH_VARIABLES

    @cached_property
    def statements(self) -> list[Statement]:
        listed = self.document.get("Statement")
        if isinstance(listed, dict):
            return [Statement(self, listed, ("Statement",))]
        found = enumerate(listed[:MOST_STATEMENTS] if isinstance(listed, list) else [])
        return [Statement(self, each, ("Statement", index)) for index, each in found if isinstance(each, dict)]

    @cached_property
    def with_conditions(self) -> list[Statement]:
        return [statement for statement in self.statements if statement.tests]

    @cached_property
    def _lowered(self) -> str:
        return self.text.lower()

    @cached_property
    def _is_escaped(self) -> bool:
        return "\\" in self.text

    def mentions(self, words: tuple[str, ...]) -> bool:
        """Whether one of the words (in lower case) may be in the document at all. With a backslash, anything may."""
        return self._is_escaped or any(map(self._lowered.__contains__, words))

    def once(self, look: Callable[[Subject], T]) -> T:
        """What `look` finds in the document; several checks share it."""
        if look not in self._found:
            self._found[look] = look(self)
        found: T = self._found[look]
        return found

    def expanded(self, pattern: str) -> tuple[str, ...] | None:
        """The names of the actions that the pattern means; None when too much was asked already."""
        if pattern not in self._expanded:
            cost = WILDCARD_WORK if "*" in pattern or "?" in pattern else 1
            self._expanded[pattern] = catalogue.actions_matching(pattern) if self.may_spend(cost) else None
        return self._expanded[pattern]

    def may_spend(self, work: int) -> bool:
        self._left -= work
        return self._left >= 0


def service_of(pattern: str) -> str:
    """Of an action pattern; "" where it isn't one service."""
    prefix, colon, _ = pattern.partition(":")
    return prefix if colon and "*" not in prefix and "?" not in prefix else ""


def _texts(value: Any, path: Path) -> list[Text]:
    if isinstance(value, list):
        return [Text(each, path, index) for index, each in enumerate(value) if isinstance(each, str)]
    return [Text(value, path)] if isinstance(value, str) else []


def _tests(condition: Any, path: Path) -> Iterator[Test]:
    for operator, block in condition.items() if isinstance(condition, dict) else ():
        quantifier, base, if_exists = split_operator(operator)
        for key, written in block.items() if isinstance(block, dict) else ():
            yield Test(operator, quantifier, base, if_exists, key, (*path, operator, key), written)


def _principals(element: Any, path: Path) -> Iterator[Principal]:
    if element == "*":
        yield Principal("AWS", "*", path)
    for kind, values in element.items() if isinstance(element, dict) else ():
        for text in _texts(values, (*path, kind)):
            yield Principal(kind, text.value, text.path)


def _is_meant(name: str, key: str) -> bool:
    return name.startswith(key) if key.endswith("/") else name == key


def _word(value: str | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
