"""Questions about patterns: who may do anything that `s3:Get*` on `arn:aws:s3:::payroll/*` stands for.

A pattern is asked about by examples, which the policies themselves suggest: for each of their patterns that meets the
one asked about, a text that both match. So whoever may do some of it is found by what allows them that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from access.index import Index
from access.question import Found
from policies.engine.combine import Decision
from policies.engine.compiled import Statement
from policies.engine.conditions import Context
from policies.engine.meeting import meet


def is_pattern(text: str) -> bool:
    """`*` alone is what actions have that have no resource."""
    return text != "*" and ("*" in text or "?" in text)


def who_can(index: Index, action: str, resource: str, context: Context) -> list[Found]:
    """For patterns, too: of each principal one example that is allowed, if there is one."""
    best: dict[int, Found] = {}
    for one, on in examples(index, action, resource):
        for found in index.who_can(one, on, context):
            known = best.get(found.number)
            if known is None or (known.decision is Decision.UNKNOWN and found.decision is Decision.ALLOWED):
                best[found.number] = found
    return [best[number] for number in sorted(best)]


def examples(index: Index, action: str, resource: str) -> Iterator[tuple[str, str]]:
    for one in _actions(index, action):
        yield from ((one, on) for on in resources(index, one, resource))


def _actions(index: Index, action: str) -> list[str]:
    if not is_pattern(action):
        return [action]
    lowered = action.lower()
    patterns = {lowered}
    for statement in _allowing(each.statements for each in index.documents):
        if not statement.not_actions:
            patterns.update(pattern.lower() for pattern in statement.actions.patterns)
    return sorted({found for pattern in patterns if (found := meet(lowered, pattern))})


def resources(index: Index, action: str, resource: str) -> list[str]:
    """Of a pattern, the examples that documents about the action suggest."""
    if not is_pattern(resource):
        return [resource]
    patterns = {resource}
    for statement in _allowing(statements for _, statements in index.about(action.lower())):
        if not statement.not_resources:
            patterns.update(map(_without_variables, statement.resources.patterns))
    return sorted({found for pattern in patterns if (found := meet(resource, pattern))})


def _allowing(documents: Iterable[Iterable[Statement]]) -> Iterator[Statement]:
    return (statement for statements in documents for statement in statements if statement.allows)


def _without_variables(pattern: str) -> str:
    before, found, after = pattern.partition("${")
    return f"{before}*{_without_variables(after.partition('}')[2])}" if found else pattern
