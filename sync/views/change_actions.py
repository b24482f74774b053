"""What can be done with a change. Each: fetch with the right permission, call one service, back to the page."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.roles import ADMINISTER, APPLY, APPROVE, PROPOSE, SEE_IAM
from accounts.stepup import demand_step_up
from iamconsole.web.counts import forget
from sync import changes as service
from sync import selectors
from sync.forms import (
    REASON_LENGTH,
    ApproveAloneForm,
    BreakGlassForm,
    CommentForm,
    ConfirmApplyForm,
    OverrideForm,
    RejectForm,
    ReviewForm,
    WordForm,
    WordsForm,
)
from sync.models import Change
from sync.views.fetch import fetch_change, fetch_to_stop
from sync.views.steps import name_to_type
from sync.views.words_kept import keep_words


@require_POST
def change_apply(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, APPLY)
    demand_step_up(request)
    form = ConfirmApplyForm(request.POST, expected=name_to_type(change))
    if not form.is_valid():
        return _back(request, change, *form.errors["typed"])
    return _do(request, change, lambda: service.apply(change=change, actor=signed_in(request)))


@require_POST
def change_break_glass(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, ADMINISTER)
    demand_step_up(request)
    form, confirm = BreakGlassForm(request.POST), ConfirmApplyForm(request.POST, expected=name_to_type(change))
    if not confirm.is_valid():
        keep_words(request, change, form)
        return _back(request, change, *confirm.errors["typed"])
    actor = signed_in(request)
    return _say(request, change, form, lambda reason: service.break_glass(change=change, actor=actor, reason=reason))


@require_POST
def change_override(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, actor = fetch_change(request, account_id, pk, ADMINISTER), signed_in(request)
    demand_step_up(request)
    form = OverrideForm(request.POST)
    return _say(request, change, form, lambda why: service.override(change=change, actor=actor, reason=why).change)


@require_POST
def change_review(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, actor = fetch_change(request, account_id, pk, APPROVE), signed_in(request)
    demand_step_up(request)
    form = ReviewForm(request.POST)
    return _say(request, change, form, lambda text: service.review(change=change, actor=actor, comment=text).change)


@require_POST
def change_approve(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, actor = fetch_change(request, account_id, pk, APPROVE), signed_in(request)
    demand_step_up(request)
    form = CommentForm(request.POST)
    return _say(request, change, form, lambda text: service.approve(change=change, actor=actor, comment=text))


@require_POST
def change_approve_alone(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, actor = fetch_change(request, account_id, pk, ADMINISTER), signed_in(request)
    demand_step_up(request)
    form = ApproveAloneForm(request.POST)
    return _say(request, change, form, lambda why: service.approve_alone(change=change, actor=actor, reason=why))


@require_POST
def change_reject(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, actor = fetch_change(request, account_id, pk, APPROVE), signed_in(request)
    form = RejectForm(request.POST)
    return _say(request, change, form, lambda text: service.reject(change=change, actor=actor, comment=text))


@require_POST
def change_withdraw(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, APPROVE)
    return _do(request, change, lambda: service.withdraw_approval(change=change, actor=signed_in(request)))


@require_POST
def change_comment(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, SEE_IAM)
    if not service.may_comment(signed_in(request), change):
        raise PermissionDenied
    return _say(request, change, WordForm(request.POST), lambda text: _comment(request, change, text))


def _comment(request: HttpRequest, change: Change, text: str) -> Change:
    service.comment(change=change, actor=signed_in(request), text=text)
    return change


@require_POST
def change_cancel(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_to_stop(request, account_id, pk)
    actor, reason = signed_in(request), request.POST.get("reason", "")[:REASON_LENGTH]
    return _do(request, change, lambda: service.cancel(change=change, actor=actor, reason=reason))


@require_POST
def change_leave_out(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, APPLY)
    demand_step_up(request)
    return _do(request, change, lambda: service.leave_out(change=change, actor=signed_in(request)))


@require_POST
def change_retry(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, APPLY)
    demand_step_up(request)
    return _do(request, change, lambda: service.retry(change=change, actor=signed_in(request)))


@require_POST
def change_reverse(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, PROPOSE)
    reason = f"Reverses change {change.pk}, {change.title}."
    return _do(request, change, lambda: service.propose_reverse(change=change, actor=signed_in(request), reason=reason))


@require_POST
def change_replan(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, PROPOSE)
    actor, undoes = signed_in(request), request.POST.get("undoes") == "1"
    return _do(request, change, lambda: service.replan(change=change, actor=actor, undoes=undoes))


@require_POST
def change_look(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, APPLY)
    return _do(request, change, lambda: service.look_again(change=change, actor=signed_in(request)))


@require_POST
def change_own(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change, which = fetch_change(request, account_id, pk, PROPOSE), request.POST.get("which", "")
    actor = signed_in(request)
    return _do(request, change, lambda: service.delete_what_appeared(change=change, which=which, actor=actor))


@require_POST
def change_disown(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, PROPOSE)
    return _do(request, change, lambda: service.leave_what_appeared(change=change, actor=signed_in(request)))


def _say(request: HttpRequest, change: Change, form: WordsForm, action: Callable[[str], Change]) -> HttpResponse:
    """Does it with the words of the form; where that is refused, the form has them again."""
    [name] = form.fields
    if not form.is_valid():
        keep_words(request, change, form)
        return _back(request, change, *form.errors[name])
    try:
        came_of_it = action(form.cleaned_data[name])
    except service.PlanError as error:
        keep_words(request, change, form)
        return _back(request, change, str(error))
    return _on(request, came_of_it)


def _do(request: HttpRequest, change: Change, action: Callable[[], Change | None]) -> HttpResponse:
    """Does it, then redirects to the change that came of it; a refusal of the service is a message on the page."""
    try:
        came_of_it = action()
    except service.PlanError as error:
        return _back(request, change, str(error))
    return _on(request, came_of_it or change)


def _on(request: HttpRequest, change: Change) -> HttpResponse:
    """To the page of what was done. What the sidebar says is asked of the operator is counted anew there."""
    asked = selectors.asked_of(signed_in(request), change.aws_account)
    if asked is not None:
        forget(asked)
    return redirect("change", account_id=change.aws_account.account_id, pk=change.pk)


def _back(request: HttpRequest, change: Change, *sentences: str) -> HttpResponse:
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect("change", account_id=change.aws_account.account_id, pk=change.pk)
