"""Ownership rules of an AWS account, for its owners, with what they would do before they do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from accounts.stepup import demand_step_up
from iamconsole.web.words import counted, some
from sync.models import Ownership, OwnershipRule
from sync.ownership import WORDS, OwnershipRules
from sync.ownership_rules import MOST_RULES, change_rules, preview

BLANK = 2  # empty rules below those that there are
_DOES = {
    Ownership.IGNORED: "hides {}",
    Ownership.READ_ONLY: "makes {} read-only",
    Ownership.MANAGED: "brings {} back under this console",
}


class RuleForm(forms.Form):
    matches = forms.ChoiceField(
        label="Match on", choices=OwnershipRule.Matches.choices, initial=OwnershipRule.Matches.NAME
    )
    tag_key = forms.CharField(label="Tag", max_length=128, required=False)
    pattern = forms.CharField(label="Pattern", max_length=512)
    ownership = forms.ChoiceField(
        label="Ownership",
        choices=[(value, words.capitalize()) for value, words in WORDS.items()],
        initial=Ownership.READ_ONLY,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("matches") != OwnershipRule.Matches.TAG:
            cleaned["tag_key"] = ""
        elif not cleaned.get("tag_key"):
            self.add_error("tag_key", "Say which tag.")
        if cleaned.get("matches") == OwnershipRule.Matches.PATH and not cleaned.get("pattern", "/").startswith(
            ("/", "*")
        ):
            self.add_error("pattern", "A path begins with a slash, such as /platform/*.")
        return cleaned


RuleFormSet = formset_factory(
    RuleForm, extra=BLANK, can_order=True, can_delete=True, max_num=MOST_RULES, validate_max=True
)


@require_http_methods(["GET", "POST"])
def ownership_rules(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    if request.method == "GET":
        return _page(request, aws_account, RuleFormSet(initial=_as_they_are(aws_account)))
    formset = RuleFormSet(request.POST, initial=_as_they_are(aws_account))
    if not formset.is_valid():
        return _page(request, aws_account, formset)
    rules = _given(formset)
    if request.POST.get("action") == "preview":
        return _page(request, aws_account, formset, effects=_sentence(aws_account, rules))
    demand_step_up(request)
    if change_rules(aws_account=aws_account, rules=rules, actor=signed_in(request), request=request):
        messages.success(request, "The rules are changed.")
    else:
        messages.info(request, "The rules are as they were.")
    return redirect("ownership", account_id=account_id)


def _as_they_are(aws_account: AwsAccount) -> list[dict[str, Any]]:
    rules = OwnershipRule.objects.filter(aws_account=aws_account)
    return [dict(rule) for rule in rules.values("matches", "tag_key", "pattern", "ownership")]


def _given(formset: BaseFormSet[RuleForm]) -> list[OwnershipRule]:
    """In the order of their places; new ones without a place come last."""
    names = ("matches", "tag_key", "pattern", "ownership")
    return [OwnershipRule(**{name: form.cleaned_data[name] for name in names}) for form in formset.ordered_forms]


def _sentence(aws_account: AwsAccount, rules: Sequence[OwnershipRule]) -> str:
    """ "This hides 12 IAM roles and makes 2 IAM groups and 3 IAM users read-only." """
    effects = preview(aws_account, OwnershipRules(rules))
    sentences = [
        words.format(some(counts, shown=len(counts)))
        for then, words in _DOES.items()
        if (counts := [counted(each.number, each.one, each.many) for each in effects if each.ownership == then])
    ]
    return f"This {some(sentences)}." if sentences else "This changes nothing about what is in the mirror now."


def _page(
    request: HttpRequest, aws_account: AwsAccount, formset: BaseFormSet[RuleForm], effects: str = ""
) -> HttpResponse:
    context = {"aws_account": aws_account, "formset": formset, "effects": effects, "most": MOST_RULES}
    status = 422 if formset.is_bound and not formset.is_valid() else 200
    return render(request, "sync/ownership.html", context, status=status)
