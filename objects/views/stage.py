"""Staging: a form becomes a change, and the page of the change shows its plan. Nothing is sent to AWS here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import signed_in
from accounts.models import AwsAccount
from objects.forms import StageForm
from sync import changes
from sync.models import Change
from sync.operations import StepSpec

REFUSED = 422  # the form is printed again, with what is wrong with it


def stage(
    request: HttpRequest, aws_account: AwsAccount, form: StageForm, steps: Callable[[], Sequence[StepSpec]]
) -> Change | None:
    """The change that a valid form proposes; None when it has to be shown (again). A refusal becomes its error."""
    if request.method != "POST" or not form.is_valid():
        return None
    cleaned = form.cleaned_data
    try:
        return changes.propose(
            aws_account=aws_account,
            actor=signed_in(request),
            title=cleaned["title"],
            reason=cleaned["reason"],
            steps=list(steps()),
        )
    except changes.PlanError as error:
        form.refuse(error)
        return None


def stage_page(
    request: HttpRequest,
    aws_account: AwsAccount,
    form: StageForm,
    steps: Callable[[], Sequence[StepSpec]],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """A small page with a form: to the plan when it proposes, the page again when it doesn't."""
    if change := stage(request, aws_account, form, steps):
        return redirect("change", account_id=aws_account.account_id, pk=change.pk)
    status = REFUSED if form.errors else 200
    return render(request, template, {"form": form, "aws_account": aws_account, **context}, status=status)
