"""What requesters see: what is offered to them, how they ask, and their own requests. Nothing else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.denied.reading import read
from access_requests import services
from access_requests.forms import EndForm, OtherForm
from access_requests.models import AccessRequest
from access_requests.notices import page_of
from access_requests.offers import accounts_to_ask_in, offered_to
from access_requests.standing import may_be_withdrawn, standing, with_changes, words_of_decision
from access_requests.views.shown import RequestLine
from accounts.access import signed_in
from sync.changes import PlanError

_SHOWN_OFFERS = 100
_PER_PAGE = 50
_LATEST = 5


def _own(request: HttpRequest) -> Any:
    return with_changes(AccessRequest.objects.filter(requester=signed_in(request)))


def _latest(request: HttpRequest) -> list[RequestLine]:
    return [RequestLine.of(each) for each in _own(request)[:_LATEST]]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    found = offered_to(signed_in(request), words)
    context = {
        "words": words,
        "offers": list(found[:_SHOWN_OFFERS]),
        "total": found.count(),
        "latest": _latest(request),
        "several": len(accounts_to_ask_in(signed_in(request))) > 1,
    }
    return render(request, "access_requests/home.html", context)


@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    requester = signed_in(request)
    chosen = get_object_or_404(offered_to(requester), pk=pk)
    form = EndForm(request.POST if request.method == "POST" else None, longest=chosen.longest)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.count_try(request, requester)
            made = services.ask(
                requester=requester, offer=chosen, until=form.ends, reason=said["reason"], ticket=said["ticket"]
            )
        except PlanError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("own_request", pk=made.pk)
    return render(request, "access_requests/offer.html", {"offer": chosen, "form": form, "latest": _latest(request)})


@sensitive_post_parameters("message")
@require_http_methods(["GET", "POST"])
def other(request: HttpRequest) -> HttpResponse:
    """What was denied, or something in words: an approver answers it."""
    requester = signed_in(request)
    form = OtherForm(accounts_to_ask_in(requester), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            denied = _read_out(said["message"])
            services.count_try(request, requester)
            made = services.ask_otherwise(
                requester=requester,
                aws_account=said["aws_account"],
                until=form.ends,
                reason=said["reason"],
                ticket=said["ticket"],
                denied=denied,
            )
        except PlanError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("own_request", pk=made.pk)
    return render(request, "access_requests/other.html", {"form": form, "latest": _latest(request)})


def _read_out(message: str) -> dict[str, str]:
    """Of the first denial in it; {} of no message. Raises PlanError for one that can't be read."""
    if not message.strip():
        return {}
    reading = read(message)
    found = next((each for each in reading.requests if each.action), None)
    if found is None:
        why = reading.problem or "The message is encoded, and names no action: say in the reason what you called."
        raise PlanError(why, field="message")
    return {"principal": found.principal, "action": found.action, "resource": found.resource or found.resource_words}


@require_GET
def own_requests(request: HttpRequest) -> HttpResponse:
    shown = Paginator(_own(request), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "lines": [RequestLine.of(each) for each in shown]}
    return render(request, "access_requests/own_requests.html", context)


@require_GET
def own_request(request: HttpRequest, pk: int) -> HttpResponse:
    made = get_object_or_404(_own(request), pk=pk)
    context = {
        "made": made,
        "standing": standing(made),
        "decision": words_of_decision(made),
        "may_withdraw": may_be_withdrawn(made),
        "ticket_link": request.build_absolute_uri(page_of(made)),
    }
    return render(request, "access_requests/own_request.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    made = get_object_or_404(_own(request), pk=pk)
    try:
        services.withdraw(made=made, actor=signed_in(request))
    except PlanError as error:
        messages.error(request, str(error))
    return redirect("own_request", pk=made.pk)
