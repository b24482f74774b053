"""How the audit trail is: what its head is, and what isn't sealed yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from accounts.audit import fence
from accounts.models import AuditEntry, AuditHead
from iamconsole import clock
from monitoring import catalogue
from monitoring.catalogue import GaugeValue, register_readings

HEAD = catalogue.gauge("audit_head_number", "The number of the last sealed entry of the audit trail")
HEAD_AGE = catalogue.gauge("audit_head_age_seconds", "Seconds since the last sealed entry was written")
UNSEALED = catalogue.gauge("audit_unsealed", "Entries of the audit trail that aren't sealed yet")
UNSEALED_AGE = catalogue.gauge("audit_unsealed_age_seconds", "Seconds since the oldest of them was written; 0: none")
SET_BACK = catalogue.gauge("audit_set_back", "1 where the trail isn't the one that was sealed last: nothing is sealed")


@dataclass(frozen=True)
class AuditState:
    """`at`: of the entry at the head. `since`: of the oldest that isn't sealed."""

    number: int
    at: datetime | None
    unsealed: int
    since: datetime | None
    problem: str


def audit_state() -> AuditState:
    number = AuditHead.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    at = AuditEntry.objects.filter(number=number).values_list("at", flat=True).first() if number else None
    open_ = AuditEntry.objects.filter(number=None).order_by().aggregate(count=Count("pk"), since=Min("at"))
    return AuditState(number, at, open_["count"], open_["since"], fence.problem())


def register() -> None:
    register_readings("audit", _readings)


def _readings() -> Iterator[GaugeValue]:
    state, now = audit_state(), clock.now()
    yield GaugeValue(HEAD, state.number)
    if state.at is not None:
        yield GaugeValue(HEAD_AGE, max(0.0, (now - state.at).total_seconds()))
    yield GaugeValue(UNSEALED, state.unsealed)
    yield GaugeValue(UNSEALED_AGE, max(0.0, (now - state.since).total_seconds()) if state.since else 0.0)
    yield GaugeValue(SET_BACK, float(bool(state.problem)))
