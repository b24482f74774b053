"""Who did it as events of a queue report it, before CloudTrail tells: at once, and for as long as it doesn't.

A report comes from whoever can write to the queue. It is shown as such, and nothing else is concluded from it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from accounts.models import AwsAccount
from sync.activity.keeping import keep_events
from sync.activity.matching import CLOCKS_DIFFER, SeenChange, explain
from sync.activity.records import TrailRecord, read_record
from sync.activity.unexplained import seen_changes
from sync.models import Authorship, ReceivedEvent, TrailQuestion

State = Authorship.State
_MOST_RECORDS = 500  # of the time in which an object was changed


def records_in(aws_account: AwsAccount, changes: Collection[SeenChange]) -> Sequence[TrailRecord]:
    """What came by a queue of the time in which these were made, the newest first."""
    if not changes:
        return ()
    since = min(each.since for each in changes) - CLOCKS_DIFFER
    until = max(each.until for each in changes) + CLOCKS_DIFFER
    rows = ReceivedEvent.objects.filter(aws_account=aws_account, at__range=(since, until)).exclude(record="")
    texts = rows.order_by("-at", "-pk").values_list("record", flat=True)[:_MOST_RECORDS]
    return [record for text in texts if (record := read_record(text))]


def name(aws_account: AwsAccount, region: str, kind: str, object_id: str) -> int:
    """Names who changed that object, as far as events report it. Returns of how many revisions."""
    about = TrailQuestion(aws_account=aws_account, region=region, kind=kind, object_id=object_id)
    changes = seen_changes(about)
    records = records_in(aws_account, changes.values())
    return sum(name_one(pk, change, records) for pk, change in changes.items()) if records else 0


@transaction.atomic
def name_one(revision: int, change: SeenChange, records: Sequence[TrailRecord]) -> bool:
    """What CloudTrail has told of it already stays."""
    explained = explain(change, records)
    rows = Authorship.objects.select_for_update(of=("self",)).filter(revision=revision, state__in=Authorship.OPEN)
    authorship = rows.select_related("aws_account").first() if explained.records else None
    if authorship is None or authorship.events.filter(reported=False).exists():
        return False
    keep_events(authorship, explained.records, reported=True)
    authorship.state, authorship.partly = State.REPORTED, explained.partly
    authorship.by_name_only = explained.by_name_only
    authorship.save(update_fields=["state", "partly", "by_name_only"])
    return True
