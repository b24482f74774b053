"""Pending rereads: objects that a step wrote and nobody read again yet. The first pull or refresh credits the step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sync.mirror.base import AccountRegion, Content, Mirror
from sync.models import PendingReread, Step


class ObjectDifference(Protocol):
    """What differs from what the mirror had."""

    @property
    def object_id(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def content(self) -> Content: ...


# Whether what the mirror has now, and had before (None: nothing), is what these steps brought about and no more.
Judge = Callable[[AccountRegion, Mirror, str, Sequence[Step], Content | None, Content], bool]
_judges: list[Judge] = []


def register(judge: Judge) -> None:
    """To be called in `AppConfig.ready()`, by what knows of steps."""
    _judges[:] = [judge]


def ours(
    place: AccountRegion, mirror: Mirror, shown: Sequence[ObjectDifference], before: Mapping[str, Content]
) -> dict[str, Step]:
    """The step that made each difference, by object id. Deletes the rereads that are settled. Called in the transaction
    that stored the rows.
    """
    rows = PendingReread.objects.filter(
        aws_account=place.aws_account, region=place.region, kind=mirror.kind, source=mirror.source
    )
    owed: defaultdict[str, list[PendingReread]] = defaultdict(list)
    for row in rows.select_related("step__change__aws_account").order_by("pk"):
        owed[row.object_id or row.arn].append(row)
    found: dict[str, Step] = {}
    for one in shown if owed else ():
        theirs = owed.get(one.object_id) or owed.get(one.arn) or []
        steps = [row.step for row in theirs]
        then = before.get(one.object_id)
        if steps and all(judge(place, mirror, one.object_id, steps, then, one.content) for judge in _judges):
            found[one.object_id] = steps[-1]
            PendingReread.objects.filter(pk__in=[row.pk for row in theirs]).delete()
    return found
