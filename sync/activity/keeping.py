"""Keeps which calls explain a revision: those that CloudTrail has, and those that an event only reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from accounts.models import AwsAccount
from sync.activity.doers import doer_of
from sync.activity.erasing import ERASED
from sync.activity.own_writes import own_write_of
from sync.activity.records import TrailRecord
from sync.models import Authorship, TrailEvent

MOST_SHOWN = 10  # events kept of one revision


def keep_events(authorship: Authorship, records: Sequence[TrailRecord], *, reported: bool = False) -> None:
    """In place of those that were kept before."""
    events = [keep_event(authorship.aws_account, each, reported=reported) for each in records[:MOST_SHOWN]]
    authorship.events.set(events)


def keep_event(aws_account: AwsAccount, record: TrailRecord, *, reported: bool = False) -> TrailEvent:
    """The row of that event. One that CloudTrail has told stays as it is, and one that was erased stays erased.

    What was only `reported` becomes what CloudTrail says, once it does: a report may say anything.
    """
    columns = _columns(aws_account, record) | {"reported": reported}
    event, is_new = TrailEvent.objects.get_or_create(
        aws_account=aws_account, event_id=record.event_id, defaults=columns
    )
    if not is_new and event.reported and not reported:
        if event.personal == ERASED:
            del columns["personal"]
        for name, value in columns.items():
            setattr(event, name, value)
        event.save(update_fields=list(columns))
    return event


def _columns(aws_account: AwsAccount, record: TrailRecord) -> dict[str, Any]:
    doer = doer_of(record)
    own = own_write_of(aws_account, record, doer)
    return {
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
    }
