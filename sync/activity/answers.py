"""Answers one question: asks CloudTrail about an object, and keeps which calls explain which of its revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from sync import clock
from sync.activity import accepting, questions, reports, unexplained
from sync.activity.keeping import MOST_SHOWN, keep_events
from sync.activity.lookup import HISTORY, LATE_BY, TrailSearch, look_up, region_of
from sync.activity.matching import CLOCKS_DIFFER, Explained, SeenChange, ask_by, explain
from sync.activity.records import TrailRecord
from sync.activity.unexplained import seen_changes
from sync.aws.client import AwsClient
from sync.models import Authorship, TrailQuestion

State = Authorship.State

_MOST_PAGES = 4  # of 50 events, about one name
_MOST_PAGES_OF_ALL = 20  # of the writes of all that time, where a service lists no resources
_MOST_NAMES = 4
_MOST_CONFIRMED = 4  # reported calls that are asked for by their ids, in one question
_EVERY_WRITE = ("ReadOnly", "false")


@dataclass(frozen=True)
class HeldEvents:
    """All writes of a time in a Region, which answer many questions at once."""

    region: str
    since: datetime
    until: datetime
    records: Sequence[TrailRecord]

    def has(self, search: TrailSearch, changes: Sequence[SeenChange]) -> bool:
        is_there = self.region == search.region and self.since <= search.since
        return is_there and all(each.until <= self.until for each in changes)


def answer(client: AwsClient, question: TrailQuestion, held: HeldEvents | None = None) -> None:
    """Raises AwsError; then nothing is concluded, and whoever called says what becomes of the question."""
    seen = seen_changes(question)
    if not seen:
        questions.close(question)
        return
    now = clock.now()
    old = [each for each, change in seen.items() if change.until < now - HISTORY]
    Authorship.objects.filter(revision__in=old, state__in=Authorship.OPEN).update(state=State.TOO_OLD, asked_at=now)
    young = {each: change for each, change in seen.items() if each not in old}
    reported = reports.records_in(question.aws_account, young.values())
    found = _records(client, question, list(young.values()), now, held) if young else []
    if held is None:
        found = [*found, *_confirmed(client, question, list(young.values()), found, reported)]
    waiting = _conclude(question, young, found, reported, now)
    accepting.weigh(question.aws_account)
    if waiting:
        questions.wait_again(question)
    elif len(seen) == unexplained.MOST_REVISIONS:
        questions.postpone(question, timedelta(0))  # the older ones are next
    else:
        questions.close(question)


# ---- What CloudTrail has -------------------------------------------------------------------------------------
def hold(client: AwsClient, question: TrailQuestion) -> HeldEvents:
    """All writes of the time in which that object was changed: many were changed between the same two pulls."""
    search = _search(question, list(seen_changes(question).values()), clock.now(), _EVERY_WRITE)
    pages = look_up(client, search, most_pages=_MOST_PAGES_OF_ALL)
    return HeldEvents(search.region, pages.complete_since, search.until, pages.records)


def _records(
    client: AwsClient,
    question: TrailQuestion,
    changes: Sequence[SeenChange],
    now: datetime,
    held: HeldEvents | None,
) -> Sequence[TrailRecord]:
    """Of all the time between: one question, however many revisions there are."""
    names = list(dict.fromkeys(name for each in changes for name in ask_by(each)))[:_MOST_NAMES]
    attributes = [("ResourceName", name) for name in names] or [_EVERY_WRITE]
    searches = [_search(question, changes, now, attribute) for attribute in attributes]
    if held is not None and held.has(searches[0], changes):
        return held.records
    most = _MOST_PAGES if names else _MOST_PAGES_OF_ALL
    pages = [look_up(client, search, most_pages=most) for search in searches]
    return list({each.event_id: each for page in pages for each in page.records}.values())


def _confirmed(
    client: AwsClient,
    question: TrailQuestion,
    changes: Sequence[SeenChange],
    found: Sequence[TrailRecord],
    reported: Sequence[TrailRecord],
) -> Sequence[TrailRecord]:
    """CloudTrail's own records of the calls that events reported, by their ids: where it didn't name them so far."""
    told = {each.event_id for each in found}
    ids = [
        record.event_id
        for change in changes
        if not _is_told(explain(change, found))
        for record in explain(change, reported).records
    ]
    wanted = [each for each in dict.fromkeys(ids) if each not in told][:_MOST_CONFIRMED]
    now = clock.now()
    searches = [_search(question, changes, now, ("EventId", event_id)) for event_id in wanted]
    return [record for search in searches for record in look_up(client, search, most_pages=1).records]


def _is_told(explained: Explained) -> bool:
    return bool(explained.records) and not explained.partly


def _search(
    question: TrailQuestion, changes: Sequence[SeenChange], now: datetime, attribute: tuple[str, str]
) -> TrailSearch:
    since = max(min((each.since for each in changes), default=now) - CLOCKS_DIFFER, now - HISTORY)
    until = min(max((each.until for each in changes), default=now) + LATE_BY, now)
    return TrailSearch(region_of(question.aws_account, question.region), attribute, since, max(since, until))


# ---- What comes of it ----------------------------------------------------------------------------------------
def _conclude(
    question: TrailQuestion,
    changes: Mapping[int, SeenChange],
    records: Sequence[TrailRecord],
    reported: Sequence[TrailRecord],
    now: datetime,
) -> int:
    """Keeps what is explained. Returns how many revisions still wait."""
    waiting, last = 0, questions.is_last(question)
    for pk, change in changes.items():
        explained = explain(change, records)
        is_told = _is_told(explained)
        with transaction.atomic():
            authorship = Authorship.objects.select_for_update().filter(revision=pk).first()
            if authorship is None:  # the revision is gone: KEEP_HISTORY_DAYS
                continue
            if explained.records or not last:  # what was reported and never confirmed stays, and is said to be so
                keep_events(authorship, explained.records)
            if is_told or last:
                authorship.state = State.FOUND if explained.records else State.NOBODY
            else:
                authorship.state = State.WAITING
                waiting += 1
            authorship.partly, authorship.by_name_only = explained.partly, explained.by_name_only
            authorship.exactly = is_told and explained.exactly and len(explained.records) <= MOST_SHOWN
            authorship.asked_at = now
            authorship.save(update_fields=["state", "partly", "by_name_only", "exactly", "asked_at"])
        if not explained.records:
            reports.name_one(pk, change, reported)
    return waiting
