"""Questions about patterns: who may do anything that `s3:Get*` on `arn:aws:s3:::payroll/*` stands for.

A pattern of actions is asked about as the actions that it stands for. One of resources is asked about by examples,
which the policies themselves suggest: for each of their patterns that meets the one asked about, a text that both
match. So whoever may do some of it is found by what allows them that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from access.expansion import expansion
from access.index import Index
from access.question import Found
from policies.engine.combine import Decision
from policies.engine.compiled import Statement
from policies.engine.conditions import Context
from policies.engine.meeting import meet


def is_pattern(text: str) -> bool:
    """`*` alone is what actions have that have no resource."""
    return text != "*" and ("*" in text or "?" in text)


MOST_WILDCARDS = 8


def is_too_wild(text: str) -> bool:
    return text.count("*") + text.count("?") > MOST_WILDCARDS


def who_can(index: Index, action: str, resource: str, context: Context) -> list[Found]:
    """For patterns, too: of each principal one example that is allowed, if there is one.

    A principal is asked about the examples that its own documents suggest, until one is allowed.
    """
    if not is_pattern(action) and not is_pattern(resource):
        return index.who_can(action, resource, context)
    best: dict[int, Found] = {}
    allowed: set[int] = set()
    for (one, on), documents in examples(index, action, resource).items():
        among = _holding(index, documents) - allowed
        for found in index.who_can(one, on, context, among=among) if among else ():
            best.setdefault(found.number, found)
            if found.decision is Decision.ALLOWED:
                best[found.number] = found
                allowed.add(found.number)
    return [best[number] for number in sorted(best)]


def _holding(index: Index, documents: Iterable[int]) -> set[int]:
    """Those who have one of the documents, as a policy or as a boundary."""
    found: set[int] = set()
    for document in documents:
        found.update(index.held_by.get(document, ()), index.bounded_by.get(document, ()))
    return found


def examples(index: Index, action: str, resource: str) -> dict[tuple[str, str], set[int]]:
    """With the documents that suggest each."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for document, one, statement in _allowing(index, action, resource):
        for on in _met(resource, _resources_of(statement)):
            found[one, on].add(document)
    return found


def _allowing(index: Index, action: str, resource: str) -> Iterator[tuple[int, str, Statement]]:
    """The statements that allow something of it, by document and action."""
    if not is_pattern(action):
        for document, statements in index.about(action.lower()):
            yield from ((document, action, statement) for statement in statements if statement.allows)
        return
    expanded = expansion(action, index.action_patterns, resource)
    for document, policy in enumerate(index.documents):
        for statement in policy.statements:
            if statement.allows:
                yield from ((document, one, statement) for one in sorted(expanded.of(statement)))


def _met(asked: str, patterns: Iterable[str]) -> set[str]:
    if is_pattern(asked):
        return {found for pattern in patterns if (found := meet(asked, pattern))}
    return {asked}


def _resources_of(statement: Statement) -> Iterable[str]:
    return ("*",) if statement.not_resources else map(_without_variables, statement.resources.patterns)


def resources(index: Index, action: str, resource: str) -> list[str]:
    """Of a pattern, the examples that documents about the action suggest."""
    if not is_pattern(resource):
        return [resource]
    patterns = {resource}
    for _, statements in index.about(action.lower()):
        for statement in statements:
            if statement.allows:
                patterns.update(_resources_of(statement))
    return sorted(_met(resource, patterns))


def _without_variables(pattern: str) -> str:
    before, found, after = pattern.partition("${")
    return f"{before}*{_without_variables(after.partition('}')[2])}" if found else pattern
