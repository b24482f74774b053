"""How the pages of a source become what is stored at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.mirror import Batch, Batches, Item, PageEnd, SourcePage, sources

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def user(number: int, *groups: str) -> Item:
    arn = f"arn:aws:iam::123456789012:user/{number}"
    return {"UserId": f"AIDA{number}", "UserName": str(number), "Arn": arn, "Path": "/", "GroupList": list(groups)}


def page(*users: Item, marker: str | None = None, at: datetime = AT) -> SourcePage:
    return SourcePage({"iam.user": users}, marker, at)


def batches(*pages: SourcePage, closely: bool = False, may_read: bool = True, **held: Any) -> list[Batch | PageEnd]:
    source = Batches(sources["iam.details"], closely, **held)
    return list(source.of(iter(pages), may_read=lambda: may_read))


def ids(found: list[Batch | PageEnd]) -> list[list[str]]:
    return [[observed.object_id for observed in one.observed_items] for one in found if isinstance(one, Batch)]


def test_a_page_is_cut_into_what_one_transaction_takes(settings: Any) -> None:
    settings.PULL_BATCH = 2
    found = batches(page(user(1), user(2), user(3)))
    assert ids(found) == [["AIDA1", "AIDA2"], ["AIDA3"]]
    assert isinstance(found[-1], PageEnd)


def test_the_last_of_a_page_waits_for_the_next_one() -> None:
    first, *others = batches(page(user(1), user(2, "a"), marker="more"), page(user(2, "b"), at=LATER))
    assert ids([first, *others]) == [["AIDA1"], ["AIDA2"]]
    end = next(one for one in others if isinstance(one, PageEnd))
    assert end.held["iam.user"]["UserId"] == "AIDA2"
    assert others[1].at == AT  # what was held back is as old as its own page


def test_a_run_that_goes_on_takes_what_it_held_back() -> None:
    found = batches(page(user(2, "b"), at=LATER), held={"iam.user": user(2, "a")}, held_at=AT)
    assert isinstance(found[0], Batch)
    assert found[0].observed_items[0].item["GroupList"] == ["a", "b"]
    assert found[0].at == AT


def test_it_ends_with_a_page_when_it_may_read_no_more() -> None:
    found = batches(page(user(1), user(2), marker="more"), page(user(3)), may_read=False)
    assert ids(found) == [["AIDA1"]]
    assert isinstance(found[-1], PageEnd)


@pytest.mark.parametrize("closely", [True, False])
def test_objects_are_looked_into_ahead_where_all_will_be(closely: bool) -> None:
    (batch, _) = batches(page(user(1)), closely=closely)
    assert isinstance(batch, Batch)
    assert ("fingerprint" in vars(batch.observed_items[0])) is closely


def test_a_source_comes_to_its_own_end() -> None:
    tidied = []

    def pages() -> Iterator[SourcePage]:
        yield page(user(1))
        tidied.append(True)

    assert ids(list(Batches(sources["iam.details"], False).of(pages(), may_read=lambda: True))) == [["AIDA1"]]
    assert tidied
