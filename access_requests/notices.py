"""What is told of requests that are of no offer yet, and of those that ended without a decision.

All others are changes, and told of as changes are: to those whose approval is wanted, and to who asked when it is
decided, applied, about to end or stopped (sync/changes/notices.py). All of it leads to the page of the request.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from access_requests.models import AccessRequest
from access_requests.standing import WAITING
from accounts.access import who_may
from accounts.models import Operator
from accounts.roles import APPROVE
from notifications import kinds
from notifications.kinds import EventKind
from notifications.models import NotifiedEvent
from notifications.telling import tell
from notifications.timing import Timing
from sync.models import Change

ASKED, CLOSED = "access_request.asked", "access_request.closed"


def page_of(request: AccessRequest) -> str:
    """For who asked and for who decides: it sends each to their own."""
    return reverse("access_request", kwargs={"account_id": request.aws_account.account_id, "pk": request.pk})


def page_of_change(change: Change) -> str:
    """ "" of a change that isn't of a request here."""
    request = AccessRequest.objects.filter(change=change).select_related("aws_account").first()
    return page_of(request) if request else ""


def tell_asked(request: AccessRequest) -> None:
    """In the transaction that makes it."""
    deciding = who_may(APPROVE, request.aws_account).exclude(pk=request.requester_id)
    _tell(ASKED, "Access asked for", request, list(deciding))


def tell_closed(request: AccessRequest) -> None:
    """In the transaction that closes it."""
    _tell(CLOSED, request.get_closed_display(), request, [request.requester])


def _tell(kind: str, subject: str, request: AccessRequest, to: Sequence[Operator]) -> None:
    tell(
        kind,
        aws_account=request.aws_account,
        title=f"{subject}: request {request.pk} in {request.aws_account}",
        path=page_of(request),
        data={"request": request.pk},
        to=to,
    )


def _still_waits(event: NotifiedEvent, operator: Operator | None) -> bool:
    waiting = AccessRequest.objects.filter(WAITING, pk=event.data["request"], change=None)
    if operator is None:
        return waiting.exists()
    return waiting.exclude(requester=operator).exists() and operator.has_perm(APPROVE, event.aws_account)


def _asks(event: NotifiedEvent, operator: Operator | None) -> Sequence[str]:
    return ["Somebody asks for access that isn’t offered: its page says what, and what answers it."]


def _says_why(event: NotifiedEvent, operator: Operator | None) -> Sequence[str]:
    return ["A request for access ended without being granted, or was ended early; its page says why."]


def register_kinds() -> None:
    """To be called in `AppConfig.ready()`."""
    kinds.register(
        EventKind(
            name=ASKED,
            label="Access asked for",
            help="Somebody asks for access that isn’t offered, and you may decide about it.",
            route_words=("", "Somebody asks for access that isn’t offered."),
            default=Timing.AT_ONCE,
            concerns=True,
            position=12,
            still=_still_waits,
            more=_asks,
        ),
        EventKind(
            name=CLOSED,
            label="Your requests for access",
            help="What you asked for was refused, has lapsed, or was ended early.",
            permission="",
            default=Timing.AT_ONCE,
            concerns=True,
            on_routes=False,
            position=22,
            more=_says_why,
        ),
    )
