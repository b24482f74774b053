"""The page on which somebody is contained: what they are, what they did, what will be cut, and what can't be."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from access.views.seen import seen_by
from accounts.access import signed_in
from accounts.stepup import is_fresh
from contain import services
from contain.elsewhere import OtherSubjects, others_of
from contain.forms import ContainForm
from contain.models import Containment
from contain.subjects.base import AskedOf, PiecesOf, Subject
from contain.subjects.registry import KINDS
from iamconsole.web.fragments import wants_fragment
from sync.activity.principals import regions_asked
from sync.changes import PlanError
from sync.models import Change
from sync.views.words import ErrorView

_KEY = re.compile(r"(AKIA|ASIA)[A-Z0-9]{12,124}", re.ASCII)
_IDENTITY = re.compile(r"[\w-]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SESSION = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)  # RoleSessionName, STS API Reference


def fetch_subject(request: HttpRequest, account_id: str, aws_id: str, slug: str) -> Subject:
    """Raises Http404 for what isn't there any more, too."""
    row = KINDS[slug].fetch(request, account_id, aws_id)
    if row.gone_at is not None:
        raise Http404("They are gone from AWS: there is nothing to cut.")
    asked = AskedOf(
        signed_in(request),
        seen_by(request),
        timezone.now().replace(microsecond=0),
        _said(request, "key", _KEY),
        _said(request, "session", _SESSION),
        _said(request, "identity", _IDENTITY),
    )
    return KINDS[slug].make(row, asked)


def _said(request: HttpRequest, name: str, pattern: re.Pattern[str]) -> str:
    said = request.GET.get(name, "")
    return said if pattern.fullmatch(said) else ""


@require_GET
def contain(request: HttpRequest, account_id: str, aws_id: str, slug: str) -> HttpResponse:
    subject = fetch_subject(request, account_id, aws_id, slug)
    if wants_fragment(request):
        return render(request, "contain/contain.html#lately", _lately(request, subject))
    others = others_of(subject)
    return _page(request, subject, others, _form(subject, others, only=request.GET.get("only", "")))


@require_POST
def begin(request: HttpRequest, account_id: str, aws_id: str, slug: str) -> HttpResponse:
    subject, actor = fetch_subject(request, account_id, aws_id, slug), signed_in(request)
    others = others_of(subject)
    form = _form(subject, others, data=request.POST)
    if form.is_valid() and (asking := others.without_reason(form.chosen)) and not form.cleaned_data["reason"].strip():
        form.add_error("reason", f"Say in a few words what happened: approvals are asked for in {asking[0]}.")
    if not form.is_valid():
        return _page(request, subject, others, form)
    own = [each for each in form.chosen if each in subject.pieces]
    parts = [PiecesOf(subject, own), *others.parts(form.chosen)]
    try:
        made = services.contain(parts=parts, actor=actor, reason=form.cleaned_data["reason"].strip())
    except PlanError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _page(request, subject, others, form)
    return redirect("containment", account_id=made.aws_account.account_id, pk=made.pk)


@require_POST
def ask(request: HttpRequest, account_id: str, aws_id: str, slug: str) -> HttpResponse:
    """Asks CloudTrail what they did lately."""
    subject = fetch_subject(request, account_id, aws_id, slug)
    if subject.trail_row is None:
        messages.error(request, "CloudTrail finds no calls of theirs by a name.")
    services.ask_trail(subject, signed_in(request))
    back = request.GET.get("back", "")
    if back.isascii() and back.isdecimal() and len(back) < 19:
        return redirect("containment", account_id=subject.aws_account.account_id, pk=int(back))
    return redirect(_address(request, subject))


def _address(request: HttpRequest, subject: Subject) -> str:
    url = subject.address()
    query = request.GET.urlencode()
    return f"{url}?{query}" if query else url


def _form(subject: Subject, others: OtherSubjects, *, data: Any = None, only: str = "") -> ContainForm:
    offered = [*subject.pieces, *others.pieces]
    chosen = [each.key for each in offered if each.is_chosen and not each.refused and only in ("", each.key)]
    needed = services.needs_reason(subject.aws_account)
    return ContainForm(offered, subject.name, data, needs_reason=needed, initial={"pieces": chosen})


def _page(request: HttpRequest, subject: Subject, others: OtherSubjects, form: ContainForm) -> HttpResponse:
    context = {
        **_lately(request, subject),
        "form": form,
        "others": others,
        "uncut": subject.uncut_told(others.ids),
        "is_refused": bool(subject.refusal),
        "begun_before": _before(subject),
        "needs_reason": form.fields["reason"].required,
        "is_fresh": is_fresh(request),
    }
    return render(request, "contain/contain.html", context)


def _lately(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    lately = subject.lately
    return {
        "subject": subject,
        "aws_account": subject.aws_account,
        "lately": lately,
        "error": ErrorView.of(lately.answer.error) if lately.answer else None,
        "regions": regions_asked(subject.aws_account),
        "query": request.GET.urlencode(),
        "here": _address(request, subject),
    }


def _before(subject: Subject) -> Containment | None:
    """The last time that they were contained, as far as anything of that was done."""
    rows = Containment.objects.filter(aws_account=subject.aws_account, slug=subject.slug, object_id=subject.object_id)
    rows = subject.of_the_same(rows.exclude(change__state__in=Change.GIVEN_UP))
    return rows.select_related("change").first()
