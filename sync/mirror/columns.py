"""Mirrors of facets that only fill columns of rows which the facet `details` makes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sync.mirror.base import AccountRegion, Mirror, ParsedItem


class ColumnsMirror(Mirror):
    """Its columns are the model's `facet_columns`. An object whose row isn't there (yet) must not be shown to it."""

    @abstractmethod
    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        """The same columns for each object."""

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        wanted = {seen.object_id: self.columns(seen) for seen in batch}
        rows = list(place.of(self.model.objects.filter(aws_id__in=wanted)).select_for_update().order_by("aws_id"))
        for row in rows:
            for column, value in wanted[row.aws_id].items():
                setattr(row, column, value)
        if rows:
            self.model.objects.bulk_update(rows, list(wanted[rows[0].aws_id]))

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """Keeps the columns: the row of an object that is gone says what it was like."""
