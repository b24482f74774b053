"""A list's address: what it filters, sorts and searches by, and what becomes of what it can't mean."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole.web.filters import TextFilter
from tests.services.rows import make_group, make_user
from tests.web.conftest import TABLE, ListingOf


@pytest.fixture(autouse=True)
def people(aws_account: AwsAccount) -> None:
    make_user(aws_account, "anna", path="/shop/", tags={"team": "shop"})
    make_user(aws_account, "Bert", path="/ops/")
    make_user(aws_account, "gone", path="/shop/", gone_at=timezone.now())
    make_group(aws_account, "an")


def names(listing_of: ListingOf, query: str) -> list[str]:
    return [row.name for row in listing_of(query).page.rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["anna"]),  # the default of `team`, and nothing that is gone
        ("team=any", ["anna", "Bert"]),
        ("team=all&gone=with", ["anna", "Bert", "gone"]),
        ("team=any&sort=-name", ["Bert", "anna"]),
        ("team=any&group=an", ["anna"]),
        ("team=any&before=2020-01-01", []),
        ("team=any&before=2025-03-02", ["anna", "Bert"]),
        ("team=any&q=BER", ["Bert"]),
        ("team=any&q=be", ["Bert"]),  # under three characters: how the name begins
        ("team=any&q=er", []),
        ("team=any&q=shop", ["anna"]),  # its ARN, and its tag
    ],
)
def test_narrows(listing_of: ListingOf, query: str, expected: list[str]) -> None:
    assert names(listing_of, query) == expected


def test_each_chip_removes_itself(listing_of: ListingOf) -> None:
    listing = listing_of("q=an&group=an&before=2026-01-01&sort=-name")
    assert [(chip.text, chip.url) for chip in listing.chips] == [
        ("Shop", "?q=an&group=an&before=2026-01-01&sort=-name&team=any"),
        ("In an", "?q=an&before=2026-01-01&sort=-name"),
        ("Before 1 Jan 2026", "?q=an&group=an&sort=-name"),
    ]


@pytest.mark.parametrize(
    ("query", "remark"),
    [
        ("team=moon", "The filter “Team” has no value “moon”, so it was left out."),
        ("group=nobody", "Group: there is no “nobody” here, so this filter was left out."),
        ("before=soon", "The filter “Before” has no value “soon”, so it was left out."),
        ("sort=shoe-size", "These people can’t be sorted by “shoe-size”."),
        ("sort=tags", "These people can’t be sorted by “tags”."),
    ],
)
def test_tells_what_it_dropped(listing_of: ListingOf, query: str, remark: str) -> None:
    listing = listing_of(query)
    assert listing.state.remarks == [remark]
    assert listing.state.url() == "?"
    assert names(listing_of, query) == ["anna"]


def test_the_sentence_counts_exactly(listing_of: ListingOf) -> None:
    assert listing_of("team=any").sentence == "2 people."
    assert listing_of().sentence == "1 of 2 people matches."


def test_a_head_sorts_the_other_way_the_second_time(listing_of: ListingOf) -> None:
    def heads(query: str) -> list[tuple[str, str]]:
        return [(head.url, head.direction) for head in listing_of(query).heads]

    assert heads("") == [("?sort=-name", "ascending"), ("?sort=-created", ""), ("", "")]
    assert heads("sort=-created") == [("?", ""), ("?sort=created", "descending"), ("", "")]


@pytest.mark.parametrize(
    ("query", "size"), [("", 50), ("rows=100", 100), ("rows=7", 50), ("rows=1e9", 50), ("rows=", 50)]
)
def test_rows_per_page(listing_of: ListingOf, query: str, size: int) -> None:
    assert listing_of(query).state.size == size


def test_clearing_takes_all_off(listing_of: ListingOf) -> None:
    assert listing_of("q=x&group=an&sort=-name").clear_url == "?sort=-name&team=any"


def test_the_menu_offers_what_there_is(listing_of: ListingOf) -> None:
    offers = {offer.filter.name: offer for offer in listing_of("group=an").offers}
    assert offers["group"].value == "an"
    assert offers["team"].value == "shop"
    assert dict(offers["team"].options) == {"shop": "Shop", "all": "All"}


@pytest.mark.parametrize(("typed", "expected"), [("AN", ["an", "Anton"]), ("", ["an", "Anton", "bo"]), ("x", [])])
def test_a_text_filter_suggests_names_that_begin_so(aws_account: AwsAccount, typed: str, expected: list[str]) -> None:
    for name in ("bo", "Anton"):
        make_group(aws_account, name)
    [group] = [choice for choice in TABLE.filters if isinstance(choice, TextFilter)]
    assert group.suggestions(aws_account, typed) == expected
