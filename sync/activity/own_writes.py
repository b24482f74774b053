"""Tells the console's own writes from those of others, also of others who use the console's role.

Strongest first: the request id that AWS gave an attempt of ours; then the session, which is called after its change,
at a time when that change was being applied. A write with our role and neither of these is somebody else's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import AwsAccount
from sync.activity.doers import Doer, Kind
from sync.activity.records import TrailRecord
from sync.models import Attempt, Step

_SESSION = re.compile(r"change-(\d{1,18})-.*")
_AROUND = timedelta(minutes=2)


@dataclass(frozen=True)
class OwnWrite:
    """`step`: of ours, which made the call. `with_our_role`: it was made with the role to write, and by no step."""

    step: Step | None = None
    with_our_role: bool = False


def own_write_of(aws_account: AwsAccount, record: TrailRecord, doer: Doer) -> OwnWrite:
    step = _by_request_id(aws_account, record.request_id)
    if step is not None:
        return OwnWrite(step)
    if not _is_our_role(aws_account, doer):
        return OwnWrite()
    step = _by_session(aws_account, record, doer.session)
    return OwnWrite(step, with_our_role=step is None)


def _by_request_id(aws_account: AwsAccount, request_id: str) -> Step | None:
    if not request_id:
        return None
    found = Attempt.objects.filter(request_id=request_id, step__change__aws_account=aws_account)
    attempt = found.select_related("step").first()
    return attempt.step if attempt else None


def _is_our_role(aws_account: AwsAccount, doer: Doer) -> bool:
    role = aws_account.write_role_arn
    return bool(role) and doer.kind is Kind.ROLE and doer.arn == role


def _by_session(aws_account: AwsAccount, record: TrailRecord, session: str) -> Step | None:
    """A step that was being tried at that time, of the change that the session is called after."""
    said = _SESSION.fullmatch(session)
    if said is None:
        return None
    attempts = Attempt.objects.filter(
        step__change=int(said[1]), step__change__aws_account=aws_account, started_at__lte=record.at + _AROUND
    ).select_related("step")
    for attempt in attempts.order_by("-started_at"):
        if attempt.finished_at is None or attempt.finished_at >= record.at - _AROUND:
            return attempt.step
    return None
