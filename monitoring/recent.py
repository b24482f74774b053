"""What was counted, for pages: by the values of the labels, with when it was counted last."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitoring.catalogue import Metric
from monitoring.models import EventCount


@dataclass(frozen=True)
class Counted:
    """`since`: when it was counted first."""

    labels: tuple[str, ...]
    times: int
    since: datetime
    last_at: datetime


def counted(metric: Metric, *, last_label: Collection[str] = (), but: Collection[str] = ()) -> list[Counted]:
    """Of a counter, the latest first: with one of these values in its last label, or with none of those in `but`."""
    rows = EventCount.objects.filter(metric=metric.name).order_by("-last_at", "labels")
    found = [Counted(tuple(json.loads(row.labels)), round(row.value), row.since, row.last_at) for row in rows]
    return [
        each for each in found if len(each.labels) == len(metric.labels) and _fits(each.labels[-1], last_label, but)
    ]


def _fits(label: str, wanted: Collection[str], but: Collection[str]) -> bool:
    return (not wanted or label in wanted) and label not in but
