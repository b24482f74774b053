"""Pages, settings and tasks in search: found by who gets in, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from iamconsole.web.search import places
from iamconsole.web.search.asked import SearchQuery
from iamconsole.web.search.kinds import Searcher
from iamconsole.web.search.places import PAGES, SETTINGS, TASKS, SearchPlace


def titles(sort: str, operator: Operator, words: str) -> list[str]:
    seen = list(AwsAccount.objects.visible_to(operator, "see_iam", "see_people"))
    return [hit.name for hit in places.find(sort, Searcher(operator, seen), SearchQuery(words, words), 50)]


@pytest.fixture
def task() -> Iterator[None]:
    kept = dict(places._places[TASKS])
    places.register(SearchPlace("try", "A person leaves", "who_can", TASKS, "All at once.", words="offboard quit"))
    yield
    places._places[TASKS] = kept


@pytest.mark.parametrize("words", ["leaves", "offboard", "person quit", "at once"])
def test_tasks_are_found_by_their_words(task: None, aws_account: AwsAccount, bob: Operator, words: str) -> None:
    assert "A person leaves" in titles(TASKS, bob, words)


def test_tasks_are_offered_before_anything_is_typed(task: None, aws_account: AwsAccount, bobs: Client) -> None:
    box = bobs.get("/search/box/").context
    assert box["tasks"]


def test_pages_and_settings_are_found_by_who_gets_in(
    aws_account: AwsAccount, alice: Operator, bob: Operator, hal: Operator, charlie: Operator, olga: Operator
) -> None:
    """A viewer reads IAM, helpdesk its people, an owner sets, and an owner of all connects."""
    assert titles(PAGES, bob, "who can") == ["Who can"]
    assert titles(PAGES, hal, "who can") == titles(PAGES, charlie, "who can") == []
    assert titles(PAGES, hal, "user pools") == ["User pools"]
    assert "Settings of the AWS account" in titles(SETTINGS, alice, "approval rules")
    assert titles(SETTINGS, bob, "approval rules") == []
    assert titles(PAGES, olga, "connect an") == ["Connect an AWS account"]
    assert titles(PAGES, alice, "connect an") == []
    assert "My account" in titles(SETTINGS, charlie, "passkey")


def test_every_place_is_a_page_that_there_is() -> None:
    for sort in (PAGES, SETTINGS, TASKS, places.HELP):
        for place in places.registered(sort):
            assert place.url_name in places._addresses(), place


def test_what_is_offered_opens(
    aws_account: AwsAccount, alice: Operator, client_of: Callable[[Operator], Client]
) -> None:
    client = client_of(alice)
    searcher = Searcher(alice, [aws_account])
    for sort in (PAGES, SETTINGS, places.HELP):
        for hit in places.offered(sort, searcher, 100):
            assert client.get(hit.url.partition("#")[0]).status_code in (200, 302), hit.url
    assert reverse("search") == "/search/"


def test_the_name_of_a_place_is_taken_once() -> None:
    with pytest.raises(ValueError, match="already"):
        places.register(SearchPlace("me", "Again", "search", SETTINGS))
