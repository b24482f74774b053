"""The guard rails of an AWS account: the list, one with what is against it and its versions, and what owners do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from access.guard_rails.content import KIND, Mode, RailContent
from access.guard_rails.draft_block import effect_of
from access.guard_rails.finding_source import RULE
from access.guard_rails.form import RailForm
from access.guard_rails.rules import OWN, RULES, RailRule
from access.guard_rails.services import change_own, rail_of, set_in_each
from access.views.safeguards import decide, delete, fetch_safeguard, versions_context, waiting
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER
from findings.models import Finding, SourceLook
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.in_force import versions_in_force
from sync.safeguards.services import SafeguardError

_State = SafeguardVersion.State
_SHOWN, _NOUN = 20, "guard rail"
_DELETED = "The guard rail was deleted while you were editing. Save it again to make a new one of what you typed."
_WAITS = "It loosens a guard rail that stands against plans: a second person has to agree."


@dataclass(frozen=True)
class RailLine:
    """A rule, or one of their own, as the list shows it. `against`: how many are, as far as rows tell."""

    rule: RailRule
    url: str
    version: SafeguardVersion | None = None
    content: RailContent | None = None
    waits: bool = False
    against: int = 0

    @property
    def name(self) -> str:
        return self.version.name if self.version and self.rule.name == OWN else self.rule.title

    @property
    def is_off(self) -> bool:
        return self.content is None or self.content.mode is Mode.OFF

    @property
    def effect(self) -> str:
        return "" if self.content is None else effect_of(self.content)

    @property
    def said(self) -> list[tuple[str, str]]:
        """Label and words of its parameters."""
        kept = self.rule.kept(self.content.parameters) if self.content else {}
        pairs = ((each.label, each.words(kept[each.name])) for each in self.rule.parameters if kept)
        return [(label, words) for label, words in pairs if words]


@require_GET
def guard_rails(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    versions = list(versions_in_force(aws_account, KIND))
    waits, against = waiting(aws_account), _counts(aws_account)
    by_rule = {name: [each for each in versions if each.content["rule"] == name] for name in RULES}
    unset: list[SafeguardVersion | None] = [None]
    lines = [
        _line(aws_account, rule, version, waits, against)
        for name, rule in RULES.items()
        for version in by_rule[name] or (unset if name != OWN else ())
    ]
    context = {
        "aws_account": aws_account,
        "lines": lines,
        "on": sum(not each.is_off for each in lines),
        "may_change": may(signed_in(request), ADMINISTER, aws_account),
    }
    return render(request, "access/guard_rails/list.html", context)


def _line(
    aws_account: AwsAccount,
    rule: RailRule,
    version: SafeguardVersion | None,
    waits: set[int],
    against: dict[str, int],
) -> RailLine:
    url = _url(aws_account, rule, version.safeguard_id if version else 0)
    if version is None:
        return RailLine(rule, url)
    number = version.safeguard_id
    content = RailContent.read(version.content)
    return RailLine(rule, url, version, content, number in waits, against.get(str(number), 0))


def _url(aws_account: AwsAccount, rule: RailRule, pk: int) -> str:
    if rule.name == OWN:
        return reverse("guard_rail", args=[aws_account.account_id, pk])
    return reverse("guard_rail_rule", args=[aws_account.account_id, rule.name])


def _counts(aws_account: AwsAccount) -> dict[str, int]:
    """By the number of the guard rail: its rows are those of its scope."""
    rows = Finding.objects.filter(aws_account=aws_account, rule=RULE).counted_at(timezone.now())
    return dict(rows.values("scope").annotate(count=Count("pk")).values_list("scope", "count"))


# ---- One ---------------------------------------------------------------------------------------------------------
def _rule(name: str) -> RailRule:
    rule = RULES.get(name)
    if rule is None or rule.name == OWN:
        raise Http404("No such guard rail.")
    return rule


@require_GET
def guard_rail_rule(request: HttpRequest, account_id: str, rule: str) -> HttpResponse:
    aws_account, of = fetch_aws_account(request, account_id), _rule(rule)
    version = rail_of(aws_account, of.name)
    return _page(request, aws_account, of, version.safeguard if version else None, version)


@require_GET
def guard_rail(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    safeguard, version = fetch_safeguard(aws_account, KIND, pk)
    shown = version or safeguard.versions.order_by("-number").first()
    of = RULES[shown.content["rule"]] if shown else RULES[OWN]
    if of.name != OWN:
        return redirect(_url(aws_account, of, pk))
    return _page(request, aws_account, of, safeguard, version)


def guard_rail_new(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    if request.method == "POST":
        return _set(request, aws_account, RULES[OWN], None, None)
    return _page(request, aws_account, RULES[OWN], None, None)


@require_POST
def guard_rail_set(request: HttpRequest, account_id: str, rule: str) -> HttpResponse:
    aws_account, of = fetch_aws_account(request, account_id), _rule(rule)
    version = rail_of(aws_account, of.name)
    return _set(request, aws_account, of, version.safeguard if version else None, version)


@require_POST
def guard_rail_change(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """One of the operators' own."""
    aws_account = fetch_aws_account(request, account_id)
    safeguard, version = fetch_safeguard(aws_account, KIND, pk)
    if version is None:
        form = _form(request, aws_account, RULES[OWN], None, posted=True)
        return _page(request, aws_account, RULES[OWN], None, None, form, _DELETED)
    return _set(request, aws_account, RULES[OWN], safeguard, version)


def _set(
    request: HttpRequest,
    aws_account: AwsAccount,
    rule: RailRule,
    safeguard: Safeguard | None,
    version: SafeguardVersion | None,
) -> HttpResponse:
    form = _form(request, aws_account, rule, version, posted=True)
    if not form.is_valid():
        return _page(request, aws_account, rule, safeguard, version, form)
    operator, rails = signed_in(request), form.rails
    made: SafeguardVersion | None = None
    if rule.name == OWN and safeguard is not None:
        try:
            made = change_own(safeguard=safeguard, actor=operator, rail=rails.pop(aws_account))
        except SafeguardError as problem:
            return _page(request, aws_account, rule, safeguard, version, form, str(problem))
    for each in set_in_each(rails=rails, actor=operator):
        if each.aws_account == aws_account and each.why_not and (len(rails) == 1 or rule.name == OWN):
            return _page(request, aws_account, rule, safeguard, version, form, each.why_not)
        made = each.version if each.aws_account == aws_account else made
        _tell(request, each.version, each.why_not, f"{each.aws_account}: " if len(rails) > 1 else "")
    if rule.name == OWN and safeguard is not None:
        _tell(request, made)
    return redirect(_url(aws_account, rule, made.safeguard_id if made else 0))


def _tell(request: HttpRequest, version: SafeguardVersion | None, why_not: str = "", where: str = "") -> None:
    if why_not:
        messages.error(request, f"{where}{why_not}")
    elif version is not None and version.state == _State.PENDING:
        messages.info(request, f"{where}{_WAITS}")
    else:
        messages.info(request, f"{where}The guard rail holds from now on, also for changes that wait.")


@require_POST
def guard_rail_delete(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    return _do(request, account_id, pk, lambda safeguard: delete(request, safeguard, _NOUN))


@require_POST
def guard_rail_decide(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Of a version that waits for a second person."""
    return _do(request, account_id, pk, lambda safeguard: decide(request, safeguard, _NOUN))


def _do(request: HttpRequest, account_id: str, pk: int, do: Callable[[Safeguard], str]) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    safeguard, _ = fetch_safeguard(aws_account, KIND, pk)
    try:
        messages.info(request, do(safeguard))
    except SafeguardError as problem:
        messages.error(request, str(problem))
    return redirect("guard_rail", account_id=account_id, pk=pk)


# ---- The page of one ---------------------------------------------------------------------------------------------
def _form(
    request: HttpRequest, aws_account: AwsAccount, rule: RailRule, version: SafeguardVersion | None, *, posted: bool
) -> RailForm:
    others = AwsAccount.objects.visible_to(signed_in(request), ADMINISTER).exclude(pk=aws_account.pk)
    is_own_change = rule.name == OWN and version is not None
    return RailForm(
        request.POST if posted else None,
        rule=rule,
        aws_account=aws_account,
        others=[] if is_own_change else list(others.order_by("name", "pk")),
        content=RailContent.read(version.content) if version else None,
        name=version.name if version else "",
    )


def _page(
    request: HttpRequest,
    aws_account: AwsAccount,
    rule: RailRule,
    safeguard: Safeguard | None,
    version: SafeguardVersion | None,
    form: RailForm | None = None,
    problem: str = "",
) -> HttpResponse:
    operator = signed_in(request)
    is_deleted = safeguard is not None and version is None
    may_change = may(operator, ADMINISTER, aws_account) and not is_deleted
    versions = versions_context(safeguard, aws_account, operator)
    pending = versions["pending"]
    rows = Finding.objects.filter(aws_account=aws_account, rule=RULE, scope=str(safeguard.pk) if safeguard else "-")
    counted = rows.counted_at(timezone.now())
    looked = SourceLook.objects.filter(aws_account=aws_account, source="guard_rails").first()
    context: dict[str, Any] = {
        "aws_account": aws_account,
        "rule": rule,
        "is_own": rule.name == OWN,
        "safeguard": safeguard,
        "line": RailLine(rule, "", version, RailContent.read(version.content) if version else None),
        "is_deleted": is_deleted,
        "form": form or (_form(request, aws_account, rule, version, posted=False) if may_change else None),
        "post_url": _post_url(aws_account, rule, safeguard),
        "problem": problem,
        **versions,
        "modes": [(each, RailContent.read(each.content).mode.label.lower()) for each in versions["versions"]],
        "pending_line": RailLine(rule, "", pending, RailContent.read(pending.content)) if pending else None,
        "takes_two": services.takes_second_person(aws_account),
        "against": list(counted[:_SHOWN]),
        "more": max(0, counted.count() - _SHOWN),
        "looked_at": looked.looked_at if looked else None,
    }
    wrong = bool(problem or (form and form.errors))
    return render(request, "access/guard_rails/rail.html", context, status=422 if wrong else 200)


def _post_url(aws_account: AwsAccount, rule: RailRule, safeguard: Safeguard | None) -> str:
    if rule.name != OWN:
        return reverse("guard_rail_set", args=[aws_account.account_id, rule.name])
    if safeguard is None:
        return reverse("guard_rail_new", args=[aws_account.account_id])
    return reverse("guard_rail_change", args=[aws_account.account_id, safeguard.pk])
