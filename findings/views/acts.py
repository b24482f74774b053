"""What is done with findings that were picked, by forms: of the AWS account that the address names, or of several.

Each page says by `next` where it goes on. Who comes from a list sends what was picked there as a form, with `ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import fetch_aws_account, may, signed_in, visible_aws_accounts
from accounts.models import Operator
from findings import owners, services, staging
from findings.forms import AcceptForm, ActForm, AssignForm, MuteForm, StageFixesForm
from findings.models import Finding
from findings.mute_limits import MOST_PICKED
from findings.services import MuteRefused
from iamconsole.web.addresses import access_of
from iamconsole.web.fragments import render_page
from iamconsole.web.words import counted
from sync.changes import PlanError
from sync.models import Change
from sync.naming import Names

REFUSED = 422
Do = Callable[[Any, Sequence[Finding], Operator, HttpRequest], None]


@dataclass(frozen=True)
class FindingsAct:
    """`done`: behind "3 findings are"."""

    form: type[ActForm]
    verb: str
    done: str
    lede: str
    heading: str
    icon: str
    do: Do


def _mute(form: MuteForm, findings: Sequence[Finding], actor: Operator, request: HttpRequest) -> None:
    reason = form.cleaned_data["reason"]
    services.mute_all(findings=findings, reason=reason, until=form.ends, actor=actor, request=request)


def _accept(form: AcceptForm, findings: Sequence[Finding], actor: Operator, request: HttpRequest) -> None:
    services.accept_all(findings=findings, reason=form.cleaned_data["reason"], actor=actor, request=request)


def _assign(form: AssignForm, findings: Sequence[Finding], actor: Operator, request: HttpRequest) -> None:
    owners.assign_all(findings=findings, **form.chosen, actor=actor, request=request)


_MUTE = FindingsAct(
    MuteForm,
    "Mute",
    "muted",
    "It counts as decided until then, and is listed with its reason.",
    "Why, and for how long",
    "bell-off",
    _mute,
)
_ACCEPT = FindingsAct(
    AcceptForm,
    "Accept",
    "accepted",
    "It stays as it is, without an end, and is listed with its reason.",
    "Why",
    "badge-check",
    _accept,
)
_ASSIGN = FindingsAct(
    AssignForm,
    "Assign",
    "assigned",
    "Whoever looks after it finds it among theirs.",
    "To whom",
    "user-round-check",
    _assign,
)


def _act(request: HttpRequest, account_id: str, act: FindingsAct) -> HttpResponse:
    findings = _picked(request, account_id)
    back = _next(request, account_id)
    if not 0 < len(findings) <= MOST_PICKED:
        return _too_many(request, back)
    is_sent = request.method == "POST" and "ask" not in request.POST
    form = act.form(findings, request.POST if is_sent else None)
    if is_sent and form.is_valid() and _done(request, form, findings, act):
        messages.success(request, f"{counted(len(findings), 'finding is', 'findings are')} {act.done}.")
        return redirect(back)
    context = {"form": form, "findings": findings, "next": back, "act": act}
    status = REFUSED if form.errors else 200
    return render_page(request, "findings/act.html", context, fragment="form", status=status)


def _done(request: HttpRequest, form: ActForm, findings: Sequence[Finding], act: FindingsAct) -> bool:
    try:
        act.do(form, findings, signed_in(request), request)
    except MuteRefused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
def mute(request: HttpRequest, account_id: str = "") -> HttpResponse:
    return _act(request, account_id, _MUTE)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, account_id: str = "") -> HttpResponse:
    return _act(request, account_id, _ACCEPT)


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, account_id: str = "") -> HttpResponse:
    return _act(request, account_id, _ASSIGN)


@require_POST
def unmute(request: HttpRequest, account_id: str = "") -> HttpResponse:
    named, actor = _picked(request, account_id), signed_in(request)
    if len(named) > MOST_PICKED:
        return _too_many(request, _next(request, account_id))
    ended = sum(services.unmute(finding=finding, actor=actor, request=request) for finding in named)
    if ended:
        messages.success(request, f"{counted(ended, 'mute has', 'mutes have')} ended.")
    else:
        messages.info(request, "No mute was left to end.")
    return redirect(_next(request, account_id))


@require_POST
def accept_no_more(request: HttpRequest, account_id: str = "") -> HttpResponse:
    named, actor = _picked(request, account_id), signed_in(request)
    if len(named) > MOST_PICKED:
        return _too_many(request, _next(request, account_id))
    opened = sum(services.accept_no_more(finding=finding, actor=actor, request=request) for finding in named)
    if opened:
        messages.success(request, f"{counted(opened, 'finding is', 'findings are')} open again.")
    else:
        messages.info(request, "None of them is accepted any more.")
    return redirect(_next(request, account_id))


# ---- Fixes -----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, account_id: str = "") -> HttpResponse:
    findings, operator = _picked(request, account_id), signed_in(request)
    back = _next(request, account_id)
    if not 0 < len(findings) <= MOST_PICKED:
        return _too_many(request, back)
    plans = staging.plans_of(findings, operator)
    is_sent = request.method == "POST" and "ask" not in request.POST
    form = StageFixesForm(findings, request.POST if is_sent else None)
    if is_sent and form.is_valid():
        try:
            made = staging.stage(plans=plans, actor=operator, **form.cleaned_data)
        except PlanError as error:
            form.add_error(None, Names(operator, plans[0].aws_account).said(str(error)))
        else:
            if isinstance(made, Change):
                return redirect("change", account_id=made.aws_account.account_id, pk=made.pk)
            return redirect("spanning_change", pk=made.pk)
    context = {
        "form": form,
        "findings": findings,
        "plans": plans,
        "next": back,
        "planned": sum(len(plan.planned) for plan in plans),
        "steps": sum(len(plan.steps) for plan in plans),
    }
    return render(request, "findings/stage.html", context, status=REFUSED if form.errors else 200)


# ---- Which -----------------------------------------------------------------------------------------------------
def _picked(request: HttpRequest, account_id: str) -> list[Finding]:
    """Those that the request names, of AWS accounts in which the operator may do this; more than MOST_PICKED are too
    many. Raises Http404 where there are none."""
    asked = request.POST if request.method == "POST" else request.GET
    pks = {int(pk) for pk in asked.getlist("finding") if pk.isascii() and pk.isdecimal() and len(pk) < 19}
    if account_id:
        places = [fetch_aws_account(request, account_id)]
    else:
        operator, permission = signed_in(request), permission_of_all(request)
        places = [each for each in visible_aws_accounts(request) if may(operator, permission, each)]
    rows = Finding.objects.filter(pk__in=pks, aws_account__in=places)
    found = list(rows.select_related("aws_account", "owner", "owner_group").order_by("pk")[: MOST_PICKED + 1])
    if not found:
        raise Http404("No such findings.")
    if left_out := max(0, min(len(pks), MOST_PICKED) - len(found)):
        words = counted(left_out, "finding is", "findings are")
        messages.info(request, f"{words} left out: gone, or of an AWS account in which you may not do this.")
    return found


def permission_of_all(request: HttpRequest) -> str:
    """What the address asks for on one AWS account at least."""
    match = request.resolver_match
    access = access_of(match.func) if match else None
    if access is None or not access.permissions:
        raise LookupError("The address declares no permission.")
    return access.permissions[0]


def _too_many(request: HttpRequest, back: str) -> HttpResponse:
    messages.error(request, f"Pick fewer: {MOST_PICKED} findings at once is the most.")
    return redirect(back)


def _next(request: HttpRequest, account_id: str) -> str:
    asked = (request.POST if request.method == "POST" else request.GET).get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    if is_ours:
        return asked
    return reverse("findings", kwargs={"account_id": account_id}) if account_id else reverse("all_findings")
