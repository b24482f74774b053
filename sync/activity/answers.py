"""Answers one question: asks CloudTrail about an object, and keeps which calls explain which of its revisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import AwsAccount
from sync import clock, drift
from sync.activity import questions
from sync.activity.doers import doer_of
from sync.activity.lookup import HISTORY, LATE_BY, TrailSearch, look_up, region_of
from sync.activity.matching import CLOCKS_DIFFER, Explained, SeenChange, ask_by, explain
from sync.activity.own_writes import own_write_of
from sync.activity.records import TrailRecord
from sync.aws.client import AwsClient
from sync.models import Authorship, Facet, MirroredRow, Revision, TrailEvent, TrailQuestion
from sync.refresh import row_of

State = Authorship.State

_MOST_PAGES = 4  # of 50 events, about one name
_MOST_PAGES_OF_ALL = 20  # of the writes of all that time, where a service lists no resources
_MOST_REVISIONS = 100  # of one object at once
_MOST_NAMES = 4
_MOST_SHOWN = 10  # events kept of one revision
_SINCE_UNKNOWN = timedelta(days=1)
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
    found = _records(client, question, list(young.values()), now, held) if young else []
    waiting = _conclude(question, young, found, now)
    if waiting:
        questions.wait_again(question)
    elif len(seen) == _MOST_REVISIONS:
        questions.postpone(question, timedelta(0))  # the older ones are next
    else:
        questions.close(question)


def seen_changes(question: TrailQuestion) -> dict[int, SeenChange]:
    """What is to be explained, by the pk of the revision."""
    facets = Facet.objects.filter(
        aws_account=question.aws_account,
        region=question.region,
        kind=question.kind,
        object_id=question.object_id,
    )
    due = Authorship.objects.filter(revision__facet__in=facets, state__in=Authorship.OPEN)
    pks = list(due.order_by("-revision").values_list("revision", flat=True)[:_MOST_REVISIONS])
    revisions = list(drift.drift_of(question.aws_account, ignored=True).filter(pk__in=pks))
    runs, earlier = drift.earlier_runs(revisions), _earlier(revisions)
    row = row_of(question.aws_account, question.kind, question.object_id) if revisions else None
    return {
        each.pk: _seen(each, row, earlier.get(each.pk), runs[each.earlier_run].started_at if each.earlier_run else None)
        for each in revisions
    }


def _earlier(revisions: Sequence[Any]) -> dict[int, datetime]:
    """When the state before each was first seen."""
    by_place = {(each.facet_id, each.number - 1): each.pk for each in revisions if each.number > 1}
    rows = Revision.objects.filter(
        facet__in={facet for facet, _ in by_place}, number__in={number for _, number in by_place}
    )
    found = rows.order_by().values_list("facet", "number", "seen_at")
    return {by_place[facet, number]: at for facet, number, at in found if (facet, number) in by_place}


def _seen(
    revision: Any, row: MirroredRow | None, earlier: datetime | None, last_unchanged: datetime | None
) -> SeenChange:
    """`row`: the object as it is now. Contents of some facets don't say what it is called."""
    before, after = revision.before or {}, revision.content
    said = (after.get("name"), before.get("name"), revision.called, row.name if row else "")
    names = [str(name) for name in said if name]
    since = last_unchanged or earlier or revision.seen_at - _SINCE_UNKNOWN
    facet = revision.facet
    return SeenChange(
        kind=facet.kind,
        object_id=facet.object_id,
        names=tuple(dict.fromkeys(names)),
        arn=str(after.get("arn") or before.get("arn") or (row.arn if row else "")),
        facet=facet.source,
        before={} if revision.was_gone else before,
        after=after,
        appeared=drift.happening(revision) is drift.DriftKind.APPEARED,
        gone=revision.gone,
        since=min(since, revision.seen_at),
        until=revision.seen_at,
    )


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


def _search(
    question: TrailQuestion, changes: Sequence[SeenChange], now: datetime, attribute: tuple[str, str]
) -> TrailSearch:
    since = max(min((each.since for each in changes), default=now) - CLOCKS_DIFFER, now - HISTORY)
    until = min(max((each.until for each in changes), default=now) + LATE_BY, now)
    return TrailSearch(region_of(question.aws_account, question.region), attribute, since, max(since, until))


# ---- What comes of it ----------------------------------------------------------------------------------------
def _conclude(
    question: TrailQuestion, changes: Mapping[int, SeenChange], records: Sequence[TrailRecord], now: datetime
) -> int:
    """Keeps what is explained. Returns how many revisions still wait."""
    waiting, last = 0, questions.is_last(question)
    for pk, change in changes.items():
        explained = explain(change, records)
        is_told = bool(explained.records) and not explained.partly
        with transaction.atomic():
            authorship = Authorship.objects.select_for_update().filter(revision=pk).first()
            if authorship is None:  # the revision is gone: KEEP_HISTORY_DAYS
                continue
            _keep(question.aws_account, authorship, explained)
            if is_told or last:
                authorship.state = State.FOUND if explained.records else State.NOBODY
            else:
                authorship.state = State.WAITING
                waiting += 1
            authorship.partly, authorship.by_name_only = explained.partly, explained.by_name_only
            authorship.asked_at = now
            authorship.save(update_fields=["state", "partly", "by_name_only", "asked_at"])
    return waiting


def _keep(aws_account: AwsAccount, authorship: Authorship, explained: Explained) -> None:
    events = [keep_event(aws_account, each) for each in explained.records[:_MOST_SHOWN]]
    authorship.events.set(events)


def keep_event(aws_account: AwsAccount, record: TrailRecord) -> TrailEvent:
    """The row of that event; one that was kept before stays as it is, and stays erased where it was."""
    doer = doer_of(record)
    own = own_write_of(aws_account, record, doer)
    event, _ = TrailEvent.objects.get_or_create(
        aws_account=aws_account,
        event_id=record.event_id,
        defaults={
            "at": record.at,
            "region": record.region,
            "service": record.service,
            "name": record.name,
            "request_id": record.request_id,
            "doer": doer.kind,
            "called": doer.called,
            "unique_id": doer.unique_id,
            "tool": doer.tool,
            # Letters as they are: who is erased is looked for by name.
            "personal": json.dumps(doer.personal, ensure_ascii=False) if doer.personal else "",
            "step": own.step,
            "with_our_role": own.with_our_role,
        },
    )
    return event
