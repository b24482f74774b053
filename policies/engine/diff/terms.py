"""Documents as terms: each allows or denies on one resource pattern, to one principal, under one condition.

Equal terms are one object, so that splitting, joining and reordering of statements leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any

from policies.engine import variables
from policies.engine.callers import Principals
from policies.engine.compiled import resource_parts
from policies.engine.conditions import (
    NULL,
    OPERATORS_BY_LOWER_NAME,
    ComparedType,
    Matcher,
)
from policies.engine.diff.values import ConditionValue
from policies.engine.document import account_of_root
from policies.engine.matching import ResourceGlob, Token, Wildcard
from policies.engine.statements import Condition, PolicyDocument, Quantifier, Statement, document_of


def _resource_matcher(pattern: Sequence[Token]) -> Matcher:
    return ResourceGlob(pattern).matches


@dataclass(frozen=True)
class KeyTerm:
    """One context key of a condition block."""

    key: str
    wanted: frozenset[ConditionValue]
    negated: bool
    quantifier: Quantifier
    if_exists: bool

    def holds_for(self, matches: bool) -> bool:
        """For one value, by whether it matches one of those wanted."""
        return matches is not self.negated

    def holds_without(self, *, is_there: bool) -> bool:
        """For a key that isn't there, or has no values."""
        if self.quantifier is Quantifier.ALL:
            return True
        if self.quantifier is Quantifier.ANY:
            return self.if_exists and not is_there
        return self.if_exists or self.negated

    @property
    def needs_all(self) -> bool:
        """Of several values; else one that holds is enough."""
        return self.quantifier is Quantifier.ALL or (self.quantifier is Quantifier.NONE and self.negated)


@dataclass(frozen=True)
class Presence:
    """Whether the key is there at all: `Null`."""

    key: str
    absent: bool
    present: bool
    wanted: frozenset[ConditionValue] = frozenset()
    quantifier = Quantifier.NONE
    needs_all = False

    def holds_for(self, matches: bool) -> bool:
        return self.present

    def holds_without(self, *, is_there: bool) -> bool:
        return self.absent


AnyTest = KeyTerm | Presence


@dataclass(frozen=True)
class ResourceTerm:
    """`negated`: all but those wanted; else there is just one."""

    wanted: frozenset[ConditionValue]
    negated: bool

    @property
    def only(self) -> ConditionValue | None:
        return None if self.negated else next(iter(self.wanted))

    def has(self, resource: str) -> bool:
        """Where variables stand for nothing."""
        return any(each.matches(resource, {}) for each in self.wanted) is not self.negated


@dataclass(frozen=True)
class PrincipalTerm:
    """`negated`: all but those listed; else there is just one."""

    listed: frozenset[tuple[str, str]]
    negated: bool

    @cached_property
    def principals(self) -> Principals:
        return Principals(self.listed, is_not=self.negated)


EVERYONE = PrincipalTerm(frozenset([("AWS", "*")]), negated=False)


@dataclass(frozen=True)
class TermText:
    """A term as the document has it."""

    resources: tuple[str, ...]
    conditions: Any


@dataclass(frozen=True, eq=False)
class Term:
    """`bounds`: terms of a permissions boundary, or of levels of control policies, that must match, too; `tests` are
    those of all."""

    allows: bool
    resources: ResourceTerm
    who: PrincipalTerm | None  # None: no document has principals
    tests: frozenset[AnyTest]
    words: TermText
    bounds: tuple[Term, ...] = ()

    @cached_property
    def places(self) -> tuple[ResourceTerm, ...]:
        """All that a resource must be in."""
        return (self.resources, *(each.resources for each in self.bounds))

    @property
    def wanted(self) -> Iterator[ConditionValue]:
        return (each for place in self.places for each in place.wanted)


class ActionsMeant(Enum):
    ALL = 0
    THAT_TAKE_RESOURCES = 1
    THAT_TAKE_NONE = 2


@dataclass(frozen=True)
class StatementTerms:
    """A statement: what it says of actions, and its terms. `on`: of which of its actions that is so."""

    actions: tuple[str, ...]
    not_actions: bool
    terms: tuple[Term, ...]
    on: ActionsMeant = ActionsMeant.ALL


_EVERYTHING = ConditionValue(ComparedType.RESOURCES, _resource_matcher, (Wildcard.ANY,))
_USUAL_PARTITION = "aws"
_STAR = ResourceTerm(frozenset([_EVERYTHING]), negated=False)


class DocumentTerms:
    """Of two documents that are to be compared."""

    def __init__(self) -> None:
        self._known: dict[tuple[bool, ResourceTerm, PrincipalTerm | None, frozenset[AnyTest]], Term] = {}
        self._bounded: dict[tuple[Term, Term], Term] = {}
        self._places: dict[str, Sequence[Term]] = {}
        self.partition = _USUAL_PARTITION  # another one, if a resource names it

    def read(self, document: PolicyDocument, *, with_principals: bool) -> list[StatementTerms]:
        """What makes no sense in it matches nothing."""
        for statement in document.statements:
            self._learn_partition(statement.resource_words)
        return [
            StatementTerms(
                statement.action_words,
                statement.has("NotAction"),
                tuple(self._terms(statement, document.with_variables, with_principals)),
            )
            for statement in document.statements
        ]

    def _learn_partition(self, resources: Iterable[str]) -> None:
        for resource in resources:
            partition = resource.split(":", 2)[1] if resource.startswith("arn:aws-") else ""
            if partition and "*" not in partition and "?" not in partition:
                self.partition = partition

    def on_everything(self, terms: Iterable[Term], asked_on: str) -> frozenset[Term]:
        """For actions that take no resource and are asked on a text: the terms about them, as if said of `*`."""
        about = [each for each in terms if each.resources.has(asked_on)]
        return frozenset(
            self._term(each.allows, _STAR, each.who, each.tests, replace(each.words, resources=("*",)))
            for each in about
        )

    def bounded(self, term: Term, bound: Term) -> Term:
        """What both are about."""
        if bound.tests <= term.tests and bound.resources in (_STAR, *term.places):
            return term
        if term.tests <= bound.tests and all(place in (_STAR, bound.resources) for place in term.places):
            return bound
        both = replace(term, tests=term.tests | bound.tests, bounds=(*term.bounds, bound))
        return self._bounded.setdefault((term, bound), both)

    def denied_in(self, document: PolicyDocument, account_id: str) -> Iterator[StatementTerms]:
        """What a document without principals denies on the resources of one AWS account: by the ARN, or where that
        names none, such as those of Amazon S3, by aws:ResourceAccount. An action that takes none is asked in it.
        """
        places = self._places_of(account_id)
        for each in self.read(document, with_principals=False):
            denying = tuple(term for term in each.terms if not term.allows)
            there = tuple(self._in_place(term, place) for term in denying for place in places)
            yield replace(each, terms=there, on=ActionsMeant.THAT_TAKE_RESOURCES)
            yield replace(each, terms=denying, on=ActionsMeant.THAT_TAKE_NONE)

    def _places_of(self, account_id: str) -> Sequence[Term]:
        """The resources that are in an AWS account: where the ARN says so, and where the request does."""
        if account_id not in self._places:
            statements = self.read(_resources_of(account_id), with_principals=False)
            words = TermText(("*",), {"StringEquals": {"aws:ResourceAccount": account_id}})  # how people are told both
            self._places[account_id] = [replace(term, words=words) for each in statements for term in each.terms]
        return self._places[account_id]

    def _in_place(self, term: Term, place: Term) -> Term:
        """As `bounded`. Its words have the conditions of both."""
        conditions = {operator: dict(block) for operator, block in term.words.conditions.items()}
        for operator, block in place.words.conditions.items():
            conditions[operator] = {**conditions.get(operator, {}), **block}
        both = replace(
            term,
            tests=term.tests | place.tests,
            bounds=(*term.bounds, replace(place, words=TermText(("*",), {}))),
            words=replace(term.words, conditions=conditions),
        )
        return self._bounded.setdefault((term, place), both)

    def _terms(self, statement: Statement, with_variables: bool, with_principals: bool) -> Iterator[Term]:
        tests = _tests(statement, with_variables)
        if not (statement.allows or statement.denies) or tests is None:
            return
        whose = list(_whose(statement)) if with_principals else [None]
        for resources, named in _resources(statement, with_variables):
            for who in whose:
                words = TermText(named, statement.written.get("Condition") or {})
                yield self._term(statement.allows, resources, who, tests, words)

    def _term(
        self,
        allows: bool,
        resources: ResourceTerm,
        who: PrincipalTerm | None,
        tests: frozenset[AnyTest],
        words: TermText,
    ) -> Term:
        return self._known.setdefault((allows, resources, who, tests), Term(allows, resources, who, tests, words))


@lru_cache(maxsize=64)
def _resources_of(account_id: str) -> PolicyDocument:
    """Statements on all resources that are in an AWS account, for sure or where the request says so.

    A `*` that ends a part of a Resource element runs over colons, and `*?` doesn't: the part behind it stays in place.
    """
    named = [f"arn:*?:*?:{region}:{account_id}:*" for region in ("*?", "")]
    unnamed = [f"arn:*?:*?:{region}::*" for region in ("*?", "")]
    by_key = {"StringEquals": {"aws:ResourceAccount": account_id}}
    statements = [
        {"Effect": "Deny", "Action": "*", "Resource": named},
        {"Effect": "Deny", "Action": "*", "Resource": unnamed, "Condition": by_key},
    ]
    return document_of({"Version": "2012-10-17", "Statement": statements})


def _resources(statement: Statement, with_variables: bool) -> Iterator[tuple[ResourceTerm, tuple[str, ...]]]:
    listed = statement.resource_words
    wanted = {_resource(text, with_variables): text for text in listed}
    if statement.has("NotResource"):
        yield ResourceTerm(frozenset(wanted), negated=True), tuple(sorted(listed))
        return
    for each, text in wanted.items():
        yield ResourceTerm(frozenset([each]), negated=False), (text,)


def _resource(text: str, with_variables: bool) -> ConditionValue:
    parts = tuple(resource_parts(text, with_variables))
    tokens = variables.resolved(parts, lambda key: None)
    glob = ResourceGlob(tokens) if tokens is not None else None
    is_star = glob is not None and (glob.is_any or glob.is_every_arn)
    return _EVERYTHING if is_star else ConditionValue(ComparedType.RESOURCES, _resource_matcher, parts)


def _whose(statement: Statement) -> Iterator[PrincipalTerm]:
    """None where the statement names nobody."""
    listed = [(kind, account_of_root(value) if kind == "AWS" else value) for kind, value in statement.principal_words]
    if statement.has("NotPrincipal"):
        yield PrincipalTerm(frozenset(listed), negated=True)
    else:
        yield from (PrincipalTerm(frozenset([each]), negated=False) for each in dict.fromkeys(listed))


def _tests(statement: Statement, with_variables: bool) -> frozenset[AnyTest] | None:
    """None: they never hold."""
    found = [_test(condition, with_variables) for condition in statement.conditions]
    tests = frozenset(test for test in found if test)
    return None if statement.holds_never or None in found else tests


def _test(condition: Condition, with_variables: bool) -> AnyTest | None:
    if condition.base == NULL and not condition.if_exists:
        lowered = {value.lower() for value in condition.words}
        return Presence(condition.name, absent="true" in lowered, present="false" in lowered)
    operator = OPERATORS_BY_LOWER_NAME.get(condition.base)
    if operator is None:
        return None
    use = with_variables and operator.variables
    wanted = frozenset(
        ConditionValue(
            operator.compares,
            operator.matcher,
            tuple(variables.parts(value, variables=use, wildcards=operator.wildcards)),
        )
        for value in condition.words
    )
    return KeyTerm(condition.name, wanted, operator.negated, condition.quantifier, condition.if_exists)
