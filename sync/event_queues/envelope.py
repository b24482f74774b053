"""A message of the queue, as EventBridge sends it: an envelope with CloudTrail's record in it, or something else.

The source: "AWS service events delivered via AWS CloudTrail" in the EventBridge User Guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.models import AwsAccount
from sync import clock
from sync.activity.lookup import HISTORY
from sync.activity.records import TrailRecord, read_record
from sync.texts import storable_json

DETAIL_TYPE = "AWS API Call via CloudTrail"
MOST_BYTES = 1_048_576  # of a message: "Amazon SQS message quotas"
_EVENT_ID = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
_CLOCKS_DIFFER = timedelta(minutes=5)


class NotAnEvent(ValueError):
    """A sentence that says why not. It holds nothing of the message, which anybody may have written."""


@dataclass(frozen=True)
class EventMessage:
    """`text`: the record as JSON."""

    record: TrailRecord
    text: str


def read_message(body: str, aws_account: AwsAccount) -> EventMessage:
    """Raises NotAnEvent, also for an event of another AWS account."""
    envelope = _parsed(body)
    if envelope.get("detail-type") != DETAIL_TYPE:
        raise NotAnEvent("It is no event of CloudTrail.")
    detail = envelope.get("detail")
    if not isinstance(detail, Mapping):
        raise NotAnEvent("It has no record of CloudTrail.")
    text = _text_of(detail)
    record = read_record(text)
    if record is None or not _EVENT_ID.fullmatch(record.event_id) or not record.name or not record.service:
        raise NotAnEvent("CloudTrail’s record in it can’t be read.")
    if {envelope.get("account"), record.account_id} != {aws_account.account_id}:
        raise NotAnEvent("It is of another AWS account.")
    now = clock.now()
    if record.at > now + _CLOCKS_DIFFER:
        raise NotAnEvent("It says that it happened at a time still to come.")
    if record.at < now - HISTORY:
        raise NotAnEvent("It is older than what CloudTrail keeps.")
    return EventMessage(record, text)


def _text_of(detail: Mapping[str, Any]) -> str:
    """With its letters as they are: who is erased is looked for by name."""
    try:
        return json.dumps(storable_json(detail), ensure_ascii=False)
    except (RecursionError, ValueError):
        raise NotAnEvent("CloudTrail’s record in it can’t be read.") from None


def _parsed(body: str) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        raise NotAnEvent("It is longer than a message may be.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent("It is no JSON.") from None
    if not isinstance(found, Mapping):
        raise NotAnEvent("It is no event.")
    return found
