"""Where it begins at night: a key id, the ARN of a session, a name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from contain import finding, key_owners
from contain.models import Containment
from directory.people import reading_log

_SHOWN = 20


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return _page(request, request.GET.get("q", "").strip()[:2048])


def _page(request: HttpRequest, words: str, why: str = "") -> HttpResponse:
    operator = signed_in(request)
    found = finding.found(operator, words)
    for held_by in {each.account.pk: each.account for each in found.rows if each.names_person}.values():
        reading_log.listed(request, held_by, ["search"])
    rows = Containment.objects.filter(aws_account__in=finding.where_may(operator))
    context = {
        "words": words,
        "found": found.rows,
        "more": found.more,
        "is_key": bool(finding.KEY.fullmatch(words)),
        "why": why or finding.NOT_HERE,
        "was_asked": bool(why),
        "containments": rows.select_related("aws_account", "change", "begun_by")[:_SHOWN],
    }
    return render(request, "contain/home.html", context)


@require_POST
def ask_key(request: HttpRequest) -> HttpResponse:
    """Asks AWS whose an access key is that no mirror holds."""
    key = request.POST.get("key", "").strip()[:128]
    try:
        return redirect(key_owners.ask_aws(request, signed_in(request), key).url)
    except key_owners.NotAnswered as why:
        return _page(request, key, str(why))
