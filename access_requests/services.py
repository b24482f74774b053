"""Asks for access, decides about it, withdraws it. What is granted is a change that ends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.core.internal import ratelimit
from django.db import transaction
from django.http import HttpRequest

from access_requests import notices
from access_requests.identities import linked_row
from access_requests.kinds import KINDS
from access_requests.models import LONGEST_HOURS, AccessOffer, AccessRequest
from access_requests.offers import is_open_to
from access_requests.standing import OPEN, WAITING, removal_of, standing
from accounts import audit
from accounts.access import may
from accounts.adapters import APP
from accounts.models import AwsAccount, Operator
from accounts.roles import APPROVE, REQUEST
from iamconsole.web.words import counted, full_time
from sync import changes, clock
from sync.changes import PlanError
from sync.changes.notices import notify_of_request
from sync.changes.plan import plan
from sync.models import Change
from sync.operations import Gate, Refusal, StepSpec

LIMIT = "access_requested"  # of settings.ACCOUNT_RATE_LIMITS
MOST_UNANSWERED = 5  # requests of one requester that are of no offer, and wait

audit.register(
    {
        "request.asked": "asked for access, request {request}: {what}",
        "request.not_granted": "could not ask for {what}: {why}",
        "request.answered": "answered request {request} with the offer {what}",
        "request.refused": "refused request {request}: {what}",
        "request.withdrawn": "withdrew request {request}: {what}",
        "request.lapsed": "closed request {request}: {what}. {why}",
        "request.ended_early": "ended what request {request} gave, {what}, early: {why}",
    }
)


class TooManyRequestsError(PlanError):
    """More than the limit within an hour."""


def count_try(request: HttpRequest, requester: Operator) -> None:
    """Raises TooManyRequestsError."""
    if not ratelimit.consume(request, app=APP, action=LIMIT, key=str(requester.pk)):
        raise TooManyRequestsError("That were too many requests within an hour. Wait a while, then ask again.")


# ---- Asking ----------------------------------------------------------------------------------------------------------
def ask(*, requester: Operator, offer: AccessOffer, until: datetime, reason: str, ticket: str = "") -> AccessRequest:
    """For the identity that an owner linked to the requester. Raises PlanError."""
    try:
        with transaction.atomic():
            _one_at_a_time(requester)
            made = AccessRequest(
                aws_account=offer.aws_account, requester=requester, until=until, reason=reason, ticket=ticket
            )
            _check_end(until, offer.longest, offer.longest_words)
            _propose(made, offer, until)
            made.save()
            _record("request.asked", made, requester)
            notify_of_request(_change_of(made))
            return made
    except _NotGrantableError as error:
        data = {"what": offer.title, "why": str(error.why)}
        obj = ("access_offer", offer.pk, offer.title)
        audit.record("request.not_granted", actor=requester, aws_account=offer.aws_account, obj=obj, data=data)
        raise


@transaction.atomic
def ask_otherwise(
    *,
    requester: Operator,
    aws_account: AwsAccount,
    until: datetime,
    reason: str,
    denied: dict[str, str],
    ticket: str = "",
) -> AccessRequest:
    """For something that isn't offered: an approver answers it with an offer, or refuses it. Raises PlanError."""
    _one_at_a_time(requester)
    if not may(requester, REQUEST, aws_account):
        raise PlanError(f"You may not ask for access in {aws_account}.")
    _check_end(until, timedelta(hours=LONGEST_HOURS), counted(LONGEST_HOURS // 24, "day"))
    waiting = AccessRequest.objects.filter(WAITING, requester=requester, change=None)
    if denied and (same := waiting.filter(aws_account=aws_account, denied=denied).first()):
        raise PlanError(f"You have asked for this already: request {same.pk} waits for a decision.")
    if waiting.count() >= MOST_UNANSWERED:
        raise PlanError(f"{MOST_UNANSWERED} of your requests wait for somebody to decide: withdraw one of them first.")
    made = AccessRequest.objects.create(
        aws_account=aws_account, requester=requester, until=until, reason=reason, ticket=ticket, denied=denied
    )
    _record("request.asked", made, requester)
    notices.tell_asked(made)
    return made


def _one_at_a_time(requester: Operator) -> None:
    """What is sent twice at once is looked at one after the other."""
    Operator.objects.select_for_update(no_key=True).get(pk=requester.pk)


def _check_end(until: datetime, longest: timedelta, words: str) -> None:
    now = clock.now()
    if until <= now:
        raise PlanError("The end is in the past.", field="until")
    if until > now + longest:
        raise PlanError(f"This is for {words} at most: until {full_time(now + longest)}.", field="until")


class _NotGrantableError(PlanError):
    """Requesters are not told why: it may be about others, or about documents. The trail says so to its readers."""

    def __init__(self, why: Exception) -> None:
        super().__init__("This can’t be granted as things are. Tell an owner of the AWS account: the trail says why.")
        self.why = why


def _propose(made: AccessRequest, offer: AccessOffer, until: datetime) -> None:
    """Makes the change of it. Raises PlanError."""
    requester = made.requester
    if not is_open_to(offer, requester):
        raise PlanError("This isn’t offered any more.")
    _check_not_twice(made, offer)
    row = linked_row(requester, offer.aws_account, KINDS[offer.kind].to)
    if row is None:
        raise PlanError(_NOT_LINKED.format(KINDS[offer.kind].to.label, offer.aws_account))
    try:
        steps = _steps(offer, row)
        made.change = changes.propose_requested(
            aws_account=offer.aws_account,
            requester=requester,
            title=f"Access asked for: {offer.title}",
            reason=made.reason,
            steps=steps,
            until=until,
        )
    except _HasItError as error:
        raise PlanError(str(error)) from error
    except (PlanError, Refusal) as error:
        raise _NotGrantableError(error) from error
    made.offer, made.given_to = offer, row.aws_id


_NOT_LINKED = (
    "No owner has said yet which {} you are in {}, or that one is gone: access is given to nobody else. Ask an owner "
    "to link you."
)


class _HasItError(Exception):
    """They have what they ask for."""


def _steps(offer: AccessOffer, row: Any) -> Sequence[StepSpec]:
    """Raises Refusal, PlanError, _HasItError."""
    kind = KINDS[offer.kind]
    found = kind.find(offer)
    if found is None:
        raise Refusal(f"The {offer.get_kind_display().lower()} {offer.object_name} is gone from AWS.")
    steps = kind.steps(offer, found, row)
    planned = [step for step in plan(offer.aws_account, steps).steps if not isinstance(step.operation, Gate)]
    if not any(step.operation.changes(step.params, step.expects) for step in planned):
        raise _HasItError("You have this already, without an end or until somebody takes it away.")
    return steps


def _check_not_twice(made: AccessRequest, offer: AccessOffer) -> None:
    """A second request for the same can't prolong the first. Raises PlanError."""
    kind, object_id, target_id = offer.subject
    same = AccessRequest.objects.filter(
        OPEN,
        requester=made.requester,
        aws_account=offer.aws_account,
        offer__kind=kind,
        offer__object_id=object_id,
        offer__target_id=target_id,
    )
    for other in same.exclude(pk=made.pk).select_related("change__removal")[:1]:
        if standing(other) != "asked":
            raise PlanError(
                f"Request {other.pk} gives you this until {full_time(other.ends_at)}: a second one can’t prolong it. "
                "Ask again when it has ended."
            )
        raise PlanError(f"You have asked for this already: request {other.pk} waits for a decision.")


# ---- Deciding --------------------------------------------------------------------------------------------------------
def check_may_decide(made: AccessRequest, actor: Operator) -> None:
    """Raises PlanError."""
    if made.requester_id == actor.pk:
        raise PlanError("You asked for this yourself: somebody else has to decide.")
    if not may(actor, APPROVE, made.aws_account):
        raise PlanError(f"Deciding about requests in {made.aws_account} takes the role approver or owner there.")


def grant(*, made: AccessRequest, actor: Operator, until: datetime, note: str = "") -> Change:
    """Approves its change, with the end that was asked for or an earlier one. Raises PlanError."""
    check_may_decide(made, actor)
    if made.change is None:
        raise PlanError("Choose an offer that answers it first.")
    if made.offer is None or not is_open_to(made.offer, made.requester):
        raise PlanError("The offer was withdrawn, or isn’t for them any more: refuse the request.")
    with transaction.atomic():
        changes.shorten_request(change=made.change, until=until, actor=actor)
        return changes.approve(change=made.change, actor=actor, comment=note)


@transaction.atomic
def answer_with(*, made: AccessRequest, offer: AccessOffer, actor: Operator) -> Change:
    """What isn't of an offer becomes one of `offer`, until the end that was asked for or the latest that it has.

    Raises PlanError.
    """
    check_may_decide(made, actor)
    _one_at_a_time(made.requester)
    made = _locked(made)
    if made.closed or made.change_id is not None:
        raise PlanError("It was answered, or withdrawn, meanwhile.")
    if offer.aws_account_id != made.aws_account_id:
        raise PlanError("This offer is of another AWS account.")
    try:
        _propose(made, offer, min(made.until, clock.now() + offer.longest))
    except _NotGrantableError as error:
        raise PlanError(str(error.why)) from error
    made.save(update_fields=["offer", "change", "given_to"])
    _record("request.answered", made, actor)
    change = _change_of(made)
    notify_of_request(change)
    return change


def _change_of(made: AccessRequest) -> Change:
    assert made.change is not None  # noqa: S101  it was proposed
    return made.change


@transaction.atomic
def refuse(*, made: AccessRequest, actor: Operator, note: str) -> None:
    """Raises PlanError without a note: who asked reads it."""
    check_may_decide(made, actor)
    made = _locked(made)
    if not note.strip():
        raise PlanError("Say why you refuse it: who asked reads that.", field="note")
    if made.closed:
        raise PlanError("It was answered, or withdrawn, meanwhile.")
    if made.change is not None:
        changes.reject(change=made.change, actor=actor, comment=note)
        _record("request.refused", made, actor)
        return
    _close(made, AccessRequest.Closed.REFUSED, actor, note)
    _record("request.refused", made, actor)
    notices.tell_closed(made)


# ---- Its end ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def withdraw(*, made: AccessRequest, actor: Operator) -> None:
    """Before it is granted, or to give back what was. Raises PlanError."""
    made = _locked(made)
    if made.requester_id != actor.pk:
        raise PlanError("Only who asked for access withdraws that.")
    if made.change is None and made.closed:
        raise PlanError("There is nothing to withdraw: it is over.")
    _end(made, AccessRequest.Closed.WITHDRAWN, actor, "")
    _record("request.withdrawn", made, actor)


@transaction.atomic
def end(*, made: AccessRequest, why: str) -> None:
    """By the console: it can't be granted any more, or may no longer last. Raises PlanError where it is over."""
    made = _locked(made)
    was_given = removal_of(made) is not None and standing(made) == "granted"
    _end(made, AccessRequest.Closed.LAPSED, None, why)
    _record("request.ended_early" if was_given else "request.lapsed", made, None, why=why)
    notices.tell_closed(made)


def _end(made: AccessRequest, closed: AccessRequest.Closed, actor: Operator | None, note: str) -> None:
    if made.change is not None:
        changes.withdraw_request(change=made.change, actor=actor)
        made.returned_at = clock.now()
    _close(made, closed, actor, note)


def _close(made: AccessRequest, closed: AccessRequest.Closed, actor: Operator | None, note: str) -> None:
    made.closed, made.closed_at, made.closed_by, made.note = closed, clock.now(), actor, note
    made.save(update_fields=["closed", "closed_at", "closed_by", "note", "returned_at"])


def _locked(made: AccessRequest) -> AccessRequest:
    rows = AccessRequest.objects.select_for_update(of=("self",))
    return rows.select_related("aws_account", "requester", "offer", "change__removal").get(pk=made.pk)


def _record(verb: str, made: AccessRequest, actor: Operator | None, **data: str) -> None:
    """What was typed isn't in it: the reason stands with the change, and both can be erased."""
    audit.record(
        verb,
        actor=actor,
        aws_account=made.aws_account,
        obj=("access_request", made.pk, ""),
        data={"request": made.pk, "what": made.title, "change": made.change_id, **data},
    )
