"""A list to try the toolkit on: users, of a table of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q
from django.http import QueryDict

from accounts.models import AwsAccount
from iamconsole.web.filters import ChoiceFilter, DateFilter, FilterChoice, TextFilter
from iamconsole.web.listings import TableListing
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from identities.models import IamGroup, IamUser

TABLE = Table(
    name="people",
    one="person",
    many="people",
    default_sort="name",
    search=narrowed,
    search_hint="Name",
    columns=(
        Column("name", "Name", lambda row: row.name, sort="name_key"),
        Column("created", "Created", lambda row: row.created_at, sort="created_at", newest_first=True),
        Column("tags", "Tags", lambda row: dict(row.tags)),
        Column("arn", "ARN", lambda row: row.arn, only_export=True),
    ),
    filters=(
        ChoiceFilter("gone", "Gone", unless=Q(gone_at__isnull=True), choices=(FilterChoice("with", "With gone", Q()),)),
        ChoiceFilter(
            "team",
            "Team",
            default="shop",
            choices=(
                FilterChoice("shop", "Shop", Q(path="/shop/")),
                FilterChoice("all", "All", lambda rows: rows.all()),
            ),
        ),
        TextFilter(
            "group",
            "Group",
            rows=lambda name: Q(name__startswith=name),
            known=lambda aws_account: IamGroup.objects.filter(aws_account=aws_account),
            words="In {}",
        ),
        DateFilter("before", "Before", lookup="created_at__lt", words="Before {}"),
    ),
    empty_title="No people",
)

ListingOf = Callable[..., TableListing]


@pytest.fixture
def listing_of(aws_account: AwsAccount) -> ListingOf:
    def make(query: str = "", **more: Any) -> TableListing:
        return TableListing(
            TABLE, IamUser.objects.filter(aws_account=aws_account), aws_account, QueryDict(query), **more
        )

    return make
