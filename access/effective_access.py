"""Effective access of one principal, by service and access level: what its policies allow within all limits.

Nothing is tried out on examples. Actions that no policy tells apart are one question, and each resource pattern of a
statement that allows is laid beside those of every layer: it is within them, apart from them, or partly within, which
is decided for the patterns as such (policies/engine/containment.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from access.holders import Holder
from access.limits import LimitedGrant, Limits, unread_resource_policy
from access.surroundings import Surroundings
from policies.engine import catalogue
from policies.engine.callers import CallerKind
from policies.engine.catalogue import AccessLevel
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.containment import one_by_one
from policies.engine.evaluate import whatever_policies_say
from policies.engine.layers import LayerName, LayerPolicy
from policies.engine.summary import level_of

_REMEMBERED = 128  # principals


class AccessExtent(StrEnum):
    FULL = "full"  # all actions of the level, on everything, whatever the request
    LIMITED = "limited"
    NONE = "none"  # its policies allow some, and other layers take all of it
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ActionGroup:
    """Actions that are allowed, or taken away, in the same way. `also`: a policy that isn't read and has a say, too."""

    actions: tuple[str, ...]
    grant: LimitedGrant
    also: str


_Alike = tuple[LimitedGrant, str]  # with what is beside it


@dataclass(frozen=True)
class EffectiveLevelAccess:
    """`may`: so many of the level's `actions`."""

    level: AccessLevel
    extent: AccessExtent
    may: int
    actions: int


@dataclass(frozen=True)
class EffectiveServiceAccess:
    """`actions`: so many that policies give or take such principals."""

    prefix: str
    name: str
    levels: tuple[EffectiveLevelAccess, ...]
    lines: tuple[ActionGroup, ...]
    actions: int

    @property
    def is_complete(self) -> bool:
        """All that the service can do is allowed in some way."""
        return sum(each.may for each in self.levels) == self.actions

    @property
    def is_full(self) -> bool:
        return self.is_complete and all(each.extent is AccessExtent.FULL for each in self.levels)


@dataclass(frozen=True)
class EffectiveAccess:
    """`unknown`: patterns of actions that mean none that the catalogue knows. `not_read`: layers of the principal's own
    that it has and the mirror lacks; then nothing here is sure."""

    services: tuple[EffectiveServiceAccess, ...]
    unknown: tuple[str, ...]
    not_read: frozenset[LayerName]


@dataclass(frozen=True)
class _DecidedAlike:
    """Two are the same if nothing that decides tells them apart."""

    holder: Holder = field(compare=False)
    around: Surroundings = field(compare=False)
    context: Context = field(compare=False)
    content: tuple[object, ...]


def access_of(
    holder: Holder, around: Surroundings, not_read: frozenset[LayerName], context: Context = MappingProxyType({})
) -> EffectiveAccess:
    """`context`: what every request of this principal has besides, keys in lower case.

    Kept by content: documents are compiled once for their text.
    """
    tags, besides = tuple(sorted(holder.tags.items())), tuple(sorted(context.items()))
    own = (holder.arn, holder.unique_id, holder.policies, holder.boundary, holder.trust, tags)
    content = (*own, around.scps, around.rcps, around.organization_id, around.organization_path, besides)
    return _access(_DecidedAlike(holder, around, context, content), not_read)


@lru_cache(maxsize=_REMEMBERED)
def _access(asked: _DecidedAlike, not_read: frozenset[LayerName]) -> EffectiveAccess:
    holder, limits = asked.holder, Limits(asked.holder, asked.around, asked.context)
    allowing = [
        (policy, statement)
        for policy in holder.policies
        for statement in policy.document.statements
        if statement.allows
    ]
    found: dict[str, dict[_Alike, list[str]]] = defaultdict(dict)
    for kind in _kinds(holder.caller.kind, [statement for _, statement in allowing], limits.statements()):
        for grant in _grants(kind[0], allowing, limits):
            for name in kind:
                if grant.fits(name):
                    alike = (grant, unread_resource_policy(name, grant))
                    found[name.partition(":")[0]].setdefault(alike, []).append(name)
    caller = holder.caller.kind
    services = (_service(prefix, caller, grants, unsure=bool(not_read)) for prefix, grants in found.items())
    return EffectiveAccess(
        tuple(sorted(services, key=lambda each: (each.name.lower(), each.prefix))),
        tuple(sorted(_unknown(statement for _, statement in allowing))),
        not_read,
    )


def _kinds(
    caller: CallerKind, allowing: Sequence[CompiledStatement], others: Iterable[CompiledStatement]
) -> list[list[str]]:
    """The actions that are allowed at all, put together where no statement tells them apart; without those that AWS
    decides of such callers whatever policies say."""
    described: dict[str, list[int]] = {}
    for number, statement in enumerate((*allowing, *others)):
        for name in _actions(statement):
            if number < len(allowing):
                described.setdefault(name, []).append(number)
            elif name in described:
                described[name].append(number)
    kinds: dict[object, list[str]] = defaultdict(list)
    for name, numbers in described.items():
        lowered = name.lower()
        if whatever_policies_say(caller, lowered) is None:
            kinds[(*numbers, catalogue.asked_on(lowered), Limits.is_apart(lowered))].append(name)
    return list(kinds.values())


def _actions(statement: CompiledStatement) -> Iterable[str]:
    if statement.not_actions:
        return [name for name in catalogue.all_actions() if name.lower() not in statement.actions]
    return dict.fromkeys(name for pattern in statement.actions.patterns for name in catalogue.actions_matching(pattern))


def _unknown(statements: Iterable[CompiledStatement]) -> set[str]:
    return {
        pattern
        for statement in statements
        for pattern in (() if statement.not_actions else statement.actions.patterns)
        if not catalogue.actions_matching(pattern)
    }


def _grants(
    action: str, allowing: Iterable[tuple[LayerPolicy, CompiledStatement]], limits: Limits
) -> Iterator[LimitedGrant]:
    """What comes of each resource pattern of each statement that allows the action."""
    lowered = action.lower()
    for policy, statement in allowing:
        if not statement.is_about(lowered):
            continue
        for text, resources in one_by_one(statement, limits.lookup):
            if grant := limits.grant(action, policy, statement, text, resources):
                yield grant


# ---- By service --------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1024)
def _levels(prefix: str, caller: CallerKind) -> Mapping[AccessLevel, int]:
    """How many actions of each level a service has that policies give or take such callers."""
    found = dict.fromkeys(AccessLevel, 0)
    for name in catalogue.actions_matching(f"{prefix}:*"):
        found[level_of(name)] += whatever_policies_say(caller, name.lower()) is None
    return {level: number for level, number in found.items() if number}


def _service(
    prefix: str, caller: CallerKind, grants: Mapping[_Alike, Sequence[str]], *, unsure: bool
) -> EffectiveServiceAccess:
    by_action: dict[str, list[LimitedGrant]] = defaultdict(list)
    for (grant, _), names in grants.items():
        for name in names:
            by_action[name].append(grant)
    by_level: dict[AccessLevel, list[str]] = defaultdict(list)
    for name in by_action:
        by_level[level_of(name)].append(name)
    levels = tuple(
        _level(level, number, [by_action[name] for name in by_level[level]], unsure)
        for level, number in _levels(prefix, caller).items()
        if by_level[level]
    )
    lines = tuple(ActionGroup(tuple(sorted(names)), *alike) for alike, names in grants.items())
    return EffectiveServiceAccess(
        prefix, catalogue.service_names()[prefix], levels, lines, sum(_levels(prefix, caller).values())
    )


def _level(
    level: AccessLevel, number: int, actions: Sequence[Sequence[LimitedGrant]], unsure: bool
) -> EffectiveLevelAccess:
    """`actions`: the grants of each that some statement allows."""
    left = [[grant for grant in grants if not grant.taken_by] for grants in actions]
    may = sum(1 for grants in left if grants)
    if not may:
        extent = AccessExtent.NONE
    elif unsure or not any(not grant.is_unsure for grants in left for grant in grants):
        extent = AccessExtent.UNKNOWN
    elif may == number and all(any(grant.is_whole for grant in grants) for grants in left):
        extent = AccessExtent.FULL
    else:
        extent = AccessExtent.LIMITED
    return EffectiveLevelAccess(level, extent, may, number)
