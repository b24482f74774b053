"""Pages that stage a change across AWS accounts: what can be done with what was picked, its form, and namesakes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import fetch_aws_account, signed_in
from accounts.roles import PROPOSE
from estate.scope import all_accounts
from estate.staging.forms import AcrossForm
from estate.staging.namesakes import namesakes_of
from estate.staging.selection import KINDS, PickedAcross, StagedKind, offers, staging_accounts
from iamconsole.web.addresses import AddressScope, needs, page
from iamconsole.web.selections import keep_posted
from iamconsole.web.words import counted
from objects import object_actions
from objects.object_pages import fetch_row
from objects.views.object_action import picked_rows
from objects.views.stage import REFUSED

_ACCESS = needs(
    PROPOSE,
    scope=AddressScope.ANY,
    is_of_all=True,
    refusal="Staging a change takes the role editor or owner in an AWS account.",
)


def _picked(request: HttpRequest, kind: StagedKind) -> PickedAcross:
    """Raises Http404 where one of them isn't there, or none is for this operator to change."""
    scope = all_accounts(request)
    rows = picked_rows(kind.table, kind.rows(scope.operator, scope.held), scope, request, kind.stage_url)
    picked = PickedAcross.of(kind, rows, staging_accounts(scope.operator, kind, scope.held))
    if not picked.groups:
        raise Http404("None of these is for you to change.")
    return picked


def _choose(request: HttpRequest, kind: StagedKind) -> HttpResponse:
    if request.method == "POST":
        return keep_posted(request)
    picked = _picked(request, kind)
    if len(picked.groups) == 1:
        return _in_one(picked)
    found = offers(picked, signed_in(request), request.GET.urlencode())
    context = {"heading": f"Stage a change of {picked.words}", "picked": picked, "offers": found}
    return render(request, "estate/stage/choose.html", context)


def _in_one(picked: PickedAcross) -> HttpResponse:
    """All of them are of one AWS account: it becomes an ordinary change there."""
    account_id = picked.groups[0].aws_account.account_id
    picks = "&".join(f"pick={row.aws_id}" for row in picked.rows)
    response = redirect(f"{picked.kind.pages.many}_stage", account_id=account_id)
    response["Location"] += f"?{picks}"
    return response


def _act(request: HttpRequest, kind: StagedKind, action: str) -> HttpResponse:
    found = object_actions.find(kind.pages.name, action)
    if found is None or not (found.many and found.across):
        raise Http404("This can't be done with them.")
    picked = _picked(request, kind).fit_for(found, signed_in(request))
    if not picked.rows:
        raise Http404("This can't be done with them.")
    form = AcrossForm(found, picked, signed_in(request), request.POST or None)
    if request.method == "POST" and (made := form.stage()):
        return redirect("spanning_change", pk=made.pk)
    shown = form.shown
    called = list(dict.fromkeys(name for _, name in picked.shown))
    names = f"{', '.join(called[:3])}{' …' if len(called) > 3 else ''} in {counted(len(picked.groups), 'AWS account')}"
    context = {
        "form": shown,
        "across": form,
        "action": found,
        "picked": picked,
        "heading": shown.heading.format(names=names),
        "about": shown.about.replace("this AWS account", "each AWS account"),
        "back_url": f"{kind.stage_url}?{request.GET.urlencode()}",
    }
    is_refused = bool(shown.errors or form.problems)
    return render(request, "estate/stage/form.html", context, status=REFUSED if is_refused else 200)


def _namesakes(request: HttpRequest, kind: StagedKind, account_id: str, aws_id: str) -> HttpResponse:
    fetch_aws_account(request, account_id)
    row = fetch_row(request, kind.pages, account_id, aws_id)
    if row.gone_at is not None:
        raise Http404("It is gone.")
    scope = all_accounts(request)
    found = namesakes_of(row, kind, scope.operator, scope.held)
    return render(request, "estate/stage/namesakes.html", {"row": row, "kind": kind, "namesakes": found})


def _bound(view: Callable[..., HttpResponse], kind: StagedKind, *methods: str) -> Callable[..., HttpResponse]:
    def bound(request: HttpRequest, **named: str) -> HttpResponse:
        return view(request, kind, **named)

    return require_http_methods([*methods])(bound) if methods else require_GET(bound)


def patterns() -> list[URLPattern]:
    found = []
    for kind in KINDS:
        stage, name = f"all/{kind.path}/stage/", f"all_{kind.path}"
        same = f"aws/<str:account_id>/{kind.pages.of.path}/<str:aws_id>/everywhere/"
        found += [
            page(stage, _bound(_choose, kind, "GET", "POST"), _ACCESS, name=f"{name}_stage"),
            page(f"{stage}<str:action>/", _bound(_act, kind, "GET", "POST"), _ACCESS, name=f"{name}_stage_action"),
            page(same, _bound(_namesakes, kind), needs(kind.pages.of.stage), name=f"{kind.pages.name}_everywhere"),
        ]
    return found
