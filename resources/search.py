"""Search for what lies in a resource, by its ARN: an object in a bucket, a version of a function."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.urls import reverse

from accounts.roles import SEE_IAM
from aws_constraints.arn import Arn
from iamconsole.web.search import kinds, places
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit
from iamconsole.web.search.places import SETTINGS, SearchPlace
from resources.models import Resource

_MOST_PARTS = 12


def find_around(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """Resources whose ARN is what is asked for up to a slash or colon."""
    arn = Arn.parse(asked.text)
    if arn is None:
        return []
    ends = [found.start() for found in re.finditer("[/:]", arn.resource)][:_MOST_PARTS]
    head = asked.text[: len(asked.text) - len(arn.resource)]
    shorter = [f"{head}{arn.resource[:end]}" for end in ends]
    here = [each.pk for each in searcher.holding(SEE_IAM)]
    found = Resource.objects.filter(arn__in=shorter, aws_account__in=here).select_related("aws_account")
    return [
        SearchHit(
            row.name,
            reverse("resource", kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id}),
            f"It lies in {row.arn}",
            str(row.aws_account),
            gone_at=row.gone_at,
            rank=Rank.PART,
            elsewhere=searcher.is_elsewhere(row.aws_account_id),
        )
        for row in found[:most]
    ]


# By name, title, address, sort, and more words by which they are found.
_PLACES = (
    SearchPlace(
        "reading", "Which resources are read", "resource_reading", SETTINGS, words="buckets keys queues services calls"
    ),
)


def register() -> None:
    places.register(*_PLACES)
    kinds.register(
        FoundKind(name="around", label="What it lies in", icon="box", position=3, find=find_around, least=12)
    )
