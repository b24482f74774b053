"""What one principal may, by service, as the page has it: services of which the same is to be said are one row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from access.effective_access import AccessExtent, ActionGroup, EffectiveAccess, EffectiveServiceAccess, access_of
from access.holders import Holder
from access.situations import is_for_guests
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from policies.engine.layers import LayerName

MOST_ROWS, MOST_LINES = 60, 6
_ALIKE = 4  # so many services, or more, are one row


@dataclass(frozen=True)
class ServiceRow:
    """`levels`: names of levels by how far one gets there. Of one service, `lines` name their actions."""

    services: Sequence[str]
    first: EffectiveServiceAccess
    levels: Sequence[tuple[AccessExtent, str]]
    lines: Sequence[ActionGroup]
    more: int

    @property
    def actions(self) -> int:
        """How many the service has, where it may all of them."""
        return sum(level.actions for level in self.first.levels) if self.first.is_complete else 0

    @property
    def names_actions(self) -> bool:
        return len(self.services) == 1 and any(extent is not AccessExtent.FULL for extent, _ in self.levels)


def describe(aws_account: AwsAccount, holder: Holder) -> dict[str, Any]:
    around = surroundings_of(aws_account.account_id)
    not_read = holder.not_read | ({LayerName.SESSION} if is_for_guests(holder) else frozenset())
    access = access_of(holder, around, not_read)
    rows = _rows(access)
    bound = {} if holder.caller.is_service_linked else around.not_read
    return {
        "rows": rows[:MOST_ROWS],
        "rows_left_out": max(0, len(rows) - MOST_ROWS),
        "access": access,
        "bounds_not_read": sorted(set(bound.values())),
    }


def _rows(access: EffectiveAccess) -> list[ServiceRow]:
    """Those of many services first."""
    alike: dict[object, list[EffectiveServiceAccess]] = {}
    for service in access.services:
        alike.setdefault(_what_is_said(service), []).append(service)
    many = [each for each in alike.values() if len(each) >= _ALIKE]
    single = [service for each in alike.values() if len(each) < _ALIKE for service in each]
    many.sort(key=len, reverse=True)
    single.sort(key=lambda service: service.name.lower())
    return [_row(each) for each in (*many, *([service] for service in single))]


def _what_is_said(service: EffectiveServiceAccess) -> object:
    """But for the names of actions, and of levels where it is all of them."""
    lines = tuple((line.grant, line.also) for line in service.lines)
    if service.is_complete:
        return {level.extent for level in service.levels} == {AccessExtent.FULL}, lines
    return tuple((level.level, level.extent) for level in service.levels), lines


def _row(services: Sequence[EffectiveServiceAccess]) -> ServiceRow:
    first = services[0]
    levels = [(extent, list(_named(first, extent))) for extent in AccessExtent]
    if len(services) > 1 and first.is_complete:
        levels = [(extent, ["all levels"]) for extent, names in levels if names]
    lines = sorted(first.lines, key=lambda line: (line.grant.taken_by is not None, line.grant.resource))
    return ServiceRow(
        [service.name for service in services],
        first,
        [(extent, ", ".join(names)) for extent, names in levels if names],
        lines[:MOST_LINES],
        max(0, len(lines) - MOST_LINES),
    )


def _named(service: EffectiveServiceAccess, extent: AccessExtent) -> Iterable[str]:
    for level in service.levels:
        if level.extent is extent:
            partly = extent is AccessExtent.LIMITED and level.may < level.actions
            yield f"{level.level.value} ({level.may} of {level.actions})" if partly else level.level.value
