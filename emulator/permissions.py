"""What a policy document allows, as far as the emulator needs it to let its callers in or not.

This plays AWS for tests of the console, so it must not be the console's own engine: two that agree by construction
would prove nothing. It knows IAM's and STS's actions, the operators below, and refuses what it doesn't know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

Context = Mapping[str, str | tuple[str, ...]]  # a tuple: a key that may have several values
Statement = Mapping[str, Any]


class Effect(Enum):
    ALLOWED = "allowed"
    DENIED = "denied"
    SILENT = "silent"


@dataclass(frozen=True)
class Question:
    action: str
    resource: str
    context: Context


def decide(documents: Iterable[str], question: Question) -> Effect:
    """What identity policies, a boundary or a session policy say together."""
    allowed = False
    for statement in _statements(documents):
        if not (_names_action(statement, question.action) and _names_resource(statement, question.resource)):
            continue
        denies = statement["Effect"] == "Deny"
        if not _conditions_hold(statement, question.context, unknown=denies):
            continue
        if denies:
            return Effect.DENIED
        allowed = True
    return Effect.ALLOWED if allowed else Effect.SILENT


@dataclass(frozen=True)
class Matched:
    """What the statements of one document say of a request: which of them match, and the condition keys that they ask
    for, as they are written, whether they match or not."""

    effects: tuple[Effect, ...]
    keys: tuple[str, ...]


def matched(document: str, question: Question, names: frozenset[str] | None = None) -> Matched:
    """`names`: of the caller, where the document is the policy of a resource."""
    effects, keys = [], []
    for statement in _parsed(document):
        if names is not None and not _aws_principals(statement) & names:
            continue
        if not (_names_action(statement, question.action) and _names_resource(statement, question.resource)):
            continue
        keys += [key for block in statement.get("Condition", {}).values() for key in block]
        denies = statement["Effect"] == "Deny"
        if _conditions_hold(statement, question.context, unknown=denies):
            effects.append(Effect.DENIED if denies else Effect.ALLOWED)
    return Matched(tuple(effects), tuple(dict.fromkeys(keys)))


@dataclass(frozen=True)
class Trust:
    """What a trust policy says of one caller: directly by name, or by handing the decision to its AWS account."""

    effect: Effect
    by_name: bool = False


def decide_trust(
    document: str, action: str, names: frozenset[str], delegates: frozenset[str], context: Context
) -> Trust:
    """`names` are the caller's own (ARN, unique id, role of the session), `delegates` those of its AWS account."""
    allowed, by_name = False, False
    for statement in _statements([document]):
        if not _names_action(statement, action):
            continue
        principals = _aws_principals(statement)
        named = bool(principals & (names | {"*"}))
        if not (named or principals & delegates):
            continue
        denies = statement["Effect"] == "Deny"
        if not _conditions_hold(statement, context, unknown=denies):
            continue
        if denies:
            return Trust(Effect.DENIED)
        allowed, by_name = True, by_name or named
    return Trust(Effect.ALLOWED if allowed else Effect.SILENT, by_name)


def decide_federated(document: str, action: str, provider: str, context: Context) -> Effect:
    """What a trust policy says of somebody whom an identity provider vouches for."""
    allowed = False
    for statement in _statements([document]):
        principal = statement.get("Principal", {})
        named = principal == "*" or provider in _many(principal.get("Federated", []))
        denies = statement["Effect"] == "Deny"
        if not (named and _names_action(statement, action)):
            continue
        if not _conditions_hold(statement, context, unknown=denies):
            continue
        if denies:
            return Effect.DENIED
        allowed = True
    return Effect.ALLOWED if allowed else Effect.SILENT


def service_may(document: str, service: str, action: str, resource: str, context: Context) -> bool:
    """What the policy of a resource says of a service of AWS."""
    allowed = False
    for statement in _parsed(document):
        principal = statement.get("Principal", {})
        named = principal == "*" or bool({"*", service} & set(_many(principal.get("Service", []))))
        if not (named and _names_action(statement, action) and _names_resource(statement, resource)):
            continue
        denies = statement["Effect"] == "Deny"
        if not _conditions_hold(statement, context, unknown=denies):
            continue
        if denies:
            return False
        allowed = True
    return allowed


def _statements(documents: Iterable[str]) -> Iterable[Statement]:
    for document in documents:
        yield from _parsed(document)


@lru_cache(maxsize=2048)
def _parsed(document: str) -> tuple[Statement, ...]:
    statements = json.loads(document)["Statement"]
    return (statements,) if isinstance(statements, dict) else tuple(statements)


def _aws_principals(statement: Statement) -> set[str]:
    principal = statement.get("Principal", {})
    return {"*"} if principal == "*" else set(_many(principal.get("AWS", [])))


def _names_action(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any(_like(pattern.lower(), action.lower()) for pattern in _many(statement["NotAction"]))
    return any(_like(pattern.lower(), action.lower()) for pattern in _many(statement.get("Action", [])))


def _names_resource(statement: Statement, resource: str) -> bool:
    if "NotResource" in statement:
        return not any(_like(pattern, resource) for pattern in _many(statement["NotResource"]))
    return any(_like(pattern, resource) for pattern in _many(statement.get("Resource", [])))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.casefold() == found.casefold(),
    "StringLike": lambda wanted, found: _like(wanted, found),
    "ArnEquals": lambda wanted, found: _like(wanted, found),
    "ArnLike": lambda wanted, found: _like(wanted, found),
    "Bool": lambda wanted, found: wanted.casefold() == found.casefold(),
}


def _conditions_hold(statement: Statement, context: Context, *, unknown: bool) -> bool:
    """`unknown` is what an operator that we don't know counts as: the answer that lets nobody in."""
    folded = {key.casefold(): value for key, value in context.items()}
    for operator, block in statement.get("Condition", {}).items():
        quantifier, _, name = operator.rpartition(":")
        for key, wanted in block.items():
            found = folded.get(key.casefold())
            values = (found,) if isinstance(found, str) else found
            of_all = quantifier == "ForAllValues" or (not quantifier and "Not" in name)
            holds = _holds(name, [str(value) for value in _many(wanted)], values, of_all=of_all)
            if not (unknown if holds is None else holds):
                return False
    return True


def _holds(operator: str, wanted: list[str], found: tuple[str, ...] | None, *, of_all: bool) -> bool | None:
    if operator == "Null":
        return any((found is None) == (value.casefold() == "true") for value in wanted)
    if operator.endswith("IfExists"):
        if found is None:
            return True
        operator = operator.removesuffix("IfExists")
    negated = "Not" in operator
    test = _OPERATORS.get(operator.replace("Not", ""))
    if test is None:
        return None
    if found is None:
        return negated or of_all
    met = [any(test(value, each) for value in wanted) != negated for each in found]
    return all(met) if of_all else any(met)


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL)
