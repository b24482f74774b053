"""Which policy documents name a user or a role: by its ARN or its unique id, as a principal or as a resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from access.holders import Holder
from access.index import Index
from policies.engine.compiled import CompiledDocument, CompiledStatement


class NamingPart(StrEnum):
    PRINCIPAL = "principal"
    RESOURCE = "resource"


@dataclass(frozen=True)
class NamingDocument:
    """`policy`: as layers call it. `holders`: the first of `total` who have it. `statements`: Sid, or place from 1."""

    policy: str
    part: NamingPart
    allows: bool
    statements: tuple[str, ...]
    holders: Sequence[Holder]
    total: int


SHOWN_HOLDERS = 3


def naming(index: Index, arn: str, unique_id: str) -> list[NamingDocument]:
    """Trust policies first. Patterns that match it, such as *, don't name it."""
    return [*_trusts(index, {arn, unique_id}), *_policies(index, arn)]


def _trusts(index: Index, names: set[str]) -> Iterator[NamingDocument]:
    known: dict[int, list[CompiledStatement]] = {}
    for holder in index.holders:
        if holder.trust is None:
            continue
        document = holder.trust.document
        if id(document) not in known:
            known[id(document)] = [
                each for each in document.statements if each.principals and names.intersection(each.principals.listed)
            ]
        if found := known[id(document)]:
            yield _document(holder.trust.name, NamingPart.PRINCIPAL, found, [holder], 1)


def _policies(index: Index, arn: str) -> Iterator[NamingDocument]:
    for number, document in enumerate(index.documents):
        found = [each for each in document.statements if arn in each.resources.patterns]
        if found:
            holders = [index.holders[each] for each in index.held_by.get(number, ())]
            for name in sorted({name for holder in holders for name in _names(holder, document)}):
                theirs = [holder for holder in holders if any(policy.name == name for policy in holder.policies)]
                if name.startswith("arn:") or " of group " in name:
                    yield _document(name, NamingPart.RESOURCE, found, theirs[:SHOWN_HOLDERS], len(theirs))
                else:
                    yield from (_document(name, NamingPart.RESOURCE, found, [holder], 1) for holder in theirs)


def _names(holder: Holder, document: CompiledDocument) -> Iterator[str]:
    return (policy.name for policy in holder.policies if policy.document is document)


def _document(
    policy: str, part: NamingPart, found: Sequence[CompiledStatement], holders: Sequence[Holder], total: int
) -> NamingDocument:
    said = tuple(each.sid or str(each.index + 1) for each in found)
    return NamingDocument(policy, part, any(each.allows for each in found), said, holders, total)
