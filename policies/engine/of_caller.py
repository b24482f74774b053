"""A document as it reads for one caller: what the caller alone decides in it is decided."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.statements import Condition, document_in
from policies.engine.truth import NO, YES, Truth

_KNOWN = re.compile(r"aws:(principal|username|userid)", re.IGNORECASE)
_PLAIN = re.compile(r"[\w+=,.@/:-]*", re.ASCII)  # what stands for itself in a pattern


def for_caller(text: str, keys: Mapping[str, tuple[str, ...]]) -> Any:
    """`keys`: as `Caller.keys` has them. Conditions on them that hold are left out, and statements whose don't.

    Variables that stand for one of them are replaced.
    """
    if not mentions_caller(text):
        return document_in(text).written
    return _for_caller(text, tuple(sorted(keys.items())))


def mentions_caller(text: str) -> bool:
    """Whether it may read otherwise for one caller than for another."""
    return _KNOWN.search(text) is not None


@lru_cache(maxsize=2048)
def _for_caller(text: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> Any:
    keys = dict(known)
    source = document_in(text)
    written = [found for each in CompiledDocument(source.written).statements if (found := _statement(each, keys))]
    document = {**source.written, "Statement": written}
    if not source.with_variables:
        return document
    return json.loads(_with_values(json.dumps(document), keys))


def _statement(statement: CompiledStatement, keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any] | None:
    """None where a condition on the caller doesn't hold."""
    written = dict(statement.source.written)
    held = []
    for condition, truth in _decided(statement, keys):
        if truth is NO:
            return None
        if truth is YES:
            held.append(condition)
    if held:
        conditions = {operator: dict(block) for operator, block in written["Condition"].items()}
        for each in held:
            conditions[each.operator].pop(each.key, None)
        kept = {operator: block for operator, block in conditions.items() if block}
        written = {name: value for name, value in written.items() if name != "Condition"}
        written |= {"Condition": kept} if kept else {}
    return written


def _decided(statement: CompiledStatement, keys: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Condition, Truth]]:
    for condition, test in zip(statement.source.conditions, statement.tests, strict=False):
        if test.key in keys and test.keys <= keys.keys():
            yield condition, test.holds(keys[test.key], lambda key: next(iter(keys[key]), None))


def _with_values(text: str, keys: Mapping[str, tuple[str, ...]]) -> str:
    for key, values in keys.items():
        if len(values) == 1 and _PLAIN.fullmatch(values[0]):
            text = re.sub(r"\$\{\s*" + re.escape(key) + r"\s*\}", values[0], text, flags=re.IGNORECASE)
    return text
