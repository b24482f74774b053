"""The rules: what is looked for, with its page in the words of docs/findings.md, and how the AWS account has it set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER
from findings.attention import RuleFigures, figures
from findings.fixes import is_fixable
from findings.forms import FindingRuleForm
from findings.models import RuleSetting, RuleTally, SourceLook
from findings.rule_settings import set_rule
from findings.rules import Rule
from findings.services import MuteRefused
from findings.sources import FindingSource, all_sources
from findings.views.inbox import InboxOf, tabs

REFUSED = 422


@dataclass(frozen=True)
class RuleLine:
    rule: Rule
    figures: RuleFigures | None
    setting: RuleSetting | None


@dataclass(frozen=True)
class SourceLines:
    title: str
    lines: list[RuleLine]
    look: SourceLook | None


@require_GET
def rules(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    of = InboxOf([aws_account], aws_account)
    counts = {each.rule: each for each in figures(list(RuleTally.objects.filter(aws_account=aws_account)))}
    settings = {each.rule: each for each in RuleSetting.objects.filter(aws_account=aws_account)}
    looks = {each.source: each for each in SourceLook.objects.filter(aws_account=aws_account)}
    listed = [
        SourceLines(source.title, list(_lines(source.rules.values(), counts, settings)), looks.get(source.name))
        for source in all_sources()
        if source.rules
    ]
    context = {
        "aws_account": aws_account,
        "tabs": tabs(of, "rules", sum(each.findings for each in counts.values())),
        "sources": sorted(listed, key=lambda each: (len(each.lines) > 40, each.title)),
        "shows_errors": may(signed_in(request), ADMINISTER, aws_account),
    }
    return render(request, "findings/rules.html", context)


def _lines(
    some: Iterable[Rule], counts: dict[str, RuleFigures], settings: dict[str, RuleSetting]
) -> Iterable[RuleLine]:
    return (RuleLine(rule, counts.get(rule.id), settings.get(rule.id)) for rule in some)


def _named(rule_id: str) -> tuple[FindingSource, Rule]:
    for source in all_sources():
        if rule_id in source.rules:
            return source, source.rules[rule_id]
    raise Http404("No such rule.")


@require_GET
def rule(request: HttpRequest, account_id: str, rule_id: str) -> HttpResponse:
    return _rule_page(request, fetch_aws_account(request, account_id), rule_id, None)


@require_http_methods(["POST"])
def rule_set(request: HttpRequest, account_id: str, rule_id: str) -> HttpResponse:
    """For owners."""
    aws_account = fetch_aws_account(request, account_id)
    _named(rule_id)
    form = FindingRuleForm(_setting(aws_account, rule_id), request.POST)
    if form.is_valid():
        try:
            set_rule(
                aws_account=aws_account,
                rule=rule_id,
                is_off=form.is_off,
                severity=form.severity,
                reason=form.cleaned_data["reason"],
                actor=signed_in(request),
                request=request,
            )
        except MuteRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The rule is set. What was found already follows.")
            return redirect("finding_rule", account_id=account_id, rule_id=rule_id)
    return _rule_page(request, aws_account, rule_id, form)


def _setting(aws_account: AwsAccount, rule_id: str) -> RuleSetting | None:
    rows = RuleSetting.objects.filter(aws_account=aws_account, rule=rule_id).select_related("set_by")
    return rows.first()


def _rule_page(
    request: HttpRequest, aws_account: AwsAccount, rule_id: str, form: FindingRuleForm | None
) -> HttpResponse:
    source, found = _named(rule_id)
    setting = _setting(aws_account, rule_id)
    counted = figures(list(RuleTally.objects.filter(aws_account=aws_account, rule=rule_id)))
    may_set = may(signed_in(request), ADMINISTER, aws_account)
    context = {
        "aws_account": aws_account,
        "rule": found,
        "source": source.title,
        "figures": next(iter(counted), None),
        "setting": setting,
        "is_fixable": is_fixable(rule_id),
        "look": SourceLook.objects.filter(aws_account=aws_account, source=source.name).first(),
        "form": (form or FindingRuleForm(setting)) if may_set else None,
        "shows_errors": may_set,
    }
    return render(request, "findings/rule.html", context, status=REFUSED if form is not None and form.errors else 200)
