"""Upserts mirrored rows in batches, and edges with their history."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sync.mirror import bulk
from sync.mirror.base import AccountRegion, ParsedItem
from sync.mirror.bulk import Columns
from sync.models import MirroredRow
from sync.models.mirrored import MirrorQuerySet

R = TypeVar("R", bound=MirroredRow)

KEY = ("aws_account_id", "region", "aws_id")
_LONGEST_SLOT = 380
_NOT_COMPARED = {*KEY, "first_seen", "gone_at"}
_KEPT = {"first_seen", "in_code", "ownership"}
_NOT_LOOKED_AT = {"aws_account_id", "region", "first_seen"}


def columns(
    place: AccountRegion, at: datetime, *, name: str, arn: str = "", aws_id: str = "", **others: Any
) -> Columns:
    """A row's columns: those that all kinds have, and `others`."""
    return {
        "aws_account_id": place.aws_account.pk,
        "region": place.region,
        "aws_id": aws_id,
        "arn": arn,
        "name": name,
        "name_key": name.casefold(),
        "first_seen": at,
        "gone_at": None,
    } | others


def write(model: type[MirroredRow], rows: Sequence[Columns]) -> dict[str, int]:
    """Writes rows, all with the same columns; the pks by `aws_id`.

    Of rows that exist `first_seen` stays, and so does what other facets bring and what rules say; a tombstone goes.
    """
    return bulk.upsert(model, rows, key=KEY, kept=_KEPT | model.facet_columns, returning="aws_id")


def row_of(model: type[R], place: AccountRegion, seen: ParsedItem, at: datetime) -> R:
    """A row, not saved yet, with the columns that all kinds have."""
    return make(model, place, at, aws_id=seen.object_id, name=seen.name, arn=seen.arn)


def make(
    model: type[R], place: AccountRegion, at: datetime, *, name: str, arn: str = "", aws_id: str = "", **fields: Any
) -> R:
    common = columns(place, at, name=name, arn=arn, aws_id=aws_id)
    return model(**common | {"aws_account": place.aws_account} | fields)


def upsert(model: type[R], rows: Sequence[R]) -> None:
    """`write`, for rows that were made one by one; every row gets its pk."""
    pks = write(model, [_columns_of(row) for row in rows])
    for row in rows:
        row.pk = pks[row.aws_id]


def _columns_of(row: MirroredRow) -> Columns:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def slot(owner_id: str, name: str) -> str:
    """The slot of an edge: its `aws_id` without the incarnation number."""
    found = f"{owner_id}/{name}"
    return found if len(found) <= _LONGEST_SLOT else f"{owner_id}/{hashlib.sha256(name.encode()).hexdigest()}"


def reconcile(
    existing: MirrorQuerySet, wanted: Mapping[str, MirroredRow], at: datetime, *, other_end: str = ""
) -> list[Columns]:
    """`project`, for rows that were made one by one. `existing`: all rows of some owners, those gone too."""
    rows = {place: _columns_of(row) for place, row in wanted.items()}
    return project(existing.model, existing.values(), rows, at, other_end=other_end and f"{other_end}_id")


def project(
    model: type[MirroredRow],
    existing: Iterable[Columns],
    wanted: Mapping[str, Columns],
    at: datetime,
    *,
    other_end: str = "",
    keeps: Callable[[Columns], bool] = lambda row: False,
) -> list[Columns]:
    """Makes the live rows of `existing` the `wanted` ones: creates, corrects, tombstones, and deletes nothing.

    For kinds without an id of AWS's own. `existing` are all rows of some owners, those gone too; `wanted` rows stand
    under their slot, and lack their `aws_id`. A live row whose `other_end` (a foreign key) is another object than the
    wanted one is another edge; a foreign key that the wanted one lacks it keeps. One for which `keeps` is true isn't
    tombstoned for being unwanted. Returns what it wrote or ended.
    """
    relations = [field.attname for field in model._meta.concrete_fields if field.is_relation]
    live, incarnations = _by_slot(existing)
    ended = [row for place, row in live.items() if place not in wanted and not keeps(row)]
    written: list[Columns] = []
    for place, row in wanted.items():
        present = live.get(place)
        if present is not None and _is_same_edge(present, row, other_end):
            row |= {name: present[name] for name in relations if row.get(name, "") is None}
            if any(value != present[name] for name, value in row.items() if name not in _NOT_COMPARED):
                written.append(row | {"aws_id": present["aws_id"]})
            continue
        if present is not None:
            ended.append(present)
        written.append(row | {"aws_id": f"{place}/{incarnations.get(place, 0) + 1}"})
    if ended:
        model.objects.filter(pk__in=[row["id"] for row in ended]).update(gone_at=at)
    if written:
        write(model, written)
    return written + ended


def existing_of(model: type[MirroredRow], owner: str, owners: Iterable[int]) -> list[Columns]:
    """All edges of these owners, for `project`. `owner`: the foreign key, such as "user_id"."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in _NOT_LOOKED_AT]
    return bulk.select(model, names, owner, owners)


def _by_slot(existing: Iterable[Columns]) -> tuple[dict[str, Columns], dict[str, int]]:
    """The live rows, and the highest incarnation numbers."""
    live: dict[str, Columns] = {}
    incarnations: dict[str, int] = {}
    for row in existing:
        place, _, number = row["aws_id"].rpartition("/")
        incarnations[place] = max(incarnations.get(place, 0), int(number))
        if row["gone_at"] is None:
            live[place] = row
    return live, incarnations


def _is_same_edge(present: Columns, wanted: Columns, other_end: str) -> bool:
    if not other_end:
        return True
    before, now = present[other_end], wanted[other_end]
    return before is None or now is None or before == now
