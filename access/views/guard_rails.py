"""The guard rails of an AWS account or a label: the list, one with what is against it, and what owners do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.guard_rails.content import KIND, Mode, RailContent
from access.guard_rails.draft_block import effect_of
from access.guard_rails.finding_source import RULE
from access.guard_rails.form import RailForm
from access.guard_rails.own_form import OwnRailForm, RailDocumentField
from access.guard_rails.rules import OWN, RULES, RailRule
from access.guard_rails.services import WantedRail, change_own, make_own, rail_of, set_in_each
from access.views.safeguards import (
    PageScope,
    decide,
    delete,
    fetch_own,
    fetch_safeguard,
    fetch_scope,
    may_own,
    versions_context,
    waiting,
)
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from findings.models import Finding, SourceLook
from objects.object_actions import DO, KEEP, VIEW
from policies.views.document import render_checked
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards.scopes import accounts_in, owns, takes_second_person
from sync.safeguards.services import SafeguardError

_State = SafeguardVersion.State
_SHOWN, _NOUN = 20, "guard rail"
_DELETED = "The guard rail was deleted while you were editing. Save it again to make a new one of what you typed."
_WAITS = "It loosens a guard rail that stands against plans: a second person has to agree."


@dataclass(frozen=True)
class RailLine:
    """A rule, or one of their own, as the list shows it. `against`: how many are, as far as rows tell. `label`:
    because of which it holds in the AWS account.
    """

    rule: RailRule
    url: str
    version: SafeguardVersion | None = None
    content: RailContent | None = None
    waits: bool = False
    against: int = 0
    label: str = ""

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
def guard_rails(request: HttpRequest, account_id: str = "", label: int = 0) -> HttpResponse:
    scope, operator = fetch_scope(request, account_id, label), signed_in(request)
    lines = lines_of(scope, operator)
    context = {
        **scope.context(),
        "lines": lines,
        "on": sum(not each.is_off for each in lines),
        "may_change": owns(operator, scope.of),
        "new_url": scope.url("guard_rail_new"),
        "may_label": operator.is_staff,
    }
    return render(request, "access/guard_rails/list.html", context)


def lines_of(scope: PageScope, operator: Operator) -> list[RailLine]:
    """Of each rule: what is set there, or that it isn't; and what holds there because of a label."""
    versions = scope.versions(KIND)
    waits, against = waiting(versions), _counts(scope, operator)
    lines = []
    for name, rule in RULES.items():
        found = [each for each in versions if each.content["rule"] == name]
        is_set = any(_is_set(each, scope) for each in found)
        unset: list[SafeguardVersion | None] = [] if is_set or name == OWN else [None]
        found.sort(key=lambda each: _is_set(each, scope))
        lines += [_line(scope, rule, each, waits, against) for each in [*found, *unset]]
    return lines


def _is_set(version: SafeguardVersion, scope: PageScope) -> bool:
    """There itself, and not for a label of the AWS account."""
    return scope.label is not None or version.safeguard.label_id is None


def _line(
    scope: PageScope,
    rule: RailRule,
    version: SafeguardVersion | None,
    waits: set[int],
    against: dict[str, int],
) -> RailLine:
    if version is None:
        return RailLine(rule, _url(scope, rule, None))
    number, safeguard = version.safeguard_id, version.safeguard
    url = _url(scope, rule, safeguard)
    label = "" if _is_set(version, scope) else str(safeguard.label)
    content = RailContent.read(version.content)
    return RailLine(rule, url, version, content, number in waits, against.get(str(number), 0), label)


def _url(scope: PageScope, rule: RailRule, safeguard: Safeguard | None) -> str:
    is_of_label = scope.label is None and safeguard is not None and safeguard.label_id is not None
    if safeguard is not None and (rule.name == OWN or is_of_label):
        return scope.url("guard_rail", safeguard.pk)
    return scope.url("guard_rail_rule", rule.name)


def _rows(scope: PageScope, operator: Operator) -> QuerySet[Finding]:
    """Findings of guard rails, in the AWS accounts that the operator sees."""
    return Finding.objects.filter(aws_account__in=scope.seen_by(operator).values("pk"), rule=RULE).counted_at(
        timezone.now()
    )


def _counts(scope: PageScope, operator: Operator) -> dict[str, int]:
    """By the number of the guard rail: its rows are those of its scope."""
    rows = _rows(scope, operator).order_by().values("scope").annotate(count=Count("pk"))
    return dict(rows.values_list("scope", "count"))


# ---- One ---------------------------------------------------------------------------------------------------------
def _rule(name: str) -> RailRule:
    rule = RULES.get(name)
    if rule is None or rule.name == OWN:
        raise Http404("No such guard rail.")
    return rule


@require_GET
def guard_rail_rule(request: HttpRequest, rule: str, account_id: str = "", label: int = 0) -> HttpResponse:
    scope, of = fetch_scope(request, account_id, label), _rule(rule)
    version = rail_of(scope.of, of.name)
    return _page(request, scope, of, version.safeguard if version else None, version)


@require_GET
def guard_rail(request: HttpRequest, pk: int, account_id: str = "", label: int = 0) -> HttpResponse:
    scope = fetch_scope(request, account_id, label)
    safeguard, version = fetch_safeguard(scope, KIND, pk)
    shown = version or safeguard.versions.order_by("-number").first()
    of = RULES[shown.content["rule"]] if shown else RULES[OWN]
    url = _url(scope, of, safeguard)
    if url != request.path:
        return redirect(url)
    return _page(request, scope, of, safeguard, version)


@require_http_methods(["GET", "HEAD", "POST"])
def guard_rail_new(request: HttpRequest, account_id: str = "", label: int = 0) -> HttpResponse:
    scope = fetch_scope(request, account_id, label)
    if request.method == "POST":
        return _set(request, scope, RULES[OWN], None, None)
    return _page(request, scope, RULES[OWN], None, None)


@require_POST
def guard_rail_set(request: HttpRequest, rule: str, account_id: str = "", label: int = 0) -> HttpResponse:
    scope, of = fetch_scope(request, account_id, label), _rule(rule)
    version = rail_of(scope.of, of.name)
    return _set(request, scope, of, version.safeguard if version else None, version)


@require_POST
def guard_rail_change(request: HttpRequest, pk: int, account_id: str = "", label: int = 0) -> HttpResponse:
    """One of the operators' own."""
    scope = fetch_scope(request, account_id, label)
    safeguard, version = fetch_own(scope, KIND, pk)
    if version is None:
        form = _form(request, scope, RULES[OWN], None, posted=True)
        return _page(request, scope, RULES[OWN], None, None, form, _DELETED)
    return _set(request, scope, RULES[OWN], safeguard, version)


def _set(
    request: HttpRequest,
    scope: PageScope,
    rule: RailRule,
    safeguard: Safeguard | None,
    version: SafeguardVersion | None,
) -> HttpResponse:
    form = _form(request, scope, rule, version, posted=True)
    if isinstance(form, OwnRailForm) and _holds(request, form):
        return _page(request, scope, rule, safeguard, version, form)
    if not form.is_valid():
        return _page(request, scope, rule, safeguard, version, form)
    operator, rails = signed_in(request), form.rails
    made: SafeguardVersion | None = None
    several = len(rails) > 1
    if rule.name == OWN:  # first here: where that fails, the form is shown again, and sent again for all of them
        try:
            made = _set_own(scope, safeguard, operator, rails.pop(scope.of))
        except SafeguardError as problem:
            return _page(request, scope, rule, safeguard, version, form, str(problem))
        _tell(request, made, where=f"{scope.of}: " if several else "")
    for each in set_in_each(rails=rails, actor=operator):
        is_here = each.scope == scope.of
        if is_here and each.why_not and not several:
            return _page(request, scope, rule, safeguard, version, form, each.why_not)
        made = each.version if is_here else made
        _tell(request, each.version, each.why_not, f"{each.scope}: " if several else "")
    if isinstance(form, OwnRailForm):
        form.was_staged()
    return redirect(_url(scope, rule, made.safeguard if made else None))


def _set_own(scope: PageScope, safeguard: Safeguard | None, operator: Operator, rail: WantedRail) -> SafeguardVersion:
    """Raises SafeguardError."""
    if safeguard is None:
        return make_own(scope=scope.of, actor=operator, rail=rail)
    return change_own(safeguard=safeguard, actor=operator, rail=rail)


def _holds(request: HttpRequest, form: OwnRailForm) -> bool:
    """Whether a button of the editor was pressed, which saves no guard rail."""
    if "fix" in request.POST:
        form.fix(request.POST["fix"])
    elif KEEP in request.POST:
        form.keep()
    elif VIEW in request.POST or DO in request.POST:
        form.hold()
    else:
        return False
    return True


@sensitive_post_parameters()
@require_POST
def guard_rail_check(request: HttpRequest, account_id: str) -> HttpResponse:
    """What is said of a document while somebody types it: as of a service control policy."""
    aws_account = fetch_aws_account(request, account_id)
    return render_checked(request, aws_account, RailDocumentField.kind, subject={"pasted": "yes"})


def _tell(request: HttpRequest, version: SafeguardVersion | None, why_not: str = "", where: str = "") -> None:
    if why_not:
        messages.error(request, f"{where}{why_not}")
    elif version is not None and version.state == _State.PENDING:
        messages.info(request, f"{where}{_WAITS}")
    else:
        messages.info(request, f"{where}The guard rail holds from now on, also for changes that wait.")


@require_POST
def guard_rail_delete(request: HttpRequest, pk: int, account_id: str = "", label: int = 0) -> HttpResponse:
    scope = fetch_scope(request, account_id, label)
    safeguard, _ = fetch_own(scope, KIND, pk)
    return _do(request, scope, safeguard, lambda: delete(request, safeguard, _NOUN))


@require_POST
def guard_rail_decide(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Of a version that waits for a second person: of the AWS account, or of one of its labels."""
    scope = PageScope(fetch_aws_account(request, account_id))
    safeguard, _ = fetch_safeguard(scope, KIND, pk)
    return _do(request, scope, safeguard, lambda: decide(request, safeguard, _NOUN))


def _do(request: HttpRequest, scope: PageScope, safeguard: Safeguard, do: Callable[[], str]) -> HttpResponse:
    try:
        messages.info(request, do())
    except SafeguardError as problem:
        messages.error(request, str(problem))
    return redirect(scope.url("guard_rail", safeguard.pk))


# ---- The page of one ---------------------------------------------------------------------------------------------
def _form(
    request: HttpRequest, scope: PageScope, rule: RailRule, version: SafeguardVersion | None, *, posted: bool
) -> RailForm:
    operator = signed_in(request)
    others = AwsAccount.objects.visible_to(operator, ADMINISTER).exclude(pk=scope.of.pk).order_by("name", "pk")
    is_alone = scope.aws_account is None or (rule.name == OWN and version is not None)
    data = request.POST if posted else None
    about: dict[str, Any] = {"rule": rule, "scope": scope.of, "others": [] if is_alone else list(others)}
    if rule.name != OWN:
        content = RailContent.read(version.content) if version else None
        return RailForm(data, **about, content=content, name=version.name if version else "")
    home = scope.aws_account or accounts_in(scope.of)[0]
    form = OwnRailForm(data, **about, home=home, operator=operator, asked=request.GET, version=version)
    form.opened()
    return form


def _page(
    request: HttpRequest,
    scope: PageScope,
    rule: RailRule,
    safeguard: Safeguard | None,
    version: SafeguardVersion | None,
    form: RailForm | None = None,
    problem: str = "",
) -> HttpResponse:
    operator = signed_in(request)
    is_deleted = safeguard is not None and version is None
    may_change = may_own(operator, scope, safeguard) and not is_deleted
    versions = versions_context(safeguard, scope, operator)
    pending = versions["pending"]
    rows = _rows(scope, operator).filter(scope=str(safeguard.pk) if safeguard else "-").select_related("aws_account")
    context: dict[str, Any] = {
        **scope.context(),
        "list_url": scope.url("guard_rails"),
        "rule": rule,
        "is_own": rule.name == OWN,
        "safeguard": safeguard,
        "line": RailLine(rule, "", version, RailContent.read(version.content) if version else None),
        "is_deleted": is_deleted,
        "form": form or (_form(request, scope, rule, version, posted=False) if may_change else None),
        "post_url": _post_url(scope, rule, safeguard),
        "delete_url": scope.url("guard_rail_delete", safeguard.pk) if safeguard else "",
        "problem": problem,
        **versions,
        "modes": [(each, RailContent.read(each.content).mode.label.lower()) for each in versions["versions"]],
        "pending_line": RailLine(rule, "", pending, RailContent.read(pending.content)) if pending else None,
        "takes_two": takes_second_person(scope.of),
        "against": list(rows[:_SHOWN]),
        "more": max(0, rows.count() - _SHOWN),
        "looked_at": _looked_at(scope),
    }
    wrong = bool(problem or (form and form.errors))
    return render(request, "access/guard_rails/rail.html", context, status=422 if wrong else 200)


def _looked_at(scope: PageScope) -> datetime | None:
    """When all of its AWS accounts had been looked at."""
    accounts = accounts_in(scope.of)
    looks = SourceLook.objects.filter(aws_account__in=accounts, source="guard_rails")
    found = [each.looked_at for each in looks if each.looked_at]
    return min(found) if found and len(found) == len(accounts) else None


def _post_url(scope: PageScope, rule: RailRule, safeguard: Safeguard | None) -> str:
    if rule.name != OWN:
        return scope.url("guard_rail_set", rule.name)
    if safeguard is None:
        return scope.url("guard_rail_new")
    return scope.url("guard_rail_change", safeguard.pk)
