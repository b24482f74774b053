"""Muting findings, and ending that: for any page that lists some. Each says by `next` where it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import fetch_aws_account, signed_in
from findings import services
from findings.forms import MuteForm
from findings.models import Finding
from findings.mute_limits import MOST_AT_ONCE
from findings.services import MuteRefused
from iamconsole.web.fragments import render_page
from iamconsole.web.words import counted

REFUSED = 422


@require_http_methods(["GET", "POST"])
def mute(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    findings = _named(request, account_id)
    form = MuteForm(findings, request.POST or None)
    if request.method == "POST" and form.is_valid() and _muted(request, form, findings):
        messages.success(request, f"{counted(len(findings), 'finding is', 'findings are')} muted.")
        return redirect(_next(request, account_id))
    context = {"aws_account": aws_account, "form": form, "findings": findings, "next": _next(request, account_id)}
    status = REFUSED if form.errors else 200
    return render_page(request, "findings/mute.html", context, fragment="form", status=status)


def _muted(request: HttpRequest, form: MuteForm, findings: Sequence[Finding]) -> bool:
    said = {"reason": form.cleaned_data["reason"], "until": form.ends, "actor": signed_in(request)}
    try:
        services.mute_all(findings=findings, **said, request=request)
    except MuteRefused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True


@require_POST
def unmute(request: HttpRequest, account_id: str) -> HttpResponse:
    named, actor = _named(request, account_id), signed_in(request)
    ended = sum(services.unmute(finding=finding, actor=actor, request=request) for finding in named)
    if ended:
        messages.success(request, f"{counted(ended, 'mute has', 'mutes have')} ended.")
    else:
        messages.info(request, "No mute was left to end.")
    return redirect(_next(request, account_id))


def _named(request: HttpRequest, account_id: str) -> list[Finding]:
    """Those of this AWS account that the request names. Raises Http404 where there are none, or too many."""
    asked = request.POST if request.method == "POST" else request.GET
    pks = [int(pk) for pk in asked.getlist("finding") if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    rows = Finding.objects.filter(pk__in=pks, aws_account=fetch_aws_account(request, account_id))
    found = list(rows.order_by("pk")) if len(pks) <= MOST_AT_ONCE else []
    if not found:
        raise Http404("No such findings.")
    return found


def _next(request: HttpRequest, account_id: str) -> str:
    asked = (request.POST if request.method == "POST" else request.GET).get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else reverse("overview", kwargs={"account_id": account_id})
