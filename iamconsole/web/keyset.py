"""Keyset pages: a page begins after (or ends before) a row, not at a number of rows, so it costs the same anywhere.

Rows are ordered by one sort key and then by primary key; rows without a key come last in both directions. They are
asked for apart: each of the two questions is then a range of an index on (…, key, primary key), which none is that puts
empty keys last. The cursor that an address carries is signed: one that was tampered with, or made for another order,
is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import BooleanField, F, Field, Func, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThan, LessThan

from iamconsole.web.ranges import RangeMerge


@dataclass(frozen=True)
class Order:
    """By `key`, a field or an annotation, then by primary key. `name` is the sort as the address says it."""

    name: str
    key: str
    descending: bool = False

    def forward(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All rows in this order, for exports."""
        key, pk = F(self.key), F("pk")
        if self.descending:
            return rows.order_by(key.desc(nulls_last=True), pk.desc())
        return rows.order_by(key.asc(nulls_last=True), pk.asc())

    def fields(self, rows: QuerySet[Any]) -> list[Field[Any, Any]]:
        """The fields that lead to the key; what kind of value that is, the last one says."""
        annotation = rows.query.annotations.get(self.key)
        if annotation is not None:
            return [annotation.output_field]
        found: list[Field[Any, Any]] = []
        for name in self.key.split("__"):
            related: Any = found[-1].related_model if found else rows.model
            options = related._meta
            found.append(options.pk if name == "pk" else options.get_field(name))
        return found


@dataclass(frozen=True)
class KeysetPosition:
    """A place in the order: the sort key and the primary key of a row; `number` says which it is, counted from 1."""

    value: Any
    pk: int
    number: int


@dataclass(frozen=True)
class KeysetPage:
    rows: Sequence[Any]
    first: int  # counted from 1, as it was when the pages before were shown; 0 when there is nothing
    total: int
    previous: str  # the cursor, "" when there is no such page
    next: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def paged(
    rows: QuerySet[Any],
    order: Order,
    size: int,
    after: str = "",
    before: str = "",
    *,
    count: Callable[[QuerySet[Any]], int] = lambda rows: rows.count(),
    near: ScopeScan | None = None,
    ranges: RangeMerge | None = None,
) -> KeysetPage:
    """The page after, or before, a cursor; the first one when there is none, or none that is ours."""
    _beyond = partial(_rows_beyond, near=near, ranges=ranges)
    found: list[Any] = []
    first, more = 1, False
    if position := _read(after, order):
        found = _beyond(rows, order, position, size + 1)
        first, more = position.number + 1, len(found) > size
    elif position := _read(before, order):
        backwards = _beyond(rows, order, position, size + 1, backwards=True)
        if len(backwards) >= size:  # else a full first page rather than the stump before the cursor
            found = backwards[:size][::-1]
            first, more = (max(position.number - size, 2) if len(backwards) > size else 1), True
    if not found:
        found = _beyond(rows, order, None, size + 1)
        first, more = 1, len(found) > size
    found = found[:size]
    if not found:
        return KeysetPage(rows=[], first=0, total=0, previous="", next="")
    last = first + len(found) - 1
    return KeysetPage(
        rows=found,
        first=first,
        total=max(count(rows), last + more) if more or first > 1 else last,  # it may have been counted a minute ago
        previous=_write(found[0], order, first) if first > 1 else "",
        next=_write(found[-1], order, last) if more else "",
    )


@dataclass(frozen=True)
class ScopeScan:
    """The same question, asked of the rows one after the other: fast where the next `WINDOW` of `scope` have a page of
    it, and never done where not. Rows are ordered by a key that all of them have.
    """

    rows: QuerySet[Any]
    scope: QuerySet[Any]  # all rows, in whose order it goes


WINDOW = 2_000


def _next_to(
    near: ScopeScan, order: Order, position: KeysetPosition | None, limit: int, *, descending: bool
) -> list[Any]:
    """At most `limit` of the rows within the window that begins behind `position`."""
    field = order.fields(near.scope)[-1]
    by = [f"-{name}" if descending else name for name in (order.key, "pk")]
    rows, scope = near.rows.order_by(*by), near.scope.order_by(*by)
    if position is not None:
        behind = _compared(order.key, field, position, descending)
        rows, scope = rows.filter(behind), scope.filter(behind)
    ends = list(scope.values_list(order.key, "pk")[WINDOW - 1 : WINDOW])
    if ends:
        value, pk = ends[0]
        rows = rows.filter(_compared(order.key, field, KeysetPosition(value, pk, 0), not descending))
    return list(rows[:limit])


def _rows_beyond(
    rows: QuerySet[Any],
    order: Order,
    position: KeysetPosition | None,
    limit: int,
    *,
    backwards: bool = False,
    near: ScopeScan | None = None,
    ranges: RangeMerge | None = None,
) -> list[Any]:
    """At most `limit` rows that come after `position` (None: from the start), the nearest first."""
    descending = order.descending is not backwards
    fields = order.fields(rows)
    may_lack = any(field.null for field in fields)
    if near is not None and not may_lack:
        found = _next_to(near, order, position, limit, descending=descending)
        if len(found) == limit:
            return found
    parts = [_KeyPart(has_key=True), _KeyPart(has_key=False)] if may_lack else [_KeyPart(has_key=True, all=True)]
    found = []
    for part in reversed(parts) if backwards else parts:
        if position is not None and position.value is None and part.has_key and not backwards:
            continue  # they came before
        if position is not None and position.value is not None and not part.has_key and backwards:
            continue
        here = part.of(rows, order.key)
        if position is not None and (position.value is not None) is part.has_key:
            here = here.filter(_compared(order.key, fields[-1], position, descending))
        by = ([order.key] if part.has_key else []) + ["pk"]
        ordered = here.order_by(*(f"-{name}" if descending else name for name in by))
        wanted = limit - len(found)
        found += ranges.first(ordered, by[0], wanted, descending=descending) if ranges else ordered[:wanted]
        if len(found) == limit:
            break
    return found


@dataclass(frozen=True)
class _KeyPart:
    """The rows that have a key, or those that have none."""

    has_key: bool
    all: bool = False  # every row has one

    def of(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        return rows if self.all else rows.filter(**{f"{key}__isnull": not self.has_key})


def _compared(key: str, field: Field[Any, Any], position: KeysetPosition, descending: bool) -> GreaterThan | LessThan:
    """SQL's (key, id) > (…, …), a range of one index: written out with OR it would be none."""
    lookup = LessThan if descending else GreaterThan
    if position.value is None:
        return lookup(F("pk"), position.pk)
    value = Value(field.to_python(position.value), field)
    return lookup(_pair(F(key), F("pk")), _pair(value, Value(position.pk)))


def _pair(first: Combinable, second: Combinable) -> Func:
    return Func(first, second, template="(%(expressions)s)", output_field=BooleanField())


def _write(row: Any, order: Order, number: int) -> str:
    value = reduce(getattr, order.key.split("__"), row)
    text = value.isoformat() if isinstance(value, datetime) else value
    return _signer(order).sign_object([text, row.pk, number])


def _read(cursor: str, order: Order) -> KeysetPosition | None:
    if not cursor:
        return None
    try:
        value, pk, number = _signer(order).unsign_object(cursor)
    except (BadSignature, ValueError, TypeError):
        return None
    return KeysetPosition(value, pk, number)


def _signer(order: Order) -> Signer:
    return Signer(salt=f"keyset:{order.key}:{order.descending}")
