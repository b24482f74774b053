"""What is told of changes: to those whose approval is needed, to the requester when it is decided or has ended, and to
whoever chose to hear of it.

It goes into the outbox (`notifications`) in the transaction of the state. It says which change, what its first step
does, and what became of it. Its title, plan, reason, documents and errors are on its page only: nobody could erase them
from a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from django.urls import reverse

from accounts.access import may, who_may, with_roles
from accounts.models import Operator
from accounts.roles import APPROVE, SEE_IAM, SEEING_ROLES
from notifications import kinds
from notifications.kinds import EventKind
from notifications.models import NotifiedEvent
from notifications.telling import tell
from notifications.timing import Timing
from sync.changes import demands, request_pages
from sync.changes.approvers import may_review, nobody_reviews, to_review
from sync.changes.events import is_asked_for
from sync.changes.span import current_changes, stops_others
from sync.changes.steps import title_of_steps
from sync.models import Change

_TOLD_FOR = timedelta(hours=2)  # of a removal that is tried again and again

ASKED, DECIDED, FAILED = "approval.wanted", "change.decided", "change.failed"
EMERGENCY, ENDS, NOT_ENDED = "change.emergency", "access.ends", "access.not_ended"


@dataclass(frozen=True)
class ChangeNotice:
    """What an audit verb is told as. `state`: no longer true when the change is in another one.

    `across`: it is about a change across AWS accounts.
    """

    subject: str
    sentence: str
    state: Change.State | None = None
    kind: str = DECIDED
    across: bool = False


# By the verb of the audit trail that tells the same.
NOTICES = {
    "change.proposed": ChangeNotice(
        "Approval asked for", "{requester} asks for your approval.", Change.State.PROPOSED, kind=ASKED
    ),
    "change.approvals_voided": ChangeNotice(
        "Approval asked for again",
        "What was approved has got worse, or who approved may no longer do so: look at the plan again.",
        Change.State.PROPOSED,
        kind=ASKED,
    ),
    "change.approved": ChangeNotice(
        "Approved", "A change has the approvals that it needs, and can be applied.", Change.State.APPROVED
    ),
    "change.rejected": ChangeNotice("Rejected", "A change was rejected; its page says why.", Change.State.REJECTED),
    "change.expired": ChangeNotice("Expired", "Nobody applied a change in time, and it expired.", Change.State.EXPIRED),
    "change.applied": ChangeNotice(
        "Applied", "AWS accepted all steps of a change; they are in force within about a minute.", Change.State.APPLIED
    ),
    "change.partly_left_out": ChangeNotice(
        "Left out",
        "A part of a change was left out: what had to be so before it isn’t. Its page says what, and why.",
    ),
    "change.failed": ChangeNotice(
        "Stopped", "A change was stopped; its page says why.", Change.State.FAILED, kind=FAILED
    ),
    "change.conflicted": ChangeNotice(
        "Stopped",
        "A change was stopped: AWS no longer looks as its plan expects.",
        Change.State.CONFLICTED,
        kind=FAILED,
    ),
    "change.unknown": ChangeNotice(
        "Outcome unknown", "Nobody knows whether a step of a change was done.", Change.State.UNKNOWN, kind=FAILED
    ),
    "change.glass_broken": ChangeNotice(
        "Applied without approvals",
        "{owner} applies a change without the approvals that it needs (break-glass). It stays open until somebody else "
        "has reviewed it.",
        kind=EMERGENCY,
    ),
    "change.approved_alone": ChangeNotice(
        "Approved by its own requester",
        "{requester} approved a change of their own, as the only one who may approve in this AWS account.",
        kind=EMERGENCY,
    ),
    "change.end_decided_alone": ChangeNotice(
        "End of access decided alone",
        "{requester} asked for access, and decided alone that it ends later or not by itself, as the only one who may "
        "approve in this AWS account.",
        kind=EMERGENCY,
    ),
    "change.across_proposed": ChangeNotice(
        "Approval asked for", "{requester} asks for your approval.", across=True, kind=ASKED
    ),
    "change.across_approvals_voided": ChangeNotice(
        "Approval asked for again",
        "Since it was approved, the plan of an AWS account or the order of the waves has changed: look at it again.",
        across=True,
        kind=ASKED,
    ),
    "change.across_halted": ChangeNotice(
        "Halted", "Nothing more of a change is begun; its page says why.", across=True
    ),
    "change.across_applied": ChangeNotice(
        "Applied", "AWS accepted all steps of a change; they are in force within about a minute.", across=True
    ),
    "change.ends_soon": ChangeNotice(
        "Access ends", "Temporary access ends within a day.", Change.State.SCHEDULED, kind=ENDS
    ),
    "change.reviewed": ChangeNotice(
        "Reviewed", "What was applied without approvals has been reviewed; its page says how."
    ),
}

_MAY_REVIEW = "You may: its page asks for what you found."
_TELLS_ALL = ("change.glass_broken", "change.approved_alone", "change.end_decided_alone")
# Of a removal: the access that should have ended is still there.
_NOT_ENDED = ("change.failed", "change.conflicted", "change.unknown")
_STILL_THERE = "Temporary access did not end when it should have. It is tried again by itself; its page says why."
_ASKS = ("change.proposed", "change.approvals_voided")  # for an approval
_ASKS_ACROSS = ("change.across_proposed", "change.across_approvals_voided")
# Of one of a change across AWS accounts nothing is told of these: one message tells it of all of them.
_TOLD_ACROSS = ("change.proposed", "change.approvals_voided", "change.approved", "change.applied")
_TOLD_OF_FIRST = ("change.rejected", "change.expired")  # the first stops all of them


def notify(verb: str, change: Change) -> None:
    """Tells what goes with this entry of the trail, if anything does; call it in the transaction of the state.

    That somebody asked for access is told when the page of their request is there: `notify_of_request`.
    """
    if verb != "change.proposed" or not change.on_request:
        _notify(verb, change)


def notify_of_request(change: Change) -> None:
    """Those who decide about it; call it in the transaction that proposed it."""
    _notify("change.proposed", change)


def _notify(verb: str, change: Change) -> None:
    notice = _notice_of(verb, change)
    if notice is None or (notice.kind == NOT_ENDED and _is_tried_hourly(change)):
        return
    if verb in _ASKS and not demands.demands(change, []):
        return
    is_elsewhere = bool(change.span_id) and _is_told_by_another(verb, change, change.span_id or 0)
    tell(
        notice.kind,
        aws_account=None if notice.across else change.aws_account,
        title=f"{notice.subject}: {_about(change, notice)}",
        path=_page_of(change, notice),
        data={"change": change.pk, "verb": verb},
        to=() if is_elsewhere else _recipients(verb, change),
        by=DECIDED if notice.kind == FAILED else "",
    )


def _notice_of(verb: str, change: Change) -> ChangeNotice | None:
    notice = NOTICES.get(verb)
    if notice is not None and change.ends_id and verb in _NOT_ENDED:
        return replace(notice, subject="Access did not end", sentence=_STILL_THERE, kind=NOT_ENDED)
    return notice


def _is_told_by_another(verb: str, change: Change, span_id: int) -> bool:
    """Whether a message about the whole, or about another change of it, tells the same."""
    if verb in _TOLD_OF_FIRST:
        others = (each for each in current_changes(span_id) if each.pk != change.pk)
        return any(stops_others(each) and each.state == change.state for each in others)
    return verb in _TOLD_ACROSS and not _is_planned_again(change)


def _is_planned_again(change: Change) -> bool:
    """Whether it came to the change across AWS accounts later than the others."""
    before = Change.objects.filter(span=change.span_id, aws_account=change.aws_account_id, pk__lt=change.pk)
    return before.exists()


def _is_tried_hourly(removal: Change) -> bool:
    """Then the overview goes on telling of it, and messages don't."""
    due, tried = removal.not_before, removal.finished_at
    return due is not None and tried is not None and tried - due > _TOLD_FOR


def _recipients(verb: str, change: Change) -> Iterable[Operator]:
    if verb in _TELLS_ALL:
        return with_roles(SEEING_ROLES, change.aws_account)
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


def _about(change: Change, notice: ChangeNotice) -> str:
    """Of several AWS accounts without their names: who reads it may see one of them only."""
    if notice.across:
        return f"change {change.span_id} across AWS accounts"
    return f"change {change.pk} in {change.aws_account}"


def _page_of(change: Change, notice: ChangeNotice) -> str:
    if notice.across:
        return reverse("spanning_change", kwargs={"pk": change.span_id})
    return request_pages.page_of(change) or _change_page(change)


def _change_page(change: Change) -> str:
    return reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})


# ---- When it is sent ---------------------------------------------------------------------------------------------
def _told_of(event: NotifiedEvent) -> tuple[str, Change, ChangeNotice] | None:
    verb = event.data["verb"]
    change = Change.objects.select_related("aws_account", "requested_by", "applied_by").filter(pk=event.data["change"])
    found = change.first()
    notice = _notice_of(verb, found) if found else None
    return (verb, found, notice) if found and notice else None


def _still(event: NotifiedEvent, operator: Operator | None) -> bool:
    """Whether the change hasn't moved on, and they are still among those whom it concerns."""
    told = _told_of(event)
    if told is None:
        return False
    verb, change, notice = told
    if notice.state not in (None, change.state):
        return False
    is_for_all = operator is None or notice.kind == FAILED
    return is_for_all or any(each == operator for each in _recipients(verb, change))


def _more(event: NotifiedEvent, operator: Operator | None) -> Sequence[str]:
    """Operators are called by their names only to operators: a route may lead anywhere."""
    told = _told_of(event)
    if told is None:
        return ()
    verb, change, notice = told
    names = {"requester": str(change.requested_by), "owner": str(change.applied_by)}
    if operator is None:
        names = {"requester": "An operator", "owner": "An owner"}
    said = [notice.sentence.format(**names)]
    if operator is not None and verb == "change.glass_broken":
        said.append(_review_asked(change, operator))
    about = _about(change, notice)
    does = "" if notice.across or _sees_no_plan(operator, change) else title_of_steps(change)
    return [" ".join(filter(None, said)), f"{about[0].upper()}{about[1:]}{': ' if does else ''}{does}"]


def _sees_no_plan(operator: Operator | None, change: Change) -> bool:
    """Of who only asked for access."""
    return operator is not None and is_asked_for(change) and not may(operator, SEE_IAM, change.aws_account)


def _review_asked(change: Change, operator: Operator) -> str:
    """What is asked of who hears that approvals were passed over."""
    glass = to_review(change)
    if glass is None:
        return ""
    return nobody_reviews(change, glass.operator) or (_MAY_REVIEW if may_review(operator, glass) else "")


def register_kinds() -> None:
    """To be called in `AppConfig.ready()`."""
    told = partial(EventKind, still=_still, more=_more)
    kinds.register(
        told(
            name=ASKED,
            label="Approvals wanted",
            help="A change waits for an approval that you may give.",
            route_words=("", "A change waits for approvals."),
            default=Timing.AT_ONCE,
            concerns=True,
            position=10,
        ),
        told(
            name=DECIDED,
            label="Your changes",
            help="What you proposed or applied was approved, rejected, applied, stopped or reviewed, or has expired.",
            route_words=("Changes", "A change was approved, rejected, applied or reviewed, or has expired."),
            permission="",
            default=Timing.AT_ONCE,
            concerns=True,
            position=20,
        ),
        told(
            name=FAILED,
            label="Changes that fail",
            help="A change was stopped, or nobody knows its outcome, whoever proposed it.",
            position=30,
        ),
        told(
            name=ENDS,
            label="Access about to end",
            help="Temporary access that you asked for or applied ends within a day.",
            route_words=("", "Temporary access ends within a day."),
            permission="",
            default=Timing.AT_ONCE,
            concerns=True,
            position=40,
        ),
        told(
            name=NOT_ENDED,
            label="Access that did not end",
            help="Temporary access is still there after its end.",
            permission="",
            concerns=True,
            always=True,
            position=41,
        ),
        told(
            name=EMERGENCY,
            label="Without approvals",
            help="A change was applied without its approvals (break-glass), or somebody approved alone.",
            permission="",
            concerns=True,
            always=True,
            position=45,
        ),
    )
