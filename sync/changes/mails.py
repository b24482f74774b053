"""E-mails about changes: to those whose approval is needed, and to the requester when it is decided or has ended.

A worker sends them, after the commit. One that can't be sent is logged, and that is all: the overview says the same.
A mail says which change, what its first step does, and what became of it. Its title, plan, reason, documents and errors
are on its page only: nobody could erase them from a mail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.urls import reverse

from accounts.access import may, who_may, with_roles
from accounts.models import Operator
from accounts.roles import APPROVE, SEE_IAM, Role
from characters import shown
from sync.changes import demands
from sync.changes.approvers import may_review, nobody_reviews, to_review
from sync.changes.span import current_changes, stops_others
from sync.changes.steps import title_of_steps
from sync.models import Change
from sync.queue import NOTIFY, wake

_MAILS_FOR = timedelta(hours=2)  # of a removal that is tried again and again

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mail:
    """What an audit verb is told as. `state`: no longer true when the change is in another one.

    `always`: also to operators who turned mails off. `across`: it is about a change across AWS accounts.
    """

    subject: str
    sentence: str
    state: Change.State | None = None
    always: bool = False
    across: bool = False


# By the verb of the audit trail that tells the same.
MAILS = {
    "change.proposed": Mail("Approval asked for", "{requester} asks for your approval.", Change.State.PROPOSED),
    "change.approvals_voided": Mail(
        "Approval asked for again",
        "What was approved has got worse, or who approved may no longer do so: look at the plan again.",
        Change.State.PROPOSED,
    ),
    "change.approved": Mail(
        "Approved", "A change has the approvals that it needs, and can be applied.", Change.State.APPROVED
    ),
    "change.rejected": Mail("Rejected", "A change was rejected; its page says why.", Change.State.REJECTED),
    "change.expired": Mail("Expired", "Nobody applied a change in time, and it expired.", Change.State.EXPIRED),
    "change.applied": Mail(
        "Applied", "AWS accepted all steps of a change; they are in force within about a minute.", Change.State.APPLIED
    ),
    "change.failed": Mail("Stopped", "A change was stopped; its page says why.", Change.State.FAILED),
    "change.conflicted": Mail(
        "Stopped", "A change was stopped: AWS no longer looks as its plan expects.", Change.State.CONFLICTED
    ),
    "change.unknown": Mail(
        "Outcome unknown", "Nobody knows whether a step of a change was done.", Change.State.UNKNOWN
    ),
    "change.glass_broken": Mail(
        "Applied without approvals",
        "{owner} applies a change without the approvals that it needs (break-glass). It stays open until somebody else "
        "has reviewed it.",
        always=True,
    ),
    "change.approved_alone": Mail(
        "Approved by its own requester",
        "{requester} approved a change of their own, as the only one who may approve in this AWS account.",
        always=True,
    ),
    "change.end_decided_alone": Mail(
        "End of access decided alone",
        "{requester} asked for access, and decided alone that it ends later or not by itself, as the only one who may "
        "approve in this AWS account.",
        always=True,
    ),
    "change.across_proposed": Mail("Approval asked for", "{requester} asks for your approval.", across=True),
    "change.across_approvals_voided": Mail(
        "Approval asked for again",
        "Since it was approved, the plan of an AWS account or the order of the waves has changed: look at it again.",
        across=True,
    ),
    "change.across_halted": Mail("Halted", "Nothing more of a change is begun; its page says why.", across=True),
    "change.across_applied": Mail(
        "Applied", "AWS accepted all steps of a change; they are in force within about a minute.", across=True
    ),
    "change.ends_soon": Mail("Access ends", "Temporary access ends within a day.", Change.State.SCHEDULED),
    "change.reviewed": Mail("Reviewed", "What was applied without approvals has been reviewed; its page says how."),
}

_MAY_REVIEW = "You may: its page asks for what you found."
_TELLS_ALL = ("change.glass_broken", "change.approved_alone", "change.end_decided_alone")
# Of a removal: the access that should have ended is still there.
_NOT_ENDED = ("change.failed", "change.conflicted", "change.unknown")
_STILL_THERE = "Temporary access did not end when it should have. It is tried again by itself; its page says why."
_ASKS = ("change.proposed", "change.approvals_voided")  # for an approval
_ASKS_ACROSS = ("change.across_proposed", "change.across_approvals_voided")
# Of one of a change across AWS accounts nothing is told of these: one mail tells it of all of them.
_TOLD_ACROSS = ("change.proposed", "change.approvals_voided", "change.approved", "change.applied")
_TOLD_OF_FIRST = ("change.rejected", "change.expired")  # the first stops all of them


def after_commit(verb: str, change: Change) -> None:
    """Has a worker send what goes with this entry of the trail, if anything does."""
    if change.span_id and _is_told_by_another(verb, change, change.span_id):
        return
    again = bool(change.ends_id) and verb in _NOT_ENDED and _is_tried_hourly(change)
    if verb in MAILS and not again:
        transaction.on_commit(partial(wake, NOTIFY, change.pk, verb))


def _is_told_by_another(verb: str, change: Change, span_id: int) -> bool:
    """Whether a mail about the whole, or about another change of it, tells the same."""
    if verb in _TOLD_OF_FIRST:
        others = (each for each in current_changes(span_id) if each.pk != change.pk)
        return any(stops_others(each) and each.state == change.state for each in others)
    return verb in _TOLD_ACROSS and not _is_planned_again(change)


def _is_planned_again(change: Change) -> bool:
    """Whether it came to the change across AWS accounts later than the others."""
    before = Change.objects.filter(span=change.span_id, aws_account=change.aws_account_id, pk__lt=change.pk)
    return before.exists()


def _is_tried_hourly(removal: Change) -> bool:
    """Then the overview goes on telling of it, and mails don't."""
    due, tried = removal.not_before, removal.finished_at
    return due is not None and tried is not None and tried - due > _MAILS_FOR


def send(change_id: int, verb: str) -> None:
    """Does nothing when the change has moved on meanwhile."""
    change = Change.objects.select_related("aws_account", "requested_by", "applied_by").get(pk=change_id)
    mail = MAILS[verb]
    if change.ends_id and verb in _NOT_ENDED:
        mail = replace(mail, subject="Access did not end", sentence=_STILL_THERE, always=True)
    if mail.state not in (None, change.state):
        return
    recipients = [
        operator
        for operator in _recipients(verb, change)
        if operator.is_active and (operator.wants_mail or mail.always)
    ]
    asked = _reviews(change) if verb == "change.glass_broken" else _nothing
    try:
        with get_connection() as connection:
            for operator in recipients:
                _message(change, mail, operator, asked(operator), connection).send()
    except (OSError, SMTPException) as error:
        log.warning("Mails about change %s were not sent: %s", change_id, error)


def _recipients(verb: str, change: Change) -> Iterable[Operator]:
    if verb in _TELLS_ALL:
        return with_roles(Role.values, change.aws_account)
    if verb == "change.reviewed":
        return {glass.operator for glass in change.broken_glass.filter(void=False).select_related("operator")}
    if change.ends_id and verb in _NOT_ENDED:
        return {change.requested_by, *who_may(APPROVE, change.aws_account)}
    if verb in _ASKS_ACROSS and change.span_id:
        asked = (_asked(each) for each in current_changes(change.span_id) if each.state == Change.State.PROPOSED)
        return list(dict.fromkeys(operator for each in asked for operator in each))
    if verb in _ASKS:
        return _asked(change)
    released_by = change.span.released_by if change.span else None
    return {change.requested_by, change.applied_by or released_by or change.requested_by}


def _asked(change: Change) -> list[Operator]:
    """Whose approval would count for it."""
    required = demands.demands(change, [])
    asking = {demand.of_account or change.aws_account for demand in required}
    others = {operator for each in asking for operator in who_may(APPROVE, each).exclude(pk=change.requested_by_id)}
    return [
        operator
        for operator in sorted(others, key=lambda each: each.pk)
        if may(operator, SEE_IAM, change.aws_account)
        and any(demand.takes(operator, change.aws_account) for demand in required)
    ]


def _about(change: Change, mail: Mail) -> str:
    """Of several AWS accounts without their names: who reads it may see one of them only."""
    if mail.across:
        return f"change {change.span_id} across AWS accounts"
    return f"change {change.pk} in {change.aws_account}"


def _page_of(change: Change, mail: Mail) -> str:
    if mail.across:
        return reverse("spanning_change", kwargs={"pk": change.span_id})
    return reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})


def _nothing(operator: Operator) -> str:
    return ""


def _reviews(change: Change) -> Callable[[Operator], str]:
    """What is asked of each of those who hear that approvals were passed over."""
    glass = to_review(change)
    if glass is None:
        return _nothing
    nobody = nobody_reviews(change, glass.operator)
    return lambda operator: nobody or (_MAY_REVIEW if may_review(operator, glass) else "")


def _message(change: Change, mail: Mail, operator: Operator, asked: str, connection: BaseEmailBackend) -> EmailMessage:
    does = "" if mail.across else shown(title_of_steps(change))
    about = shown(_about(change, mail))
    page = _page_of(change, mail)
    lines = [
        " ".join([mail.sentence.format(requester=change.requested_by, owner=change.applied_by), asked]).rstrip(),
        f"{about[0].upper()}{about[1:]}{': ' if does else ''}{does}",
        f"{settings.CONSOLE_URL}{page}" if settings.CONSOLE_URL else "Its page in IAM Console says more.",
        "Everybody with a role in this AWS account is told."
        if mail.always
        else "Under “My account” in IAM Console you can turn these mails off.",
    ]
    subject = " ".join(f"{mail.subject}: {about}".split())  # a header is one line
    return EmailMessage(subject, "\n\n".join(lines) + "\n", to=[operator.email], connection=connection)
