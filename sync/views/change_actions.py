"""What an operator does with a change: one view for all events of sync/changes/transitions.py, with a form each.

Fetch with the right permission, call one service, back to the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.stepup import demand_step_up
from iamconsole.web.counts import forget
from sync import changes as service
from sync import selectors
from sync.changes import transitions
from sync.changes.events import OperatorEvent, asks_fresh_sign_in, may_do
from sync.forms import (
    AccessEndForm,
    AppearedForm,
    ApproveAloneForm,
    BreakGlassForm,
    CancelForm,
    CommentForm,
    ConfirmApplyForm,
    OverrideCodeForm,
    OverrideForm,
    OverrideGuardRailForm,
    RejectForm,
    ReplanForm,
    RetryForm,
    ReviewForm,
    WordForm,
    WordsForm,
)
from sync.models import Change
from sync.views.kept_words import keep_words
from sync.views.live import fetch_change
from sync.views.steps import name_to_type


@dataclass(frozen=True)
class ChangeAction:
    """`service` takes the change, the actor and what the form has, by the names of its fields. Raises PlanError."""

    event: OperatorEvent
    service: Callable[..., object]
    form: type[forms.Form] = forms.Form


ACTIONS: Mapping[str, ChangeAction] = {
    action.event.name: action
    for action in (
        ChangeAction(transitions.APPROVE_IT, service.approve, CommentForm),
        ChangeAction(transitions.APPROVE_ALONE, service.approve_alone, ApproveAloneForm),
        ChangeAction(transitions.REJECT, service.reject, RejectForm),
        ChangeAction(transitions.WITHDRAW, service.withdraw_approval),
        ChangeAction(transitions.OVERRIDE, service.override, OverrideForm),
        ChangeAction(transitions.OVERRIDE_GUARD_RAIL, service.override_guard_rail, OverrideGuardRailForm),
        ChangeAction(transitions.OVERRIDE_CODE, service.override_code, OverrideCodeForm),
        ChangeAction(transitions.APPLY_IT, service.apply),
        ChangeAction(transitions.BREAK_GLASS, service.break_glass, BreakGlassForm),
        ChangeAction(transitions.REVIEW, service.review, ReviewForm),
        ChangeAction(transitions.DRY_RUN, service.ask_dry_run),
        ChangeAction(transitions.COMMENT, service.comment, WordForm),
        ChangeAction(transitions.CANCEL, service.cancel, CancelForm),
        ChangeAction(transitions.MOVE_END, service.move_end, AccessEndForm),
        ChangeAction(transitions.RETRY, service.retry, RetryForm),
        ChangeAction(transitions.LEAVE_OUT, service.leave_out),
        ChangeAction(transitions.LOOK_AGAIN, service.look_again),
        ChangeAction(transitions.REPLAN, service.replan, ReplanForm),
        ChangeAction(transitions.DELETE_APPEARED, service.delete_what_appeared, AppearedForm),
        ChangeAction(transitions.LEAVE_APPEARED, service.leave_what_appeared),
        ChangeAction(transitions.REVERSE, service.propose_reverse),
    )
}


@require_POST
def change_action(request: HttpRequest, account_id: str, pk: int, event: str) -> HttpResponse:
    """Does it, then redirects to the change that came of it; a refusal is a message on the page, with its words."""
    action, actor = ACTIONS[event], signed_in(request)
    change = fetch_change(request, account_id, pk)
    if not may_do(action.event, change, actor):
        raise PermissionDenied
    if asks_fresh_sign_in(action.event, change):
        demand_step_up(request)
    form = action.form(request.POST)
    if wrong := _wrong(request, change, action, form):
        return _back(request, change, form, wrong)
    try:
        came_of_it = action.service(change=change, actor=actor, **form.cleaned_data)
    except service.PlanError as error:
        return _back(request, change, form, [str(error)])
    return _on(request, came_of_it if isinstance(came_of_it, Change) else change)


def _wrong(request: HttpRequest, change: Change, action: ChangeAction, form: forms.Form) -> list[str]:
    """What is to be typed and wasn't, in sentences."""
    if action.event.types_name:
        confirmed = ConfirmApplyForm(request.POST, expected=name_to_type(change))
        if not confirmed.is_valid():
            return [str(error) for error in confirmed.errors["typed"]]
    return [str(error) for errors in form.errors.values() for error in errors]


def _on(request: HttpRequest, change: Change) -> HttpResponse:
    """To the page of what was done. The sidebar there counts anew what waits for the operator."""
    forget(selectors.asked_of(signed_in(request), change.aws_account))
    return redirect("change", account_id=change.aws_account.account_id, pk=change.pk)


def _back(request: HttpRequest, change: Change, form: forms.Form, sentences: list[str]) -> HttpResponse:
    page = reverse("change", args=[change.aws_account.account_id, change.pk])
    if isinstance(form, WordsForm):
        name, *others = form.fields
        more = {each: str(form.data.get(each, "")) for each in others}
        keep_words(request, page, form.place, str(form.data.get(name, "")), **more)
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect(page)
