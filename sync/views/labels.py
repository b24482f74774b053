"""Labels of AWS accounts: the list, one of them, and what owners do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import LONGEST_LABEL, AccountLabel, AwsAccount, Operator
from accounts.roles import ADMINISTER, APPROVE, SEE_IAM
from iamconsole.web import panels
from iamconsole.web.panels import Panel, PanelRow, boxes
from sync.models import LabelRemoval
from sync.safeguards import labels as services
from sync.safeguards.scopes import owns, takes_second_person
from sync.safeguards.services import NOT_OWNED, SafeguardError

LONGEST_REASON = 2_000
_WAITS = "Guard rails or tests of the label block plans there: a second person has to agree."


class LabelForm(forms.Form):
    name = forms.CharField(max_length=LONGEST_LABEL, label="Name", help_text="Such as production, or team payments.")


class AccountsForm(forms.Form):
    """`offered`: the AWS accounts of which some are chosen."""

    aws_accounts = forms.MultipleChoiceField(
        label="AWS accounts",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one AWS account."},
    )

    def __init__(self, *args: Any, offered: list[AwsAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offered = {each.account_id: each for each in offered}
        field = self.fields["aws_accounts"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        field.choices = [(account_id, str(each)) for account_id, each in self._offered.items()]

    @property
    def chosen(self) -> list[AwsAccount]:
        return [self._offered[each] for each in self.cleaned_data["aws_accounts"]]


class NewLabelForm(AccountsForm, LabelForm):
    """A name, and the AWS accounts that get it first."""


@dataclass(frozen=True)
class LabelLine:
    """`seen`: its AWS accounts that the operator sees; `unseen`: how many there are beside them."""

    label: AccountLabel
    seen: list[AwsAccount]
    unseen: int
    safeguards: int
    may_change: bool

    @property
    def more(self) -> int:
        """Beside the first three that it sees."""
        return max(0, len(self.seen) - 3) + self.unseen


def fetch_label(request: HttpRequest, pk: int) -> AccountLabel:
    """One of an AWS account that the operator owns. Raises Http404 for others, and PermissionDenied where something is
    to be changed by who doesn't own all of its AWS accounts.
    """
    operator = signed_in(request)
    found = AccountLabel.objects.visible_to(operator, ADMINISTER).filter(pk=pk).first()
    if found is None:
        raise Http404("No such label.")
    if request.method == "POST" and not owns(operator, found):
        raise PermissionDenied(NOT_OWNED)
    return found


def _line(label: AccountLabel, operator: Operator, visible: set[int]) -> LabelLine:
    found = label.aws_accounts()
    seen = [each for each in found if each.pk in visible]
    count = label.safeguards.filter(deleted_at=None).count()
    return LabelLine(label, seen, len(found) - len(seen), count, owns(operator, label))


def _visible(operator: Operator) -> set[int]:
    return set(AwsAccount.objects.visible_to(operator, SEE_IAM).values_list("pk", flat=True))


# ---- The list ----------------------------------------------------------------------------------------------------
def labels(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    form = NewLabelForm(request.POST or None, offered=list(operator.owned_aws_accounts()))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make(actor=operator, name=form.cleaned_data["name"], aws_accounts=form.chosen)
        except SafeguardError as problem:
            form.add_error("name", str(problem))
        else:
            return redirect("label", pk=made.pk)
    visible = _visible(operator)
    found = AccountLabel.objects.visible_to(operator, ADMINISTER)
    context = {"lines": [_line(each, operator, visible) for each in found], "form": form}
    return render(request, "sync/labels/list.html", context, status=422 if form.errors else 200)


# ---- One ---------------------------------------------------------------------------------------------------------
@require_GET
def label(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, fetch_label(request, pk))


def _page(
    request: HttpRequest,
    found: AccountLabel,
    problem: str = "",
    name_form: LabelForm | None = None,
    accounts_form: AccountsForm | None = None,
) -> HttpResponse:
    operator = signed_in(request)
    line = _line(found, operator, _visible(operator))
    pending = LabelRemoval.objects.filter(label=found, state=LabelRemoval.State.PENDING).select_related("author")
    offered = _offered(operator, found)
    removals = {each.aws_account_id: each for each in pending}
    context = {
        "label": found,
        "line": line,
        "rows": [(each, removals.get(each.pk)) for each in line.seen],
        "is_last": len(line.seen) + line.unseen == 1,
        "boxes": boxes("label", request, found),
        "blocks": bool(services.blocking_of(found)),
        "takes_two": takes_second_person(found),
        "name_form": name_form or LabelForm(initial={"name": found.name}),
        "accounts_form": accounts_form or (AccountsForm(offered=offered) if offered else None),
        "problem": problem,
    }
    wrong = bool(problem or any(each and each.errors for each in (name_form, accounts_form)))
    return render(request, "sync/labels/label.html", context, status=422 if wrong else 200)


def _offered(operator: Operator, found: AccountLabel) -> list[AwsAccount]:
    return list(operator.owned_aws_accounts().exclude(labelled__label=found))


def _do(request: HttpRequest, found: AccountLabel, do: Callable[[], str]) -> HttpResponse:
    """Says what `do` says; what it raises stands on the page."""
    try:
        messages.info(request, do())
    except SafeguardError as problem:
        found.refresh_from_db()
        return redirect("labels") if found.deleted_at else _page(request, found, str(problem))
    return redirect("labels") if found.deleted_at else redirect("label", pk=found.pk)


@require_POST
def label_rename(request: HttpRequest, pk: int) -> HttpResponse:
    found, operator = fetch_label(request, pk), signed_in(request)
    form = LabelForm(request.POST)
    if form.is_valid():
        try:
            services.rename(actor=operator, label=found, name=form.cleaned_data["name"])
        except SafeguardError as problem:
            form.add_error("name", str(problem))
        else:
            return redirect("label", pk=pk)
    return _page(request, found, name_form=form)


@require_POST
def label_add(request: HttpRequest, pk: int) -> HttpResponse:
    found, operator = fetch_label(request, pk), signed_in(request)
    form = AccountsForm(request.POST, offered=_offered(operator, found))
    if not form.is_valid():
        return _page(request, found, accounts_form=form)

    def add() -> str:
        services.add(actor=operator, label=found, aws_accounts=form.chosen)
        return "What is set for the label holds there from now on, also for changes that wait."

    return _do(request, found, add)


@require_POST
def label_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """From the AWS account that `aws_account` names."""
    found, operator = fetch_label(request, pk), signed_in(request)
    owned = operator.owned_aws_accounts()
    aws_account = get_object_or_404(owned, account_id=request.POST.get("aws_account", "")[:12])

    def remove() -> str:
        reason = request.POST.get("reason", "")[:LONGEST_REASON]
        waits = services.remove(actor=operator, label=found, aws_account=aws_account, reason=reason)
        return _WAITS if waits else f"{aws_account} has the label no longer."

    return _do(request, found, remove)


@require_POST
def label_delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = fetch_label(request, pk)

    def delete() -> str:
        services.delete(actor=signed_in(request), label=found)
        found.refresh_from_db()
        return "The label is deleted."

    return _do(request, found, delete)


# ---- What waits for a second person --------------------------------------------------------------------------------
@require_GET
def label_removal(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Somebody asked to take a label from this AWS account."""
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    removal = get_object_or_404(LabelRemoval.objects.select_related("label", "author", "decided_by"), pk=pk)
    if removal.aws_account_id != aws_account.pk:
        raise Http404("No such request.")
    waits = removal.state == LabelRemoval.State.PENDING
    context = {
        "aws_account": aws_account,
        "removal": removal,
        "waits": waits,
        "is_author": removal.author_id == operator.pk,
        "may_decide": waits and may(operator, APPROVE, aws_account),
        "boxes": [each for each in boxes("label", request, removal.label) if each.rows] if waits else [],
    }
    return render(request, "sync/labels/removal.html", context)


@require_POST
def label_decide(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    removal = get_object_or_404(LabelRemoval, pk=pk, aws_account=aws_account)
    try:
        if request.POST.get("decision") == "accept":
            services.agree(actor=operator, removal=removal)
            messages.info(request, "You agreed: the AWS account has the label no longer.")
        else:
            services.refuse(actor=operator, removal=removal)
            messages.info(request, "The AWS account keeps the label.")
    except SafeguardError as problem:
        messages.error(request, str(problem))
    return redirect("label_removal", account_id=account_id, pk=pk)


def _waiting(request: HttpRequest, aws_account: AwsAccount) -> Iterable[PanelRow]:
    pending = LabelRemoval.objects.filter(aws_account=aws_account, state=LabelRemoval.State.PENDING)
    for each in pending.select_related("label", "author"):
        yield PanelRow(
            title=f"Take away the label {each.label}?",
            url=reverse("label_removal", args=[aws_account.account_id, each.pk]),
            text="What is set for the label would block plans here no longer.",
            at=each.created_at,
            by=str(each.author),
            severity="medium",
            action="Decide",
        )


def register_panels() -> None:
    panels.register(Panel("overview.attention", "label_removals", "Labels", rows=_waiting, permission=SEE_IAM))
