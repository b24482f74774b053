"""The frame's own pages: the first page, health, and the pages for what went wrong."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from iamconsole import log_context, parts, trouble
from iamconsole.web import panels
from iamconsole.web.problems import to_program
from iamconsole.web.shell import Shell, refusal_page

NOT_GRANTED = "This takes a permission that the token doesn’t have there: its scopes, or a grant of its owner, lack it."


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the overview of all AWS accounts whose IAM the operator may see, where there are two; to the one that there
    is; with none there, to connecting one, to the page on which they begin, or to whom to ask."""
    shell = Shell(request)
    aws_accounts = list(shell.aws_accounts)
    if len(shell.together) > 1:
        return redirect("all_overview")
    if aws_accounts:
        return redirect("overview", account_id=aws_accounts[0].account_id)
    return redirect("connect" if request.user.has_perm("administer") else shell.home or "aws_accounts")


@require_safe
def overview(request: HttpRequest, account_id: str) -> HttpResponse:
    """A shell around panels: what needs attention, and what the apps above have to say of this AWS account.

    Who may see people alone has no overview, but their pools.
    """
    aws_account = request.aws_account  # type: ignore[attr-defined]  # accounts.middleware.DeclaredAccess found it
    if not request.user.has_perm("see_iam", aws_account):
        return redirect("user_pools", account_id=account_id)
    context = {
        "attention": panels.attention(request, aws_account),
        "not_known": panels.not_known_yet("overview.attention", request, aws_account),
        "main": panels.boxes("overview", request, aws_account),
        "side": panels.boxes("overview.side", request, aws_account),
    }
    return render(request, "overview.html", context)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Whether everything works that a web process needs: for `docker compose` and whoever watches. 503, and which part
    doesn't; without the queue pages still answer, and nothing is pulled or applied.
    """
    found = parts.look()
    well = all(state == parts.OK for state in found.values())
    if found["database"] == parts.OK:
        found |= parts.conditions()
    return JsonResponse({"status": "ok" if well else "trouble", **found}, status=200 if well else 503)


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Whether this process answers at all: for what starts it again, and for load balancers that should keep sending
    people here while Redis or the database are away.
    """
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Whether the whole console works: database, migrations, queue, workers and beat. 503, and which part doesn't.

    `?parts=database,migrations` asks for these alone, such as for a load balancer. 400 for a part that there isn't.
    """
    only = [name for name in request.GET.get("parts", "").split(",") if name]
    try:
        found = parts.ready(only)
    except KeyError:
        sentence = f"The parts are: {', '.join(parts.READY)}."
        return JsonResponse({"status": "refused", "sentence": sentence}, status=400)
    well = all(state == parts.OK for state in found.values())
    return JsonResponse({"status": "ok" if well else "trouble", **found}, status=200 if well else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        said = to_program(request, 413, "This is more than the console reads of one request.")
        return said or render(request, "413.html", status=413)
    said = to_program(request, 400, str(exception) or "The console can’t read this request.")
    return said or render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = to_program(request, 403, str(exception) or NOT_GRANTED)
    return said or refusal_page(request, "403.html", 403, sentence=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = to_program(request, 404, "There is no such thing here, or nothing that this token may see.")
    return said or refusal_page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """While the exception is handled. What the machine is to blame for is no fault of ours: it may be tried again."""
    found = trouble.recognise(sys.exc_info()[1])
    if found is None:
        said = to_program(request, 500, "Something went wrong here, and it is written to the console’s log.")
        request_id = log_context.current().get(log_context.REQUEST_ID, "")
        return said or render(request, "500.html", {"request_id": request_id}, status=500)
    answer: HttpResponse | None = to_program(request, 503, found.sentence)
    answer = answer or render(request, "503.html", {"trouble": found}, status=503)
    answer["Retry-After"] = trouble.RETRY_AFTER_S
    return answer
