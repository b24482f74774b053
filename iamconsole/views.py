"""The frame's own pages: the first page, health, and the pages for what went wrong."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from iamconsole.web import conditions, panels
from iamconsole.web.search import MOST
from iamconsole.web.search import search as search_all
from iamconsole.web.shell import Shell
from iamconsole.web.trigrams import LEAST
from iamconsole.web.waiting import is_too_long

FETCH_AWS_ACCOUNT = "accounts.access.fetch_aws_account"  # the frame imports no app: it names them


def home(request: HttpRequest) -> HttpResponse:
    """To the first AWS account the operator may see; with none there, to connecting one, or to whom to ask."""
    aws_accounts = list(Shell(request).aws_accounts)
    if aws_accounts:
        return redirect("overview", account_id=aws_accounts[0].account_id)
    return redirect("connect" if request.user.has_perm("administer") else "aws_accounts")


def overview(request: HttpRequest, account_id: str) -> HttpResponse:
    """A shell around panels: what needs attention, and what the apps above have to say of this AWS account.

    Who may see people alone has no overview, but their pools.
    """
    fetch = import_string(FETCH_AWS_ACCOUNT)
    try:
        aws_account = fetch(request, account_id, "see_iam")
    except PermissionDenied:
        fetch(request, account_id, "see_people")
        return redirect("user_pools", account_id=account_id)
    context = {
        "attention": panels.attention(request, aws_account),
        "main": panels.boxes("overview", request, aws_account),
        "side": panels.boxes("overview.side", request, aws_account),
    }
    return render(request, "overview.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """What is called so, in every AWS account that the operator may see, by kind."""
    words = request.GET.get("q", "").strip()[:200]
    context = {"search_query": words, "least": LEAST, "most": MOST, "groups": search_all(request.user, words)}
    return render(request, "search.html", context)


@login_not_required
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """For load balancers and `docker compose`: the web process answers and its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", **conditions.words()})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"sentence": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """While the exception is handled. What the database made wait too long is no fault: it may be tried again."""
    error = sys.exc_info()[1]
    if error is not None and is_too_long(error):
        answer = render(request, "503.html", status=503)
        answer["Retry-After"] = "60"
        return answer
    return render(request, "500.html", status=500)
