"""Listings that never end: a run ends all the same, with a sentence, and takes nothing for gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from identities.models import IamUser
from sync import mirror, pull
from sync.aws.errors import InvalidRequestError
from sync.mirror import AccountRegion, Reader, Source, SourcePage
from sync.models import Run
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db

LONGEST = 60  # slices


class Listing(Source):
    """One page for each marker, and where that leads."""

    name = "test.listing"
    title = "A listing"
    facet = "details"
    kinds = (IamUser.kind,)

    def __init__(self, following: Callable[[int], int | None]) -> None:
        self._following = following

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        at: int | None = int(marker or 0)
        while at is not None:
            at = self._following(at)
            yield SourcePage({}, None if at is None else str(at), timezone.now())


@pytest.fixture
def run(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[..., Run]:
    settings.WORKER_SLICE_S = 0  # a page, and the next one is another worker's

    def run(following: Callable[[int], int | None]) -> Run:
        monkeypatch.setitem(mirror.sources, "test.listing", Listing(following))
        started = pull.start(aws_account=aws_account, source="test.listing", trigger=Run.Trigger.COMMAND, wake=False)
        for _ in range(LONGEST):
            pull.work(started.pk)
        started.refresh_from_db()
        return started

    return run


@pytest.mark.parametrize(("begin", "length"), [(0, 1), (0, 3), (5, 1), (5, 7), (1, 16)])
def test_a_circle_of_markers_is_left(aws_account: AwsAccount, run: Callable[..., Run], begin: int, length: int) -> None:
    jane = make_user(aws_account, "jane")
    ended = run(lambda at: at + 1 if at < begin + length else begin + 1)
    assert (ended.state, ended.error["class"], ended.gone) == (Run.State.FAILED, "MalformedAnswerError", 0)
    assert "It leads in a circle: it goes on where the pull has been before." in ended.error["sentence"]
    assert IamUser.objects.live().get() == jane


def test_a_long_way_is_no_circle(run: Callable[..., Run]) -> None:
    ended = run(lambda at: at + 1 if at < 40 else None)
    assert (ended.state, ended.pages) == (Run.State.DONE, 41)


def test_a_listing_that_forgets_its_markers_is_not_begun_for_ever(run: Callable[..., Run]) -> None:
    def forgetful(at: int) -> int:
        if at:
            raise InvalidRequestError("Invalid marker", operation="iam:ListUsers")
        return 1

    ended = run(forgetful)
    assert (ended.state, ended.error["class"]) == (Run.State.FAILED, "MalformedAnswerError")
    assert "The pull began again 3 times" in ended.error["sentence"]


def test_one_marker_forgotten_is_forgiven(run: Callable[..., Run]) -> None:
    forgotten: list[int] = []

    def once(at: int) -> int | None:
        if at == 2 and not forgotten:
            forgotten.append(at)
            raise InvalidRequestError("Invalid marker", operation="iam:ListUsers")
        return at + 1 if at < 4 else None

    ended = run(once)
    assert (ended.state, ended.pages, ended.error) == (Run.State.DONE, 5, {})
