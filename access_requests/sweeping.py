"""Once a minute: requests that can't be granted any more lapse, and what was given to who left ends at once."""

from __future__ import annotations

from access_requests.identities import identity_of
from access_requests.kinds import KINDS, row_of_identity
from access_requests.models import AccessRequest
from access_requests.offers import is_open_to
from access_requests.services import end
from access_requests.standing import BEING_GRANTED, GRANTED, WAITING, standing, with_changes
from accounts.access import may
from accounts.roles import REQUEST
from sync.changes import PlanError
from sync.changes.plan import check_may_request
from sync.error_isolation import for_each_isolated

_LEFT = "Who asked is no longer an operator here."
_NO_ROLE = "Who asked no longer has the role requester in each AWS account that it is for."
_UNLINKED = "Who asked is no longer linked to whom it was for."
_GONE = "Whom it was for is gone from AWS."
_NOT_OFFERED = "It isn’t offered to them any more."


def end_what_may_not_last() -> None:
    rows = AccessRequest.objects.filter(WAITING | BEING_GRANTED | GRANTED, returned_at=None)
    for_each_isolated(list(with_changes(rows)), _look)


def _look(made: AccessRequest) -> None:
    if why := why_not_any_more(made):
        try:
            end(made=made, why=why)
        except PlanError:
            return  # it ended by itself meanwhile


def why_not_any_more(made: AccessRequest) -> str:
    """A sentence; "" where it may be granted, or last. What was granted lasts though it is offered no more."""
    requester = made.requester
    if not requester.is_active:
        return _LEFT
    if not _may_ask_yet(made):
        return _NO_ROLE
    if made.offer is None:
        return ""
    identity = identity_of(requester, made.aws_account, KINDS[made.offer.kind].to)
    if identity is None or identity.object_id != made.given_to:
        return _UNLINKED
    if standing(made) != "asked":
        return ""
    if row_of_identity(identity) is None:
        return _GONE
    return "" if is_open_to(made.offer, requester) else _NOT_OFFERED


def _may_ask_yet(made: AccessRequest) -> bool:
    """There, and where a permission set gives access."""
    if not may(made.requester, REQUEST, made.aws_account):
        return False
    if made.change is None:
        return True
    try:
        check_may_request(made.change.steps.all(), made.requester, made.aws_account)
    except PlanError:
        return False
    return True
