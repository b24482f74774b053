"""The page of a queue that is on hold: what waits in it, and releasing it."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.panels import Panel, PanelRow
from iamconsole.web.words import counted
from sync import counter
from sync.account_status import aws_account_status
from sync.changes import PlanError
from sync.counter import release as service

MOST = 100


@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    chosen = [int(pk) for pk in request.POST.getlist("go_on") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return _page(request, problem="Say what you found out: it is kept in the audit trail.", chosen=chosen)
    try:
        released = service.release(actor=signed_in(request), going_on=chosen, reason=reason[:2_000])
    except PlanError as error:
        return _page(request, problem=str(error), chosen=chosen, reason=reason)
    going_on, stopped = counted(len(released.going_on), "change"), counted(len(released.stopped), "change")
    messages.success(request, f"The queue is released. Going on: {going_on}. To be looked at one by one: {stopped}.")
    return redirect("home")


def _page(
    request: HttpRequest, *, problem: str = "", chosen: list[int] | None = None, reason: str = ""
) -> HttpResponse:
    status = counter.status()
    context = {
        "on_hold_since": status.on_hold_since,
        "why": status.why,
        "waiting": service.waiting_changes() if status.on_hold_since else [],
        "ahead": service.ahead()[:MOST] if status.on_hold_since else [],
        "undecided": service.undecided()[:MOST] if status.on_hold_since else [],
        "chosen": chosen or [],
        "reason": reason,
        "problem": problem,
    }
    return render(request, "sync/queue.html", context, status=422 if problem else 200)


# ---- The overview --------------------------------------------------------------------------------------------
def register_panels() -> None:
    panels.register(Panel("overview.attention", "queue", "Queue", rows=_held, permission=SEE_IAM, position=0))


def _held(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    if not aws_account_status(aws_account).is_on_hold:
        return
    status = counter.status()
    may_release = service.may_release(signed_in(request))
    who = "Look at what waits, and release it." if may_release else "Owners of all AWS accounts release it."
    yield PanelRow(
        "Nothing is sent to AWS: the queue of changes is on hold",
        reverse("queue") if may_release else "",
        text=f"{status.why} {who}",
        at=status.on_hold_since,
        severity="critical",
        action="Review" if may_release else "",
    )
