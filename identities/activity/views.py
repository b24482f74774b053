"""What a user or role called last, as CloudTrail has it: a tab, whose answer is asked for by a button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from identities.object_pages import ROLE, USER
from objects.object_pages import ObjectPages, fetch_row, render_tab
from sync.activity import principals
from sync.activity.erasing import ERASED
from sync.activity.people import DoerNames
from sync.activity.principals import ShownCall
from sync.models import ActivityAnswer, TrailEvent
from sync.views.words import ErrorView

ACTIVITY = "activity"
_KINDS: dict[str, tuple[ObjectPages, TrailEvent.Doer]] = {
    USER.name: (USER, TrailEvent.Doer.USER),
    ROLE.name: (ROLE, TrailEvent.Doer.ROLE),
}


@dataclass(frozen=True)
class CallLine:
    """A call as the operator may see it: `by` and `address` are "" for those who may not see people."""

    call: ShownCall
    by: str
    address: str


@require_GET
def activity(request: HttpRequest, account_id: str, aws_id: str, kind: str) -> HttpResponse:
    pages, doer = _KINDS[kind]
    row = fetch_row(request, pages, account_id, aws_id)
    answer = principals.answer_of(row)
    sees = DoerNames(signed_in(request), row.aws_account).may_know(doer, row.name)
    calls = principals.calls_in(answer) if answer else ()
    show = request.GET.get("show", "")
    shown = [each for each in calls if _fits(each, show)]
    context: dict[str, Any] = {
        "answer": answer,
        "is_waiting": answer is not None and answer.state == ActivityAnswer.State.WAITING,
        "is_erased": answer is not None and answer.calls == ERASED,
        "lines": _lines(shown, sees=sees),
        "total": len(calls),
        "denied": len(principals.denials(calls)),
        "show": show,
        "hidden": not sees,
        "error": ErrorView.of(answer.error) if answer else None,
        "regions": principals.regions_asked(row.aws_account),
        "by_sessions": doer is TrailEvent.Doer.ROLE,
        "ask_url": f"{kind}_activity_ask",
    }
    return render_tab(request, pages, row, tab=ACTIVITY, template="identities/tabs/activity.html", context=context)


def _fits(call: ShownCall, show: str) -> bool:
    return call.is_denied if show == "denied" else not call.reads if show == "writes" else True


def _lines(calls: Sequence[ShownCall], *, sees: bool) -> list[CallLine]:
    return [
        CallLine(each, (each.person or each.session) if sees else "", each.address if sees else "") for each in calls
    ]


@require_POST
def activity_ask(request: HttpRequest, account_id: str, aws_id: str, kind: str) -> HttpResponse:
    pages, _ = _KINDS[kind]
    row = fetch_row(request, pages, account_id, aws_id)
    if row.aws_account.is_connected:
        principals.ask(row=row, actor=signed_in(request))
    else:
        messages.error(request, "This AWS account was imported from a file: its CloudTrail can’t be asked.")
    return redirect(f"{kind}_activity", account_id=account_id, aws_id=aws_id)
