"""The page of a queue that is on hold: what AWS says of each open change, what owners decide, and releasing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.panels import Panel, PanelRow
from iamconsole.web.words import counted
from notifications import outbox
from sync import counter
from sync.account_status import aws_account_status
from sync.changes import PlanError
from sync.counter import release as service
from sync.held import changes as held
from sync.held import deciding
from sync.models import HeldDecision
from sync.views.live import fetch_change, poll_response, signature

DECIDED = {
    HeldDecision.Choice.RELEASE: "is released: it goes on with the queue",
    HeldDecision.Choice.DONE: "is marked as done",
    HeldDecision.Choice.GIVE_UP: "is given up",
}
NO_REASON = "Say what you found out: it is kept in the audit trail."


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def queue_look(request: HttpRequest) -> HttpResponse:
    """Asks AWS about all of theirs at once."""
    operator, status = signed_in(request), counter.status()
    try:
        mine = held.seen_by(operator, status.on_hold_since) if status.on_hold_since else []
        asked = deciding.look(actor=operator, changes=mine)
    except PlanError as error:
        return _page(request, problem=str(error))
    messages.info(request, f"AWS is asked about {counted(asked, 'change')}: nothing is written.")
    return redirect("queue")


@never_cache
@require_GET
def queue_looked(request: HttpRequest) -> HttpResponse:
    """The fragment that the page asks for while workers look at AWS."""
    context = _looking(request)
    return poll_response(
        request, "sync/queue/looking.html", context, moving=bool(context["looking"]), page=reverse("queue")
    )


@require_POST
def queue_release(request: HttpRequest) -> HttpResponse:
    reason, tells_old = request.POST.get("reason", "").strip(), bool(request.POST.get("tells_old"))
    if not reason:
        return _page(request, problem=NO_REASON)
    try:
        released = service.release(actor=signed_in(request), reason=reason[:2_000], tells_old=tells_old)
    except PlanError as error:
        return _page(request, problem=str(error), reason=reason)
    messages.success(request, f"The queue is released. Going on: {counted(len(released.going_on), 'change')}.")
    return redirect("home")


@require_POST
def change_held_decide(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    posted, seen = request.POST, request.POST.get("seen", "")
    if posted.get("choice") not in HeldDecision.Choice.values:
        return _page(request, problem="Release it, mark it as done, or give it up.", about=pk, words=posted)
    try:
        made = deciding.decide(
            change=change,
            actor=signed_in(request),
            choice=posted["choice"],
            reason=posted.get("reason", ""),
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None,
            is_not_done=bool(posted.get("is_not_done")),
        )
    except PlanError as error:
        return _page(request, problem=str(error), about=pk, words=posted)
    said = DECIDED[HeldDecision.Choice(made.choice)] if made.is_in_force else "waits for another owner to confirm that"
    messages.success(request, f"Change {pk} {said}.")
    return redirect("queue")


@require_POST
def change_held_confirm(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    try:
        deciding.confirm(change=fetch_change(request, account_id, pk), actor=signed_in(request))
    except PlanError as error:
        return _page(request, problem=str(error), about=pk)
    messages.success(request, f"Change {pk}: what was decided is confirmed.")
    return redirect("queue")


def _page(
    request: HttpRequest,
    *,
    problem: str = "",
    reason: str = "",
    about: int | None = None,
    words: Mapping[str, str] | None = None,
) -> HttpResponse:
    """`about`: the change that the problem is of, with the `words` that were posted for it."""
    status, operator = counter.status(), signed_in(request)
    since = status.on_hold_since
    mine = held.held_changes(held.seen_by(operator, since), since) if since else []
    context = {
        "on_hold_since": since,
        "why": status.why,
        "is_unfinished": status.why == counter.UNFINISHED,
        "going": [each for each in mine if each.goes_by_itself],
        "resting": [each for each in mine if not each.goes_by_itself],
        "undecided": held.undecided(since).count() if since else 0,
        "messages_waiting": outbox.waiting_since_before(since).count() if since else 0,
        "may_release": service.may_release(operator),
        "problem": problem,
        "about": about,
        "words": words or {},
        "reason": reason,
        **_looking(request),
    }
    return render(request, "sync/queue.html", context, status=422 if problem else 200)


def _looking(request: HttpRequest) -> dict[str, Any]:
    since = counter.status().on_hold_since
    mine = held.seen_by(signed_in(request), since) if since else []
    looking = sum(each.is_being_looked_at for each in held.held_changes(mine, since)) if since else 0
    return {"looking": looking, "signature": signature(looking)}


# ---- The overview --------------------------------------------------------------------------------------------
def register_panels() -> None:
    panels.register(Panel("overview.attention", "queue", "Queue", rows=_held, permission=SEE_IAM, position=0))


def _held(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    if not aws_account_status(aws_account).is_on_hold:
        return
    status = counter.status()
    may_decide = deciding.may_decide(signed_in(request), aws_account)
    who = "Look at each open change, and decide." if may_decide else "Owners look at each open change, and decide."
    yield PanelRow(
        "Nothing is sent to AWS: the queue of changes is on hold",
        reverse("queue") if may_decide else "",
        text=f"{status.why} {who}",
        at=status.on_hold_since,
        severity="critical",
        action="Review" if may_decide else "",
    )
