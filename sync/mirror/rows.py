"""Writing mirrored rows by the batch: upserts, and edges that keep their history."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sync.mirror.base import Place, Seen
from sync.models import MirroredRow
from sync.models.mirrored import MirrorQuerySet

R = TypeVar("R", bound=MirroredRow)

_KEY = ("aws_account", "region", "aws_id")
_LONGEST_SLOT = 380
_KEPT = {"id", "first_seen", *_KEY}


def row_of(model: type[R], place: Place, seen: Seen, at: datetime) -> R:
    """A row, not saved yet, with what all kinds have."""
    return make(model, place, at, aws_id=seen.object_id, name=seen.name, arn=seen.arn)


def make(model: type[R], place: Place, at: datetime, *, name: str, arn: str = "", aws_id: str = "", **fields: Any) -> R:
    return model(
        aws_account=place.aws_account,
        region=place.region,
        aws_id=aws_id,
        arn=arn,
        name=name,
        name_key=name.casefold(),
        first_seen=at,
        gone_at=None,
        **fields,
    )


def upsert(model: type[R], rows: list[R]) -> None:
    """Writes all but `first_seen` of rows that exist, and takes away their tombstones; every row gets its pk."""
    written = [field.name for field in model._meta.concrete_fields if field.name not in _KEPT]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=_KEY, update_fields=written)


def slot(owner_id: str, name: str) -> str:
    """Where an edge hangs: what its `aws_id` says before the incarnation number."""
    found = f"{owner_id}/{name}"
    return found if len(found) <= _LONGEST_SLOT else f"{owner_id}/{hashlib.sha256(name.encode()).hexdigest()}"


def reconcile(
    existing: MirrorQuerySet,
    wanted: Mapping[str, MirroredRow],
    at: datetime,
    *,
    other_end: str = "",
    keeps: Callable[[MirroredRow], bool] = lambda row: False,
) -> None:
    """Makes the live rows of `existing` the `wanted` ones: creates, corrects, tombstones, and deletes nothing.

    For kinds without an id of AWS's own. `existing` are all rows of some owners, those gone too; `wanted` rows are not
    saved yet and stand under their slot. A live row whose `other_end` (a foreign key) is another object than the
    wanted one is another edge; one for which `keeps` is true isn't tombstoned for being unwanted.
    """
    model = existing.model
    live, incarnations = _by_slot(existing)
    ended = [row for place, row in live.items() if place not in wanted and not keeps(row)]
    written: list[MirroredRow] = []
    for place, row in wanted.items():
        present = live.get(place)
        if present is not None and _is_same_edge(present, row, other_end):
            if _corrects(row, present):
                row.aws_id = present.aws_id
                written.append(row)
            continue
        if present is not None:
            ended.append(present)
        row.aws_id = f"{place}/{incarnations.get(place, 0) + 1}"
        written.append(row)
    if ended:
        model.objects.filter(pk__in=[row.pk for row in ended]).update(gone_at=at)
    if written:
        upsert(model, written)


def _by_slot(existing: MirrorQuerySet) -> tuple[dict[str, MirroredRow], dict[str, int]]:
    """The live rows, and the highest incarnation numbers."""
    live: dict[str, MirroredRow] = {}
    incarnations: dict[str, int] = {}
    for row in existing:
        place, _, number = row.aws_id.rpartition("/")
        incarnations[place] = max(incarnations.get(place, 0), int(number))
        if row.gone_at is None:
            live[place] = row
    return live, incarnations


def _is_same_edge(present: MirroredRow, wanted: MirroredRow, other_end: str) -> bool:
    if not other_end:
        return True
    before, now = getattr(present, f"{other_end}_id"), getattr(wanted, f"{other_end}_id")
    return before is None or now is None or before == now


def _corrects(wanted: MirroredRow, present: MirroredRow) -> bool:
    """Whether it says anything else than the row that is there. A foreign key that it lacks it takes over."""
    differs = False
    for column in wanted._meta.concrete_fields:
        if column.name in _KEPT or column.name == "gone_at":
            continue
        before = getattr(present, column.attname)
        if column.is_relation and getattr(wanted, column.attname) is None:
            setattr(wanted, column.attname, before)
        differs = differs or getattr(wanted, column.attname) != before
    return differs
