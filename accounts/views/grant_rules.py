"""Grants by a label or an organizational unit: what there is, what waits, and what owners of all AWS accounts do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from accounts.forms import GrantRuleForm
from accounts.models import GrantGain, GrantRule
from accounts.services import grant_rules as services


@require_GET
def grant_rules(request: HttpRequest) -> HttpResponse:
    return _page(request, GrantRuleForm())


@require_POST
def grant_rule_give(request: HttpRequest) -> HttpResponse:
    form = GrantRuleForm(request.POST)
    if form.is_valid():
        try:
            rule = services.give(
                actor=signed_in(request), rule=form.rule(), reason=form.cleaned_data["reason"], request=request
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            count = rule.grants.count()
            where = "no AWS account yet" if not count else f"{count} AWS account{'' if count == 1 else 's'}"
            messages.success(request, f"{rule.operator or rule.group} has the role on {where} now.")
            return redirect("grant_rules")
    return _page(request, form, 422)


@require_POST
def grant_rule_take(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(_rules(), pk=pk)
    services.take(actor=signed_in(request), rule=rule, request=request)
    messages.success(request, f"{rule.operator or rule.group} has no role by the {rule.title} any more.")
    return redirect("grant_rules")


@require_POST
def grant_gain_decide(request: HttpRequest, pk: int) -> HttpResponse:
    agrees = request.POST.get("decision") == "agree"
    if not agrees and request.POST.get("decision") != "refuse":
        messages.error(request, "Choose whether you agree or refuse.")
        return redirect("grant_rules")
    try:
        gain = services.decide(actor=signed_in(request), gain=pk, agrees=agrees, request=request)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        who = gain.rule.operator or gain.rule.group
        words = "has the role on" if agrees else "doesn’t get the role on"
        messages.success(request, f"{who} {words} {gain.aws_account}.")
    return redirect("grant_rules")


def _rules() -> QuerySet[Any]:
    return GrantRule.objects.select_related("operator", "group", "label").order_by("pk")


def _page(request: HttpRequest, form: GrantRuleForm, status: int = 200) -> HttpResponse:
    waiting = GrantGain.objects.filter(state=GrantGain.State.WAITING)
    context = {
        "rules": _rules().annotate(held=Count("grants", distinct=True)),
        "gains": waiting.select_related("rule__operator", "rule__group", "rule__label", "aws_account"),
        "form": form,
    }
    return render(request, "accounts/grant_rules.html", context, status=status)
