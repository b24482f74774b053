"""The AWS accounts an operator may see, and the settings page of one for its owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.forms import ApprovalRuleForm, AwsAccountForm, GrantForm, WritesForm
from accounts.models import AccountLabel, ApprovalRule, AwsAccount, Grant, LabelledAwsAccount, Operator
from accounts.roles import ADMINISTER, PERMISSIONS, SEE_IAM, Role
from accounts.services import aws_accounts as settings_service
from accounts.services import grants as grants_service
from accounts.services.aws_accounts import make, remove
from iamconsole.web.navigation import shell_providers
from iamconsole.web.panels import boxes

# Several forms stand on the settings page, so the fields of each have ids of their own.
WRITES, GRANT, RULE = "writes_%s", "grant_%s", "rule_%s"


@dataclass(frozen=True)
class AwsAccountLine:
    """One AWS account as the list shows it."""

    aws_account: AwsAccount
    roles: list[str]
    age: datetime | None
    may_open: bool
    may_administer: bool
    labels: list[str]


@require_GET
def aws_accounts(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    context = {"lines": _lines(request, operator), "owns_all": operator.owns_all()}
    return render(request, "accounts/aws_accounts.html", context)


def _lines(request: HttpRequest, operator: Operator) -> list[AwsAccountLine]:
    roles: dict[int | None, set[str]] = defaultdict(set)
    for aws_account_id, role in Grant.objects.of(operator).values_list("aws_account_id", "role"):
        roles[aws_account_id].add(role)
    labels = _labels()
    return [
        _line(request, aws_account, held, labels[aws_account.pk])
        for aws_account in AwsAccount.objects.all()
        if (held := roles[aws_account.pk] | roles[None])
    ]


def _labels() -> dict[int, list[str]]:
    """Names by AWS account."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = LabelledAwsAccount.objects.order_by("label__name").values_list("aws_account_id", "label__name")
    for aws_account_id, name in rows:
        found[aws_account_id].append(name)
    return found


def _line(request: HttpRequest, aws_account: AwsAccount, held: set[str], labels: list[str]) -> AwsAccountLine:
    perms = frozenset().union(*(PERMISSIONS[role] for role in held))
    return AwsAccountLine(
        aws_account=aws_account,
        roles=[Role(role).label for role in Role.values if role in held],
        age=_age(request, aws_account),
        may_open=SEE_IAM in perms,
        may_administer=ADMINISTER in perms,
        labels=labels,
    )


def _age(request: HttpRequest, aws_account: AwsAccount) -> datetime | None:
    """When the newest complete pull ended; the app that pulls says so."""
    ages = (provider.age(request, aws_account) for provider in shell_providers())
    return next((age for age in ages if age is not None), None)


def aws_account(request: HttpRequest, account_id: str) -> HttpResponse:
    found = fetch_aws_account(request, account_id)
    form = AwsAccountForm(request.POST or None, instance=found)
    if request.method == "POST":
        if form.is_valid():
            settings_service.change(
                actor=signed_in(request), aws_account=form.instance, before=form.before(), request=request
            )
            return _done(request, found, "The settings are changed.")
        found.refresh_from_db()  # the form has put what it was given on it, valid or not
    return _page(request, found, form=form)


@require_POST
def aws_account_writes(request: HttpRequest, account_id: str) -> HttpResponse:
    found = fetch_aws_account(request, account_id)
    form = WritesForm(request.POST, auto_id=WRITES)
    if not form.is_valid():
        return _page(request, found, writes_form=form)
    on, reason = form.cleaned_data["on"], form.cleaned_data["reason"]
    settings_service.turn_writes(actor=signed_in(request), aws_account=found, on=on, reason=reason, request=request)
    return _done(request, found, f"Writes are {'on: changes can be applied' if on else 'off: nothing can be changed'}.")


@require_POST
def grant_give(request: HttpRequest, account_id: str) -> HttpResponse:
    found = fetch_aws_account(request, account_id)
    form = GrantForm(request.POST, auto_id=GRANT)

    def give() -> None:
        cleaned = form.cleaned_data
        grant = Grant(aws_account=found, role=cleaned["role"], pool_id=cleaned["pool_id"], **form.grantee())
        reason = cleaned["reason"]
        grants_service.give(actor=signed_in(request), grant=grant, reason=reason, request=request)

    if form.is_valid() and _tried(form, give):
        return _done(request, found, f"{form.cleaned_data['who']} has the role now.")
    return _page(request, found, grant_form=form)


def _tried(form: Form, act: Callable[[], object]) -> bool:
    """Whether the service did it; what it objects to becomes an error of the form."""
    try:
        act()
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


@require_POST
def grant_take(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    found = fetch_aws_account(request, account_id)
    grant = get_object_or_404(Grant, pk=pk, aws_account=found)
    words = f"{grant.operator or grant.group} is no longer {grant.get_role_display().lower()}."
    grants_service.take(actor=signed_in(request), grant=grant, request=request)
    return _done(request, found, words)


@require_POST
def approval_rule_make(request: HttpRequest, account_id: str) -> HttpResponse:
    found = fetch_aws_account(request, account_id)
    form = ApprovalRuleForm(request.POST, aws_account=found, auto_id=RULE)
    if form.is_valid() and _tried(form, lambda: make(actor=signed_in(request), rule=form.rule(), request=request)):
        return _done(request, found, "The rule holds from now on, also for changes that wait.")
    return _page(request, found, rule_form=form)


@require_POST
def approval_rule_remove(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    found = fetch_aws_account(request, account_id)
    rule = get_object_or_404(ApprovalRule, pk=pk, aws_account=found)
    remove(actor=signed_in(request), rule=rule, request=request)
    return _done(request, found, "The rule is removed. What was proposed under it still needs what it asked for.")


def _done(request: HttpRequest, found: AwsAccount, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("aws_account", account_id=found.account_id)


def _page(request: HttpRequest, found: AwsAccount, **forms: Any) -> HttpResponse:
    context = {
        "aws_account": found,
        "form": AwsAccountForm(instance=found),
        "writes_form": WritesForm(initial={"on": not found.writes_enabled}, auto_id=WRITES),
        "grant_form": GrantForm(auto_id=GRANT),
        "rule_form": ApprovalRuleForm(aws_account=found, auto_id=RULE),
        "rules": ApprovalRule.objects.filter(aws_account=found).select_related("group"),
        "grants": Grant.objects.on(found)
        .select_related("operator", "group", "rule__label")
        .order_by("aws_account", "role", "pk"),
        "boxes": boxes("account", request, found),
        "labels": AccountLabel.objects.of(found),
        **forms,
    }
    invalid = any(form.errors for form in forms.values())
    return render(request, "accounts/aws_account.html", context, status=422 if invalid else 200)
