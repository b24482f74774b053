"""Where a request stands: by what was said of it, and by its change and the change that ends it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from access_requests.models import AccessRequest
from sync import clock
from sync.changes.removals import UNDER_WAY, is_overdue
from sync.models import Change

State = Change.State

# Of requests: somebody has yet to decide; something was granted, and isn't taken away yet.
WAITING = Q(closed="") & (Q(change=None) | Q(change__state__in=Change.UNDECIDED))
GRANTED = Q(change__removal__state__in=UNDER_WAY)
BEING_GRANTED = Q(closed="", change__state__in=(State.SCHEDULED, *Change.MOVING, *Change.STUCK))
OPEN = WAITING | BEING_GRANTED | GRANTED


def with_changes(requests: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
    """With all that is asked of each to say where it stands."""
    return requests.select_related(
        "offer", "aws_account", "requester", "change__aws_account", "change__removal__aws_account", "closed_by"
    )


def removal_of(request: AccessRequest) -> Change | None:
    """The change that takes away what it gave. Asks nothing of the database for those of `with_changes`."""
    return getattr(request.change, "removal", None) if request.change else None


def standing(request: AccessRequest) -> str:
    """A state of iamconsole/web/vocabulary.py."""
    removal = removal_of(request)
    if removal is not None and (found := _after_grant(removal)):
        return found
    if request.closed:
        return request.closed
    change = request.change
    if change is None or change.state in Change.UNDECIDED:
        return "asked"
    return _BY_CHANGE.get(State(change.state), "granting")


def _after_grant(removal: Change) -> str:
    """ "" before anything was given, and where nothing was."""
    if removal.state == State.APPLIED:
        return "ended"
    if removal.state not in UNDER_WAY:
        return ""
    if is_overdue(removal):
        return "not_ended"
    is_due = removal.not_before is not None and removal.not_before <= clock.now()
    return "ending" if is_due or removal.state != State.SCHEDULED else "granted"


_BY_CHANGE = {
    State.REJECTED: "refused",
    State.EXPIRED: "expired",
    State.CANCELLED: "withdrawn",
    State.FAILED: "stopped",
    State.UNKNOWN: "stopped",
    State.CONFLICTED: "stopped",
    State.APPLIED: "ended",  # a reverse has taken it away
}


def is_granted(request: AccessRequest) -> bool:
    return standing(request) == "granted"


def may_be_withdrawn(request: AccessRequest) -> bool:
    return standing(request) in ("asked", "granting", "granted", "stopped")


def words_of_decision(request: AccessRequest) -> str:
    """What was said to who asked, by who decided."""
    if request.note or request.change is None:
        return request.note
    said = request.change.approvals.filter(void=False).exclude(comment="").last()
    return said.comment if said else ""
