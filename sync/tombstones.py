"""Objects that are gone from AWS for long: what goes of them, and what keeps one. How long: iamconsole/retention.py.

An object goes with its edges, facets and history, in a transaction of its own. One that something refers to stays: an
open change, drift that nobody decided on, an entry of the audit trail, and what apps above say (`register_need`).
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import PROTECT, Model, ProtectedError, Q

from accounts.models import AuditEntry, AwsAccount
from sync import clock, mirror, retention
from sync.mirror.base import DETAILS
from sync.models import (
    Change,
    Facet,
    Fact,
    MirroredRow,
    OverriddenObject,
    PendingReread,
    Revision,
    Step,
    TrailQuestion,
)

BATCH = 1_000  # rows that are looked at in one turn
_LONGEST_S = 0.5  # of one tick
_PLACE = "retention-gone-place"  # the table and the row that were looked at last; lost, it begins anew

log = logging.getLogger("iamconsole.retention")

_OWN = (PendingReread, TrailQuestion, OverriddenObject)
_needs: list[tuple[type[Model], str]] = []


def register_need(model: type[Model], column: str = "object_id") -> None:
    """Rows of `model`, which has an AWS account, name objects by id or ARN: these stay. For `AppConfig.ready()`."""
    _needs.append((model, column))


def forget_gone() -> int:
    """Looks at the next rows. Returns how many objects it removed."""
    if not settings.KEEP_GONE_DAYS:
        return 0
    before, until, removed = clock.now() - timedelta(days=settings.KEEP_GONE_DAYS), monotonic() + _LONGEST_S, 0
    for model, last, pks in _turns(before):
        removed += _forget(model, pks, before)
        cache.set(_PLACE, (model._meta.label, last), timeout=None)
        if monotonic() > until:
            break
    else:
        cache.delete(_PLACE)
    if removed:
        log.info("%s objects that were gone before %s were removed.", removed, before.date())
    return removed


def _turns(before: datetime) -> Iterator[tuple[type[MirroredRow], int, list[int]]]:
    """From the place on, of each table so many rows: the last that was looked at, and those that are gone for long."""
    label, last = cache.get(_PLACE, ("", 0))
    models = {each.model._meta.label: each.model for (_, facet), each in mirror.registry.items() if facet == DETAILS}
    for name, model in sorted(models.items()):
        if name < label:
            continue
        at = last if name == label else 0
        while rows := list(model.objects.filter(pk__gt=at).order_by("pk").values_list("pk", "gone_at")[:BATCH]):
            at = rows[-1][0]
            yield model, at, [pk for pk, gone_at in rows if gone_at is not None and gone_at < before]


def _forget(model: type[MirroredRow], pks: Collection[int], before: datetime) -> int:
    by_place: defaultdict[tuple[AwsAccount, str], list[MirroredRow]] = defaultdict(list)
    for row in model.objects.filter(pk__in=pks).select_related("aws_account") if pks else ():
        by_place[row.aws_account, row.kind].append(row)
    planned, removed = _said_in_open_changes() if by_place else "", 0
    for (aws_account, kind), rows in by_place.items():
        needed = _needed(aws_account, kind, rows, planned)
        for row in rows:
            if row.aws_id not in needed:
                with suppress(ProtectedError):  # another object belongs to it, and hasn't gone yet
                    removed += _remove(row, before)
    return removed


def _needed(aws_account: AwsAccount, kind: str, rows: Collection[MirroredRow], planned: str) -> set[str]:
    """The ids of those that something names; `planned`: what open changes say."""
    texts = {text for row in rows for text in (row.aws_id, row.arn) if text}
    named = set(
        AuditEntry.objects.filter(object_kind=kind, object_id__in=texts).order_by().values_list("object_id", flat=True)
    )
    for model, column in (*((each, "object_id") for each in _OWN), *_needs):
        found = model._base_manager.filter(aws_account=aws_account, **{f"{column}__in": texts})
        named.update(found.order_by().values_list(column, flat=True))
    return {
        row.aws_id
        for row in rows
        if not named.isdisjoint((row.aws_id, row.arn))
        or any(text and text in planned for text in (row.aws_id, row.arn, row.name))
    }


def _said_in_open_changes() -> str:
    """Plans name objects by their ids, their ARNs, or what they are called."""
    steps = Step.objects.filter(change__state__in=Change.OPEN).order_by()
    said = steps.values_list("params", "before", "expects", "part").iterator(chunk_size=200)
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in said)


@transaction.atomic
def _remove(row: MirroredRow, before: datetime) -> int:
    """1, or 0 where it came back or something refers to its history. Raises ProtectedError."""
    about = {"aws_account": row.aws_account, "kind": row.kind, "object_id": row.aws_id}
    facets = list(Facet.objects.select_for_update().filter(region=row.region, **about))
    revisions = Revision.objects.filter(facet__in=facets)
    rows = type(row).objects.select_for_update().filter(pk=row.pk, gone_at__lt=before)
    if any(each.gone_at is None for each in facets) or not rows.exists() or _is_referred_to(revisions):
        return 0
    for model, of_row in _belongings(row):
        model._base_manager.filter(of_row).delete()
    row.delete()
    revisions.delete()
    Facet.objects.filter(pk__in=[each.pk for each in facets]).delete()
    Fact.objects.filter(**about).delete()
    return 1


def _is_referred_to(revisions: Any) -> bool:
    if revisions.filter(retention.OPEN_DRIFT | Q(step__change__state__in=Change.OPEN)).exists():
        return True
    return bool(named_in_audit(revisions.values_list("pk", flat=True)))


def named_in_audit(revisions: Iterable[int]) -> set[int]:
    """Those of the revisions that somebody accepted, or whose author somebody erased: entries name them by number."""
    named = AuditEntry.objects.filter(object_kind="revision", object_id__in=[str(pk) for pk in revisions])
    return {int(pk) for pk in named.order_by().values_list("object_id", flat=True)}


def _belongings(row: MirroredRow) -> Iterator[tuple[type[Model], Q]]:
    """What ended with it and is no object of its own: edges, keys, versions. An edge that hasn't ended protects it."""
    objects = {each.model for (_, facet), each in mirror.registry.items() if facet == DETAILS}
    for relation in row._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is PROTECT and model not in objects:
            ended = Q(gone_at__isnull=False) if issubclass(model, MirroredRow) else Q()
            yield model, Q(**{relation.field.name: row}) & ended
