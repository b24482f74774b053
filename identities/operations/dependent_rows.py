"""Prefetches the rows of the dependents of users, groups and roles: read for many owners at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from identities.models import IamGroup, InlinePolicy, Membership, Principal
from sync.models import MirroredRow
from sync.plan_draft import Draft

_RELATED: dict[type[MirroredRow], tuple[str, ...]] = {Membership: ("user", "group"), InlinePolicy: ("document",)}


class DependentRows:
    """Of some owners of one kind: a query for each model that is asked for, whoever asks first."""

    def __init__(self, owners: Sequence[Principal]) -> None:
        self._owners = owners
        self._read: dict[type[MirroredRow], dict[int, list[Any]]] = {}

    def of(self, owner: Principal, model: type[MirroredRow]) -> list[Any]:
        """What is there of that kind on one of the owners, in the order in which people read it."""
        if model not in self._read:
            word = owner.kind.removeprefix("iam.")
            order = ("user__name_key",) if isinstance(owner, IamGroup) and model is Membership else ("name", "arn")
            rows = model.objects.live().filter(**{f"{word}__in": [each.pk for each in self._owners]})
            found: defaultdict[int, list[Any]] = defaultdict(list)
            if related := _RELATED.get(model):
                rows = rows.select_related(*related)
            for row in rows.order_by(*order, "pk"):
                found[getattr(row, f"{word}_id")].append(row)
            self._read[model] = found
        return self._read[model].get(owner.pk, [])


def prefetch_dependents(draft: Draft, owners: Sequence[Principal]) -> None:
    """What `dependent_rows` is asked for of these owners of one kind is read at once."""
    held_by = DependentRows(owners)
    for owner in owners:
        draft.remembered.setdefault((DependentRows, owner.kind, owner.pk), held_by)


def dependent_rows(draft: Draft, owner: Principal, model: type[MirroredRow]) -> list[Any]:
    """Its dependents of that kind in the mirror. Nobody may change the rows."""
    rows = draft.remembered.setdefault((DependentRows, owner.kind, owner.pk), DependentRows([owner]))
    found: list[Any] = rows.of(owner, model)
    return found
