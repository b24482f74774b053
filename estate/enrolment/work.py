"""A worker at an enrolment: it tries roles, and connects what an owner said is to be connected, one AWS account after
the other; several workers do so side by side.

The rows are the queue. A row is one worker's by its claim; what a dead one left is taken up again. To try a role
changes nothing, and an AWS account that is there already isn't connected twice, so nothing is doubled by that.
"""

from __future__ import annotations

import logging
import secrets
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from estate.enrolment.roll import OrganizationRoll, check_binding, read_roll
from estate.enrolment.trial import connection_of, name_for, try_account
from estate.models import AccountEnrolment, EnrolledAccount
from policies.organizations import places
from sync import clock, queue
from sync.aws.errors import AwsError, TransientError
from sync.connect import connect

logger = logging.getLogger(__name__)
State = EnrolledAccount.State
TASK = "estate.tasks.enrol"
MOST_AT_ONCE = 8  # workers at one enrolment
_PACE_S = 2  # no other AWS account of the enrolment is tried for so long, after AWS was asked too often
_FIRST_WAIT_S, _LONGEST_WAIT_S, _MOST_FAILURES = 5, 300, 8


def wake(enrolment_id: int, count: int) -> None:
    for _ in range(min(count, MOST_AT_ONCE)):
        queue.wake(TASK, enrolment_id)


def wake_waiting() -> None:
    """Once a minute: what no worker has taken up, or one that died."""
    for enrolment_id in set(_due().values_list("enrolment", flat=True)):
        wake(enrolment_id, _due().filter(enrolment=enrolment_id).count())


def _due() -> QuerySet[EnrolledAccount]:
    now = clock.now()
    rows = EnrolledAccount.objects.filter(state__in=EnrolledAccount.AT_WORK)
    return rows.filter(Q(claim="") | clock.is_silent(), Q(not_before=None) | Q(not_before__lte=now)).order_by("pk")


def work(enrolment_id: int) -> int:
    """Goes on with it for a slice of time. Returns how many AWS accounts it dealt with."""
    enrolment = AccountEnrolment.objects.select_related("held_by").filter(pk=enrolment_id).first()
    if enrolment is None or not _due().filter(enrolment=enrolment).exists():
        return 0
    until, done = time.monotonic() + settings.WORKER_SLICE_S, 0
    try:
        roll = read_roll(enrolment)
    except AwsError as error:
        for each in _due().filter(enrolment=enrolment):
            _not_tried(each, error)
        return 0
    while time.monotonic() < until:
        row = _claim_next(enrolment)
        if row is None:
            return done
        try:
            _deal_with(enrolment, row, roll)
        except AwsError as error:
            _not_tried(row, error)
        done += 1
    queue.wake(TASK, enrolment_id)
    return done


def _claim_next(enrolment: AccountEnrolment) -> EnrolledAccount | None:
    """The next row, for us alone."""
    token = secrets.token_hex(16)
    while (pk := _due().filter(enrolment=enrolment).values_list("pk", flat=True).first()) is not None:
        if _due().filter(pk=pk).update(claim=token, heartbeat_at=clock.now()):
            return EnrolledAccount.objects.select_related("connected_by").get(pk=pk)
    return None


def _deal_with(enrolment: AccountEnrolment, row: EnrolledAccount, roll: OrganizationRoll) -> None:
    """Raises what `try_account` does."""
    outcome = try_account(enrolment, row.account_id, roll)
    about = {"why": outcome.why, "why_no_writes": outcome.why_no_writes, "tried_at": clock.now()}
    if row.state == State.CONNECTING and outcome.state == State.WORKS:
        why = _connect(enrolment, row, roll, writes=not outcome.why_no_writes)
        _end(row, **about | ({"state": State.REFUSED, "why": why} if why else {"state": State.CONNECTED}))
        return
    _end(row, state=outcome.state, **about)


def _connect(enrolment: AccountEnrolment, row: EnrolledAccount, roll: OrganizationRoll, *, writes: bool) -> str:
    """Why it wasn't connected; "" where it is. `writes`: whether the role to write works. Raises TransientError."""
    known = AwsAccount.objects.filter(account_id=row.account_id).first()
    if known is not None and known.is_connected:
        return "" if known.external_id == enrolment.external_id else "It was connected meanwhile, by other credentials."
    aws_account = known or AwsAccount(name=name_for(row), environment=row.environment)
    for column, value in connection_of(enrolment, row.account_id, writes=writes).items():
        setattr(aws_account, column, value)
    if row.connected_by is None or not row.connected_by.is_active:
        return "The owner who had it connected is no operator any more: another owner has to say it again."
    enrolment.refresh_from_db(fields=["ended_at"])  # it may have been ended since this worker began
    try:
        check_binding(enrolment, aws_account)
        connect(
            aws_account=aws_account,
            actor=row.connected_by,
            writes=writes and enrolment.writes and row.turn_writes_on,
            check_shared=roll.check,
        )
    except PermissionDenied:
        return f"{row.connected_by} doesn’t own all AWS accounts any more: another owner has to say it again."
    except ValidationError as error:
        return " ".join(error.messages)
    except IntegrityError:  # somebody connected it just now
        return ""
    except TransientError:
        raise
    except AwsError as error:
        return error.sentence()
    with transaction.atomic():
        places.follow([row.account_id])
    return ""


# ---- What became of a row --------------------------------------------------------------------------------------------
def _end(row: EnrolledAccount, **values: Any) -> None:
    """Unless the row is no longer ours."""
    ours = EnrolledAccount.objects.filter(pk=row.pk, claim=row.claim)
    ours.update(claim="", heartbeat_at=None, not_before=None, failures=0, **values)


def _not_tried(row: EnrolledAccount, error: AwsError) -> None:
    """What will pass is tried again later, and later each time; the others of the enrolment go on at a slower pace."""
    failures = row.failures + 1
    if not isinstance(error, TransientError) or failures >= _MOST_FAILURES:
        _give_up(row, error)
        return
    now = clock.now()
    wait_s = min(_FIRST_WAIT_S * 2**row.failures, _LONGEST_WAIT_S)
    EnrolledAccount.objects.filter(pk=row.pk, claim=row.claim).update(
        claim="",
        heartbeat_at=None,
        failures=failures,
        not_before=now + timedelta(seconds=wait_s),
        why=f"{error.sentence()} It is tried again by itself.",
    )
    waiting = EnrolledAccount.objects.filter(enrolment=row.enrolment_id, state__in=EnrolledAccount.AT_WORK, claim="")
    waiting.filter(not_before=None).update(not_before=now + timedelta(seconds=_PACE_S))


def _give_up(row: EnrolledAccount, error: AwsError) -> None:
    """It says nothing of the AWS account: that stays as it was, not tried."""
    logger.info("%s of enrolment %s wasn't tried: %s", row.account_id, row.enrolment_id, error)
    state = State.WORKS if row.state == State.CONNECTING else State.CHOSEN
    _end(row, state=state, why=f"It wasn’t tried. {error.sentence()}")
