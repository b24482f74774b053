"""Looks up and locks facets in batches.

Who writes of objects locks the facets of their details first, in the order of their ids, and then what it writes: so
of two who write of the same objects one waits for the other, and neither for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.models import AwsAccount
from sync.mirror import bulk
from sync.mirror.base import DETAILS, AccountRegion, Mirror
from sync.mirror.bulk import Columns
from sync.models import Facet
from sync.object_ref import ObjectRef

KEY = ("aws_account_id", "region", "kind", "object_id", "source")


class KnownFacet(NamedTuple):
    """The columns of a stored facet that a pull needs."""

    object_id: str
    id: int
    raw_hash: str
    fingerprint: str
    read_at: datetime
    written_at: datetime | None
    gone_at: datetime | None


def known_facets(
    place: AccountRegion, mirror: Mirror, object_ids: Iterable[str], *, lock: bool = False
) -> dict[str, KnownFacet]:
    """By object id. `lock`: until the transaction ends."""
    found = bulk.select(Facet, KnownFacet._fields, "object_id", object_ids, _of(place, mirror), lock=lock)
    return {facet["object_id"]: KnownFacet(**facet) for facet in found}


def gone_objects(place: AccountRegion, mirror: Mirror, object_ids: Sequence[str]) -> set[str]:
    """Of a facet that isn't the details: whose details say that they are gone, and nothing must be stored of them.

    Until the transaction ends nobody can bury another one: who does has the same lock. To be called before any other.
    """
    if mirror.source == DETAILS:
        return set()
    of = _of(place, mirror) | {"source": DETAILS}
    found = bulk.select(Facet, ["object_id", "gone_at"], "object_id", object_ids, of, lock=True)
    return {facet["object_id"] for facet in found if facet["gone_at"] is not None}


def lock_details(aws_account: AwsAccount, refs: Iterable[ObjectRef]) -> None:
    """Locks the `details` facets of objects of several kinds, before any other facet."""
    refs = list(refs)
    found = Facet.objects.select_for_update().filter(
        aws_account=aws_account,
        region__in={ref.region for ref in refs},
        kind__in={ref.kind for ref in refs},
        object_id__in={ref.object_id for ref in refs},
        source=DETAILS,
    )
    list(found.order_by("kind", "object_id").values_list("pk"))


def lock_all_details(aws_account: AwsAccount, kinds: Iterable[str]) -> None:
    """Locks the `details` facets of all objects of some kinds, as `lock_details` does for some."""
    for kind in sorted(kinds):
        found = Facet.objects.select_for_update().filter(aws_account=aws_account, kind=kind, source=DETAILS)
        list(found.order_by("object_id").values_list("pk"))


def upsert_facets(
    place: AccountRegion, mirror: Mirror, rows: Sequence[Columns], *, kept: Sequence[str] = ()
) -> dict[str, int]:
    """Their pks by object id, which each row names."""
    of = _of(place, mirror)
    return bulk.upsert(Facet, [of | row for row in rows], key=KEY, kept=kept, returning="object_id")


def locked_facets(place: AccountRegion, mirror: Mirror, object_ids: Sequence[str]) -> dict[str, Facet]:
    found = Facet.objects.select_for_update().filter(object_id__in=object_ids, **_of(place, mirror))
    # By pk, SQLite would look through all of the AWS account's.
    return {facet.object_id: facet for facet in found.order_by("object_id")}


def _of(place: AccountRegion, mirror: Mirror) -> Columns:
    return {
        "aws_account_id": place.aws_account.pk,
        "region": place.region,
        "kind": mirror.kind,
        "source": mirror.source,
    }
