"""A document as checks see it: the elements of the right type, with their paths; the grammar reports the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from policies.engine import catalogue, statements
from policies.engine.compiled import ActionPatterns
from policies.engine.document import canonical, compact
from policies.engine.json_text import Json, Path
from policies.engine.statements import Condition, StatementText, document_of, word
from policies.engine.structure import DocumentType

T = TypeVar("T")

# What checks may spend on one document, in steps of a microsecond or so: what is larger than any that AWS takes is
# looked at in part.
MOST_WORK, WILDCARD_WORK = 5_000_000, 2_000
MOST_STATEMENTS = 1_000
MOST_SUGGESTIONS = 100


@dataclass(frozen=True)
class LintCondition(Condition):
    @property
    def operator_path(self) -> Path:
        return self.path[:-1]

    @property
    def is_negated(self) -> bool:
        return "not" in self.base and self.base != "null"

    @cached_property
    def known(self) -> catalogue.ConditionKey | None:
        return catalogue.condition_key(self.key)

    @cached_property
    def raw_values(self) -> list[tuple[Json, Path]]:
        if isinstance(self.written, list):
            return [(value, (*self.path, index)) for index, value in enumerate(self.written)]
        return [(self.written, self.path)]

    @cached_property
    def values(self) -> list[StatementText]:
        """Those that are such, as IAM reads them."""
        return [
            StatementText(word(value), path) for value, path in self.raw_values if isinstance(value, str | int | float)
        ]


class LintStatement(statements.Statement):
    """One of the document, with what checks ask of it. `action_patterns` are in lower case."""

    subject: LintSubject
    tests: list[LintCondition]
    action_patterns: tuple[str, ...]
    resource_patterns: tuple[str, ...]

    def __init__(self, said: statements.Statement, subject: LintSubject) -> None:
        # At once, as what is frozen allows: thousands of them are made, and each check asks for these.
        vars(self).update(
            vars(said),
            subject=subject,
            tests=[LintCondition(**vars(each)) for each in said.conditions],
            action_patterns=tuple([text.value.lower() for text in said.actions]),
            resource_patterns=tuple([text.value for text in said.resources]),
        )

    def at(self, *names: str | int) -> Path:
        return (*self.path, *names)

    @property
    def name(self) -> str:
        """By which a message tells it from others."""
        return statements.statement_name(self.sid or self.index)

    def tests_of(self, *keys: str) -> list[LintCondition]:
        """Of the keys, in lower case; one that ends in / means all that begin so."""
        return [test for test in self.tests if any(_is_meant(test.name, key) for key in keys)]

    @property
    def lets_everyone_in(self) -> bool:
        return any(each.kind == "AWS" and each.value == "*" for each in self.principals)

    @cached_property
    def meaning(self) -> str:
        """The statement without its Sid, in one form: two that say the same have the same."""
        source = {name: value for name, value in self.written.items() if name != "Sid"}
        return compact(canonical({"Statement": source}))

    @cached_property
    def is_negated(self) -> bool:
        """Says what it isn't about."""
        return any(map(self.has, ("NotAction", "NotResource", "NotPrincipal")))

    @cached_property
    def _matcher(self) -> ActionPatterns:
        return ActionPatterns([text.value for text in self.actions or self.not_actions])

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


class LintSubject:
    """`account` is the AWS account to which the document belongs, "" where one doesn't know.

    `most`: the characters that this AWS account takes of such a document; None for what AWS documents.
    """

    def __init__(
        self, text: str, document: Mapping[str, Any], kind: DocumentType, account: str, most: int | None = None
    ) -> None:
        self.text = text
        self.document = document_of(document)
        self.kind = kind
        self.account = account
        self.most = most
        self._left = MOST_WORK
        self._suggestions = MOST_SUGGESTIONS
        self._found: dict[Any, Any] = {}
        self._expanded: dict[str, tuple[str, ...] | None] = {}

    @cached_property
    def statements(self) -> list[LintStatement]:
        return [LintStatement(each, self) for each in self.document.statements[:MOST_STATEMENTS]]

    @cached_property
    def with_conditions(self) -> list[LintStatement]:
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

    def once(self, look: Callable[[LintSubject], T]) -> T:
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

    def may_suggest(self) -> bool:
        """Whether a name that is near to a wrong one is still worth looking for: it takes long."""
        self._suggestions -= 1
        return self._suggestions >= 0

    @property
    def is_looked_at_in_part(self) -> bool:
        """Whether checks had to leave something out."""
        return self._left < 0 or len(self.document.statements) > MOST_STATEMENTS


def service_of(pattern: str) -> str:
    """Of an action pattern; "" where it isn't one service."""
    prefix, colon, _ = pattern.partition(":")
    return prefix if colon and "*" not in prefix and "?" not in prefix else ""


def _is_meant(name: str, key: str) -> bool:
    return name.startswith(key) if key.endswith("/") else name == key
