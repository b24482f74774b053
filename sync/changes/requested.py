"""Changes that somebody asks for who may not propose any: temporary access for themselves.

An app above says what can be asked for, and proposes it in the requester's name. From then on it is a change as every
other: with its plan, findings, guard rails and rules. Beside them somebody who may approve has to agree, in each AWS
account in which it gives access, and never who asked, whatever grants they have. With the last approval it goes to the
workers, on the word of who gave that. Approvers may bring its end forward before, never put it off; once it is granted
nobody delays or stops the end, and who asked may have it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import AwsAccount, Operator
from iamconsole.web.words import full_time
from sync import clock
from sync.changes import temporary
from sync.changes.bookkeeping import PlanError, locked, log_line, record
from sync.changes.guards import Objection, void_approvals
from sync.changes.lifecycle import stop
from sync.changes.plan import digest_of
from sync.changes.rules import check
from sync.changes.system_events import LET_END_GO, WITHDRAW_REQUEST
from sync.changes.transitions import APPROVE_IT
from sync.models import Change
from sync.operations import StepSpec


def propose_requested(
    *, aws_account: AwsAccount, requester: Operator, title: str, reason: str, steps: Sequence[StepSpec], until: datetime
) -> Change:
    """Raises PlanError."""
    return temporary.propose_until(
        until=until, steps=steps, aws_account=aws_account, actor=requester, title=title, reason=reason, on_request=True
    )


def shorten_request(*, change: Change, until: datetime, actor: Operator) -> Change:
    """An earlier end, by who may approve it, before it is granted: whoever approved another one is asked again.

    Raises PlanError for a later one.
    """
    with locked(change.pk) as change:
        _check_on_request(change)
        check(APPROVE_IT, change, actor)
        assert change.until is not None  # noqa: S101  as it was proposed
        if until > change.until:
            raise PlanError(f"Asked for until {full_time(change.until)}: you can only shorten that.", field="until")
        if until <= clock.now():
            raise PlanError("The end is in the past.", field="until")
        if until == change.until:
            return change
        before, change.until = change.until, until
        change.digest = digest_of(change)
        change.state = Change.State.PROPOSED
        change.save(update_fields=["until", "digest", "state"])
        void_approvals(change, Objection("Its end was brought forward since."))
        removal = Change.objects.select_for_update().get(ends=change)
        temporary.put_end(removal, until, actor)
        log_line(change, f"{actor} shortened it to {full_time(until)}.")
        record("change.end_shortened", change, actor=actor, at=until.isoformat(), before=before.isoformat())
    return change


def withdraw_request(*, change: Change, actor: Operator | None) -> Change:
    """By who asked for it, or (None) by the console: stops it, or has what it gave taken away at once.

    Raises PlanError where there is nothing left to withdraw.
    """
    with locked(change.pk) as change:
        _check_on_request(change, actor)
        stops = change.state in WITHDRAW_REQUEST.starts_from
        if stops and not change.cancel_asked:
            stop(change, actor)
        ahead = Change.objects.select_for_update().filter(ends=change, state__in=LET_END_GO.starts_from)
        removal = ahead.filter(not_before__gt=clock.now()).first()
        if removal is not None:  # also of what is being granted: it is taken away as soon as that has stopped
            temporary.put_end(removal, clock.now(), actor)
        elif not stops:
            raise PlanError("There is nothing to withdraw: it is over, or about to end.")
    return change


def _check_on_request(change: Change, actor: Operator | None = None) -> None:
    """Raises PlanError."""
    if not change.on_request or (actor is not None and change.requested_by_id != actor.pk):
        raise PlanError("Only who asked for access withdraws that.")
