"""Gaps: the entries at which a database was set back, such as by a restored backup, and the trail went on from there.

Such an entry names the head that the database had, and the newest that was known outside of it. What was sealed
between the two isn't in this trail; heads of the log from that time are no sign of tampering.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.audit.chain import RESTORED, WENT_ON
from accounts.audit.verbs import sentence
from accounts.models import AuditEntry

Head = tuple[int, str]


@dataclass(frozen=True)
class AuditGap:
    went_on_from: int
    known: str  # the newest head before, as NUMBER:SEAL


def gaps() -> list[AuditGap]:
    """Those that are sealed themselves, the oldest first."""
    rows = AuditEntry.objects.filter(verb__in=(RESTORED, WENT_ON), number__isnull=False).order_by("number")
    return [AuditGap(int(str(row.data["now"]).partition(":")[0]), str(row.data["known"])) for row in rows]


def note_of(entry: AuditEntry) -> str:
    """What whoever verifies the trail has to know; "" of an entry that is no gap."""
    if entry.verb not in (RESTORED, WENT_ON):
        return ""
    return f"Entry {entry.number}: {entry.actor_name} {sentence(entry)}."


def without_lost(heads: Sequence[Head]) -> list[Head]:
    """The heads of the log, oldest first, without those that a gap tells of: up to the very head that it names."""
    left = list(heads)
    for gap in gaps():
        last = next((place for place, (number, seal) in enumerate(left) if f"{number}:{seal}" == gap.known), None)
        if last is not None:
            left = [head for place, head in enumerate(left) if place > last or head[0] <= gap.went_on_from]
    return left


def lost(heads: Sequence[Head]) -> Iterator[str]:
    number = len(heads) - len(without_lost(heads))
    if number:
        yield f"{number} heads of the log are of a time that isn’t in this trail."
