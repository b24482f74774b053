"""Objects that several AWS accounts mirror: those of Identity Center, of the AWS account that has it and of its
delegated administrator. What this console writes through one of them is no drift in the other.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import OuterRef, Subquery

from sync.mirror.base import AccountRegion, Mirror
from sync.models import Facet, Revision

GONE = ""  # the fingerprint of what is gone


def written_elsewhere(place: AccountRegion, mirror: Mirror, states: Mapping[str, str]) -> set[str]:
    """Those of the objects of which another AWS account's mirror has the same state as its newest, by a change of this
    console. `states`: fingerprints by the objects' ids. One query.
    """
    if not mirror.is_shared or not states:
        return set()
    facets = Facet.objects.filter(
        region=place.region, kind=mirror.kind, object_id__in=list(states), source=mirror.source
    ).exclude(aws_account=place.aws_account)
    newest = Revision.objects.filter(facet=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = Revision.objects.filter(
        pk__in=facets.annotate(newest=Subquery(newest)).values("newest"), origin=Revision.Origin.CHANGE
    )
    said = rows.values_list("facet__object_id", "fingerprint")
    return {object_id for object_id, fingerprint in said if states[object_id] == fingerprint}
