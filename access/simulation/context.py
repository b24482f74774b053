"""Condition keys of a question: the types of their values, and which keys are worth giving."""

from __future__ import annotations

import base64
import binascii
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from access.simulation.answers import Answers, CellAnswer
from access.simulation.question import MOST_KEYS
from aws_constraints.arn import Arn
from policies.engine.catalogue import KeyType, condition_key, spelled
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.conditions import instant, number
from policies.engine.layers import Layers

SUGGESTED = 12


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _is_binary(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


@dataclass(frozen=True)
class ValueType:
    """`takes`: in words, with an example."""

    words: str
    takes: str
    fits: Callable[[str], bool]


# IAM User Guide, "IAM JSON policy elements: Condition operators": what each type's values look like.
TYPES: Mapping[KeyType, ValueType] = {
    KeyType.STRING: ValueType("text", "a text", lambda value: True),
    KeyType.ARN: ValueType("ARN", "an ARN, such as arn:aws:s3:::reports", lambda value: Arn.parse(value) is not None),
    KeyType.BOOL: ValueType("true or false", "true or false", lambda value: value.lower() in ("true", "false")),
    KeyType.DATE: ValueType("time", "a time, such as 2026-11-28T18:00:00Z", lambda value: instant(value) is not None),
    KeyType.NUMERIC: ValueType("number", "a number", lambda value: number(value) is not None),
    KeyType.IP: ValueType("IP address", "an IP address, such as 198.51.100.7", _is_address),
    KeyType.BINARY: ValueType("Base64", "a text in Base64", _is_binary),
}


def type_of(key: str) -> KeyType:
    known = condition_key(key)
    return known.type if known else KeyType.STRING


def problems_of(context: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Sentences for values that AWS would never send."""
    if len(context) > MOST_KEYS:
        yield f"These are {len(context)} condition keys: at most {MOST_KEYS} go into one question."
        return
    for key, values in context.items():
        known = condition_key(key)
        kind = TYPES[type_of(key)]
        if wrong := [value for value in values if not kind.fits(value)]:
            yield f"{key} takes {kind.takes}, not {_short(wrong[0])!r}."
        elif len(values) > 1 and known is not None and not known.multivalued:
            yield f"{key} has one value in a request: these are {len(values)}."


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:60]}…"


# ---- Which keys would say more -------------------------------------------------------------------------------
@dataclass(frozen=True)
class SuggestedKey:
    """`decides`: how many answers are unknown for want of it. `statements`: how many that bear on the question ask."""

    name: str
    type: KeyType
    decides: int
    statements: int

    @property
    def is_bool(self) -> bool:
        return self.type is KeyType.BOOL

    @property
    def type_words(self) -> str:
        return TYPES[self.type].words


def suggested_keys(answers: Answers, given: Mapping[str, tuple[str, ...]]) -> list[SuggestedKey]:
    """Those that would decide unknown answers first, then those that most statements ask for.

    Not those that the request tells by itself, such as who asks, nor those that are given.
    """
    known = {key.lower() for key in given}
    decides: Counter[str] = Counter()
    asking: defaultdict[str, set[int]] = defaultdict(set)
    seen: set[tuple[int, int, str]] = set()
    for answer in answers.all():
        decides.update(answer.verdict.missing_context if answer.is_unknown else ())
        for statement in _statements(answer, seen):
            for key in statement.keys:
                if _may_be_given(answer, key):
                    asking[key].add(id(statement))
    keys = {*decides, *asking} - known
    ordered = sorted(keys, key=lambda key: (-decides[key], -len(asking[key]), key))
    return [SuggestedKey(spelled(key), type_of(key), decides[key], len(asking[key])) for key in ordered[:SUGGESTED]]


def count_statements(answers: Answers, keys: Sequence[str]) -> Mapping[str, int]:
    """Of each key (in lower case), how many statements that bear on the question ask for it."""
    wanted = set(keys)
    found: defaultdict[str, set[int]] = defaultdict(set)
    seen: set[tuple[int, int, str]] = set()
    for answer in answers.all():
        for statement in _statements(answer, seen):
            for key in wanted & statement.keys:
                found[key].add(id(statement))
    return {key: len(found[key]) for key in keys}


def _may_be_given(answer: CellAnswer, key: str) -> bool:
    request = answer.situation.request
    if key in request.context or key in request.caller.keys:
        return False
    return request.is_unknown is None or request.is_unknown(key)


def _statements(answer: CellAnswer, seen: set[tuple[int, int, str]]) -> Iterator[CompiledStatement]:
    """Those about the action in all layers; of the same policies and the same action once."""
    layers, action = answer.situation.layers, answer.situation.request.action.lower()
    key = (id(layers.identity), id(layers.resource), action)
    if key in seen:
        return
    seen.add(key)
    for document in _documents(layers):
        yield from document.about(action)


def _documents(layers: Layers) -> Iterator[CompiledDocument]:
    single = (*layers.identity, *(layers.boundaries or ()), *(layers.session or ()))
    levels = (policy for level in (*layers.scps, *layers.rcps) for policy in level.policies)
    of_resource = (layers.resource,) if layers.resource else ()
    return (policy.document for policy in (*single, *of_resource, *levels))
