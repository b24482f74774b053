"""For who decides: the requests of an AWS account, and one of them with the plan of what it would give."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from access_requests import services
from access_requests.forms import DecisionForm, OfferAnswerForm
from access_requests.models import AccessRequest
from access_requests.standing import OPEN, WAITING, removal_of, standing, with_changes, words_of_decision
from access_requests.views.shown import RequestLine
from accounts.access import fetch_aws_account, may, permission_of, signed_in
from accounts.roles import APPROVE, PROPOSE, REQUEST
from accounts.stepup import is_fresh
from iamconsole.web import panels
from sync.changes import PlanError
from sync.changes.approvers import ChangeSituation
from sync.changes.guards import at_a_glance
from sync.models import Change
from sync.naming import Names
from sync.views.change_buttons import ApprovalsView
from sync.views.plan import Plan

_PER_PAGE = 50
_FILTERS = {"open": OPEN, "waiting": WAITING}


@require_GET
def requests(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    which = request.GET.get("show", "open")
    rows = with_changes(AccessRequest.objects.filter(aws_account=aws_account))
    if which in _FILTERS:
        rows = rows.filter(_FILTERS[which])
    shown = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "aws_account": aws_account,
        "which": which if which in _FILTERS else "all",
        "page": shown,
        "lines": [RequestLine.of(each) for each in shown],
    }
    return render(request, "access_requests/requests.html", context)


def _fetch(request: HttpRequest, account_id: str, pk: int) -> AccessRequest:
    rows = AccessRequest.objects.filter(aws_account=fetch_aws_account(request, account_id))
    return get_object_or_404(with_changes(rows), pk=pk)


@require_GET
def access_request(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Who only asks for access is led to their own."""
    made = _fetch(request, account_id, pk)
    if permission_of(request) == REQUEST:
        if made.requester_id != signed_in(request).pk:
            raise Http404
        return redirect("own_request", pk=made.pk)
    return _page(request, made, DecisionForm(made), OfferAnswerForm(made))


@require_POST
def grant(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    made, actor = _fetch(request, account_id, pk), signed_in(request)
    form = DecisionForm(made, request.POST)
    if form.is_valid():
        try:
            services.grant(made=made, actor=actor, until=form.ends, note=form.cleaned_data["note"].strip())
        except PlanError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("access_request", account_id=account_id, pk=pk)
    return _page(request, made, form, OfferAnswerForm(made))


@require_POST
def refuse(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    made, actor = _fetch(request, account_id, pk), signed_in(request)
    form = DecisionForm(made, {**request.POST.dict(), "how": DecisionForm.AS_ASKED, "until": ""})
    if form.is_valid():
        try:
            services.refuse(made=made, actor=actor, note=form.cleaned_data["note"])
        except PlanError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("access_request", account_id=account_id, pk=pk)
    return _page(request, made, form, OfferAnswerForm(made))


@require_POST
def answer(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    made, actor = _fetch(request, account_id, pk), signed_in(request)
    form = OfferAnswerForm(made, request.POST)
    if form.is_valid():
        try:
            services.answer_with(made=made, offer=form.cleaned_data["offer"], actor=actor)
        except PlanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It is a plan now. Nothing is granted yet: decide below.")
            return redirect("access_request", account_id=account_id, pk=pk)
    return _page(request, made, DecisionForm(made), form)


def _page(
    request: HttpRequest, made: AccessRequest, decision: DecisionForm, answering: OfferAnswerForm
) -> HttpResponse:
    operator = signed_in(request)
    decides = may(operator, APPROVE, made.aws_account) and made.requester_id != operator.pk
    is_open = not made.closed and standing(made) == "asked"
    context = {
        "made": made,
        "aws_account": made.aws_account,
        "standing": standing(made),
        "said": words_of_decision(made),
        "decides": decides and is_open,
        "is_own": made.requester_id == operator.pk,
        "may_offer": may(operator, PROPOSE, made.aws_account),
        "form": decision,
        "answering": answering,
        "is_fresh": is_fresh(request),
        "before": _before(made),
        **(_of_change(request, made.change) if made.change else {}),
        "removal": removal_of(made),
    }
    return render(request, "access_requests/request.html", context)


def _of_change(request: HttpRequest, change: Change) -> dict[str, Any]:
    at = ChangeSituation(change, signed_in(request))
    approvals = ApprovalsView.of(at)
    against = [each.sentence for each in at_a_glance(at) if not each.is_missing_approval]
    return {
        "change": change,
        "plan": Plan(change, Names(signed_in(request), change.aws_account)),
        "panels": panels.about("change", request, change.aws_account, change),
        "approvals": approvals,
        "has_approved": at.has_approved,
        "against": against if change.state in Change.UNDECIDED else [],
    }


def _before(made: AccessRequest) -> list[RequestLine]:
    """What they asked for here before, the latest first."""
    rows = AccessRequest.objects.filter(aws_account=made.aws_account, requester=made.requester, pk__lt=made.pk)
    return [RequestLine.of(each) for each in with_changes(rows)[:5]]
