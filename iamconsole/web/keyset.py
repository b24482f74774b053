"""Keyset pages: a page begins after (or ends before) a row, not at a number of rows, so it costs the same anywhere.

Rows are ordered by one sort key and then by primary key; rows without a key come last in both directions. The
cursor that an address carries is signed: one that was tampered with, or made for another order, is ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import F, Q, QuerySet


@dataclass(frozen=True)
class Order:
    """By `key`, a field or an annotation, then by primary key. `name` is the sort as the address says it."""

    name: str
    key: str
    descending: bool = False

    def forward(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        key, pk = F(self.key), F("pk")
        if self.descending:
            return rows.order_by(key.desc(nulls_last=True), pk.desc())
        return rows.order_by(key.asc(nulls_last=True), pk.asc())

    def backward(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        key, pk = F(self.key), F("pk")
        if self.descending:
            return rows.order_by(key.asc(nulls_first=True), pk.asc())
        return rows.order_by(key.desc(nulls_first=True), pk.desc())

    def after(self, position: Position) -> Q:
        """The rows that come later than `position`."""
        later = "lt" if self.descending else "gt"
        without = Q(**{f"{self.key}__isnull": True})
        beyond = Q(**{f"pk__{later}": position.pk})
        if position.value is None:
            return without & beyond
        return Q(**{f"{self.key}__{later}": position.value}) | Q(**{self.key: position.value}) & beyond | without

    def before(self, position: Position) -> Q:
        earlier = "gt" if self.descending else "lt"
        beyond = Q(**{f"pk__{earlier}": position.pk})
        if position.value is None:
            return Q(**{f"{self.key}__isnull": False}) | Q(**{f"{self.key}__isnull": True}) & beyond
        return Q(**{f"{self.key}__{earlier}": position.value}) | Q(**{self.key: position.value}) & beyond


@dataclass(frozen=True)
class Position:
    """A place in the order: the sort key and the primary key of a row."""

    value: Any
    pk: int


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    first: int  # counted from 1; 0 when there is nothing
    total: int
    previous: str  # the cursor, "" when there is no such page
    next: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def paged(rows: QuerySet[Any], order: Order, size: int, after: str = "", before: str = "") -> Page:
    """The page after, or before, a cursor; the first one when there is none, or none that is ours."""
    total = rows.count()
    found, skipped = None, 0
    if position := _read(after, order):
        found = _list(order.forward(rows.filter(order.after(position))), size)
    elif position := _read(before, order):
        found = _list(order.backward(rows.filter(order.before(position))), size)[::-1]
        found = found if len(found) == size else None  # a full first page rather than the stump before the cursor
    if found:
        skipped = rows.filter(order.before(_position(found[0], order))).count()
    else:
        found = _list(order.forward(rows), size)
    return Page(
        rows=found,
        first=skipped + 1 if found else 0,
        total=total,
        previous=_write(found[0], order) if found and skipped else "",
        next=_write(found[-1], order) if found and skipped + len(found) < total else "",
    )


def _list(rows: QuerySet[Any], size: int) -> list[Any]:
    return list(rows[:size])


def _position(row: Any, order: Order) -> Position:
    value = row
    for part in order.key.split("__"):
        value = getattr(value, part)
    return Position(value, row.pk)


def _write(row: Any, order: Order) -> str:
    position = _position(row, order)
    value = position.value.isoformat() if isinstance(position.value, datetime) else position.value
    return _signer(order).sign_object([value, position.pk])


def _read(cursor: str, order: Order) -> Position | None:
    if not cursor:
        return None
    try:
        value, pk = _signer(order).unsign_object(cursor)
    except (BadSignature, ValueError, TypeError):
        return None
    return Position(value, pk)


def _signer(order: Order) -> Signer:
    return Signer(salt=f"keyset:{order.key}:{order.descending}")
