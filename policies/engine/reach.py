"""What a document may allow, roughly: of which services, on what begins how. It finds documents; it decides nothing.

Whatever a document allows is of one of these services and on a resource that begins with the text beside it. The
reverse isn't so: conditions, denials and the rest of a pattern are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.engine.compiled import CompiledDocument, CompiledStatement

ANY = "*"  # in place of a service: whichever it is
LONGEST, LONGEST_SERVICE = 200, 64  # of a text: more of an ARN tells few documents apart
_MOST = 50  # texts of one document: of more it is said that it may be about anything
_NOT_STORED = "\x00\ud800-\udfff"  # what databases don't take
_NOT_LITERAL = re.compile(rf"[*?{_NOT_STORED}]|\$\{{")
_UNSTORED = re.compile(f"[{_NOT_STORED}]")

Reach = tuple[str, str]  # a service in lower case, or ANY; how a resource begins, "" for all


def reach_of(document: CompiledDocument) -> frozenset[Reach]:
    found = {each for statement in document.statements if statement.allows for each in _reach(statement)}
    if len({begin for _, begin in found}) > _MOST:
        found = {(service, "") for service, _ in found}
    return frozenset(found)


def _reach(statement: CompiledStatement) -> Iterator[Reach]:
    begins = {""} if statement.not_resources else {literal_begin(each) for each in statement.resources.patterns}
    services = {ANY} if statement.not_actions else {service_in(each) for each in statement.actions.patterns}
    yield from ((service, begin) for service in services for begin in begins)


def literal_begin(pattern: str) -> str:
    """What of a pattern of resources is before its first wildcard or variable."""
    return _before(_NOT_LITERAL, pattern)


def service_in(pattern: str) -> str:
    """Of a pattern of actions; ANY where it may be of several."""
    service, colon, _ = pattern.lower().partition(":")
    is_one = colon and not _NOT_LITERAL.search(service)
    return service[:LONGEST_SERVICE] if is_one else ANY


def begins_of(resource: str) -> list[str]:
    """How the texts may begin of those that may be about this resource."""
    known = _before(_UNSTORED, resource)
    return [known[:length] for length in range(len(known) + 1)]


def _before(end: re.Pattern[str], text: str) -> str:
    found = end.search(text)
    return (text[: found.start()] if found else text)[:LONGEST]
