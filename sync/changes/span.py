"""What being one of a change across AWS accounts asks of a change, beside what is asked of any.

It is begun by that change alone, in its wave; an approval of it signs that one's digest, too; and none of the others
is begun once one has stopped. sync/spanning/ has the rest. Nothing here takes the lock of that change's row: who holds
it waits for those of its changes, and never the other way round.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from iamconsole.web.once import once_a_page
from sync.models import Attempt, Change, SpanningChange
from sync.queue import ADVANCE, wake

# One of these, and nothing else of the change across AWS accounts is begun until somebody has decided about it.
STOPPED = (*Change.STUCK, *Change.GIVEN_UP)
# What is decided then may concern the others: an end, or another plan.
_FOLLOWED = frozenset(
    f"change.{verb}"
    for verb in (
        "proposed",
        "rejected",
        "expired",
        "cancelled",
        "applied",
        "failed",
        "conflicted",
        "unknown",
        "guard_rail_overridden",
        "code_overridden",
    )
)


@dataclass(frozen=True)
class SpanPlace:
    """Where in a change across AWS accounts a change stands. `wave`: from 1."""

    span: SpanningChange
    wave: int


def current_changes(span: SpanningChange | int) -> list[Change]:
    """The one of each AWS account that counts, the newest there: those before it were planned again.

    In the order of their numbers, which is that of their locks; with `aws_account`, `requested_by` and `left_out`.
    """
    rows = Change.objects.filter(span=span).order_by("pk").defer("measured")
    newest = {each.aws_account_id: each for each in rows.select_related("aws_account", "requested_by", "left_out")}
    return sorted(newest.values(), key=lambda each: each.pk)


def is_left_out(change: Change) -> bool:
    return change.span_id is not None and hasattr(change, "left_out")


def place_of(change: Change) -> SpanPlace | None:
    """None where it goes its own way: it is one of none, of one that is over, was left out, or planned again."""
    if change.span is None or not change.span.is_open or is_left_out(change):
        return None
    newer = Change.objects.filter(span=change.span_id, aws_account=change.aws_account_id, pk__gt=change.pk)
    return None if newer.exists() else SpanPlace(change.span, change.wave)


def why_not_by_itself(change: Change) -> str:
    """Why nobody applies it by itself, in a sentence; "" where somebody may."""
    if place_of(change) is None:
        return ""
    return f"It is one of change {change.span_id} across AWS accounts, which begins it in its wave."


def digest_of_span(changes: Iterable[Change]) -> str:
    """What approvals sign of the whole: which AWS account has which plan, in which wave."""
    said = sorted([each.wave, each.aws_account.account_id, each.digest] for each in changes)
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def digest_to_sign(change: Change) -> str:
    """That of the change across AWS accounts that it is one of; "" of any other change."""
    return _digest_of(change.span_id) if change.span_id else ""


@once_a_page
def _digest_of(span_id: int) -> str:
    return digest_of_span(current_changes(span_id))


def digest_to_check(change: Change) -> str:
    """The same, where it counts still: not once something of the change itself was begun."""
    return "" if not change.span_id or was_begun(change) else digest_to_sign(change)


def is_held_back(change_id: int) -> bool:
    """Whether a worker may not begin it: another one of its span has stopped, or somebody stopped all of it.

    What was begun before is carried to its end.
    """
    change = Change.objects.filter(pk=change_id).exclude(span=None).select_related("span").first()
    if change is None or change.span is None or not change.span.is_open or change.cancel_asked:
        return False
    if is_left_out(change) or was_begun(change):
        return False
    return change.span.halted_at is not None or any(stops_others(each) for each in current_changes(change.span))


@once_a_page
def was_begun(change: Change) -> bool:
    """Whether anything of it was ever tried at AWS."""
    return Attempt.objects.filter(step__change=change).exists()


def remember_digest(span: SpanningChange, digest: str) -> None:
    """While a page is made: what approvals sign of the whole."""
    _digest_of.remember(digest, span.pk)


def remember_begun(changes: Sequence[Change]) -> None:
    """While a page is made: whether each was begun, in one query."""
    begun = set(Attempt.objects.filter(step__change__in=changes).values_list("step__change", flat=True))
    for each in changes:
        was_begun.remember(each.pk in begun, each)


def stops_others(change: Change) -> bool:
    return change.state in STOPPED and not is_left_out(change)


def follow_after_commit(verb: str, change: Change) -> None:
    """Has a worker look what comes next, once this entry of the trail is written."""
    if change.span_id and verb in _FOLLOWED:
        advance_after_commit(change.span_id)


def advance_after_commit(span_id: int) -> None:
    transaction.on_commit(partial(wake, ADVANCE, span_id))
