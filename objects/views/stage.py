"""Staging: a form becomes a change, and the page of the change shows its plan. Nothing is sent to AWS here."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest

from accounts.access import signed_in
from objects.forms import StageForm
from sync import changes
from sync.models import Change
from sync.naming import Names
from sync.operations import BadParams, Refusal

REFUSED = 422  # the form is printed again, with what is wrong with it


def stage(request: HttpRequest, form: StageForm) -> Change | None:
    """The change that a valid form proposes; None when it has to be shown again, with a refusal as its error."""
    try:
        with transaction.atomic():  # secrets that the steps keep go with a plan that is refused
            steps = list(form.steps())
            return changes.propose_until(
                until=form.until,
                aws_account=form.aws_account,
                actor=signed_in(request),
                title=form.titled(steps) if steps else "",
                reason=form.cleaned_data["reason"],
                steps=steps,
                not_before=form.not_before,
                independent=form.independent,
            )
    except (changes.PlanError, Refusal, BadParams) as error:
        form.refuse(error, Names(signed_in(request), form.aws_account).said(str(error)))
        return None
