"""The page of an action: a form about one object, several, or the AWS account, that stages a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, URLPattern, reverse
from django.views.decorators.http import require_http_methods

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.addresses import needs, page
from iamconsole.web.listings import picked
from iamconsole.web.selections import KEPT, keep_posted, kept
from iamconsole.web.tables import Table
from iamconsole.web.uploads import is_too_long
from iamconsole.web.words import counted
from objects import object_actions
from objects.object_actions import ObjectAction
from objects.object_pages import ObjectPages, TabLink, fetch_row, rows_within
from objects.views.stage import REFUSED, stage


@dataclass(frozen=True)
class Breadcrumb:
    text: str
    url: str


def action_pattern(kind: ObjectPages) -> URLPattern:
    """The address of the actions on an object of a kind: `users/<aws_id>/do/rename/` is `user_action`."""

    def view(request: HttpRequest, account_id: str, aws_id: str, action: str) -> HttpResponse:
        row = fetch_row(request, kind, account_id, aws_id)
        return object_action(request, kind, row, action)

    view.__name__ = view.__qualname__ = f"{kind.name}_action"
    address = f"aws/<str:account_id>/{kind.of.path}/<str:aws_id>/do/<str:action>/"
    return page(address, view, needs(kind.of.stage), name=view.__name__)


def object_action(request: HttpRequest, kind: ObjectPages, row: Any, action: str) -> HttpResponse:
    """`row`: as `fetch_row` gave it to who may stage something with it."""
    found = object_actions.find(kind.name, action)
    if found is None or row.gone_at is not None or not found.offered(row):
        raise Http404("This can't be done with it.")
    kind.looked_at(request, row)
    above = [Breadcrumb(*kind.above(row))] if kind.above else _list_of(kind, row.aws_account.account_id)
    crumbs = [*above, Breadcrumb(kind.called(row), _url_of(kind, row))]
    return action_page(request, row.aws_account, [row], found, crumbs, kind=kind)


def account_action(request: HttpRequest, account_id: str, action: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    found = object_actions.find(object_actions.ACCOUNT, action)
    if found is None or not found.offered(aws_account):
        raise Http404("There is nothing of that name to do.")
    where = found.on or "overview"
    crumbs = [Breadcrumb(where.replace("_", " ").capitalize(), reverse(where, kwargs={"account_id": account_id}))]
    return action_page(request, aws_account, [], found, crumbs)


def action_page(
    request: HttpRequest,
    aws_account: AwsAccount,
    targets: Sequence[Any],
    action: ObjectAction,
    crumbs: Sequence[Breadcrumb],
    selection: Selection | None = None,
    kind: ObjectPages | None = None,
) -> HttpResponse:
    """To the plan when the form proposes one, the page again when it doesn't. The last crumb is the way back.

    Raises PermissionDenied where the action isn't for the operator.
    """
    if not action.is_for(signed_in(request), aws_account):
        raise PermissionDenied(f"{action.label.removesuffix('…')}: that takes a permission that you don’t have here.")
    asked = request.GET if selection is None else {}  # the filters of a list fill in no field
    form = action.form(aws_account, targets, signed_in(request), asked, request.POST or None, request.FILES or None)
    if is_too_long(request):
        form.refuse_too_long()
    if selection is None:
        form.opened(kind.name if kind else object_actions.ACCOUNT, action.name)
    if "fix" in request.POST:
        form.fix(request.POST["fix"])
    elif object_actions.KEEP in request.POST:
        form.keep()
    elif object_actions.VIEW in request.POST or object_actions.DO in request.POST:
        form.hold()
    elif request.method == "POST" and form.is_valid() and (change := stage(request, form)):
        form.was_staged()
        return redirect("change", account_id=aws_account.account_id, pk=change.pk)
    called = kind.called if kind else lambda target: target.name
    names = ", ".join(called(target) for target in targets[:3]) + (" …" if len(targets) > 3 else "")
    context = {
        "form": form,
        "action": action,
        "aws_account": aws_account,
        "heading": form.heading.format(names=names),
        "second": kind.second(targets[0]) if kind and len(targets) == 1 else "",
        "crumbs": crumbs,
        "back_url": crumbs[-1].url,
        "selection": selection,
        "tabs": _ways(form, action),
    }
    return render(request, form.template, context, status=REFUSED if form.errors else 200)


def _ways(form: object_actions.ActionForm, action: ObjectAction) -> list[TabLink]:
    account_id = form.aws_account.account_id
    return [
        TabLink(
            label,
            reverse("account_action", kwargs={"account_id": account_id, "action": name}),
            name == action.name,
            None,
        )
        for name, label in form.ways
    ]


def _list_of(kind: ObjectPages, account_id: str) -> list[Breadcrumb]:
    """None for a kind without a list of its own."""
    try:
        url = reverse(kind.many, kwargs={"account_id": account_id})
    except NoReverseMatch:
        return []
    return [Breadcrumb(kind.of.heading, url)]


def _url_of(kind: ObjectPages, row: Any) -> str:
    return reverse(kind.name, kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id})


# ---- Actions on a selection of a list ------------------------------------------------------------------------------
MOST_SHOWN = 50  # of those that it is about


@dataclass(frozen=True)
class Selection:
    """Objects of a kind that were picked in its list; `left_out`: others, with which the action can't be done."""

    kind: ObjectPages
    icon: str
    aws_account: AwsAccount
    rows: Sequence[Any]
    left_out: int = 0

    @property
    def shown(self) -> Sequence[tuple[Any, str, str]]:
        """Each with what it is called, and with what tells it from others that are called so."""
        return [(row, self.kind.called(row), self.kind.second(row)) for row in self.rows[:MOST_SHOWN]]

    @property
    def not_shown(self) -> int:
        return len(self.rows) - len(self.shown)

    @property
    def words(self) -> str:
        """ "the user dana.okafor", "3 users"."""
        one = len(self.rows) == 1
        return (
            f"the {self.kind.of.word} {self.kind.called(self.rows[0])}"
            if one
            else counted(len(self.rows), self.kind.of.word, self.kind.of.several)
        )

    @property
    def left_out_words(self) -> str:
        return f"It can’t be done with {counted(self.left_out, 'other')} that you picked." if self.left_out else ""

    @property
    def crumbs(self) -> list[Breadcrumb]:
        account_id = self.aws_account.account_id
        found = [Breadcrumb(self.kind.of.heading, reverse(self.kind.many, kwargs={"account_id": account_id}))]
        if len(self.rows) == 1:
            row = self.rows[0]
            url = reverse(self.kind.name, kwargs={"account_id": account_id, "aws_id": row.aws_id})
            found.append(Breadcrumb(self.kind.called(row), url))
        return found

    def fit_for(self, action: ObjectAction) -> Selection:
        rows = [row for row in self.rows if action.offered(row)]
        return replace(self, rows=rows, left_out=len(self.rows) - len(rows))

    def action_url(self, action: ObjectAction) -> str:
        kwargs = {"account_id": self.aws_account.account_id, "action": action.name}
        return reverse(f"{self.kind.many}_stage_action", kwargs=kwargs)


@dataclass(frozen=True)
class SelectionAction:
    """An action, and those of the selection that it can be done with."""

    action: ObjectAction
    selection: Selection
    url: str


def selection_patterns(kind: ObjectPages, table: Table) -> list[URLPattern]:
    """`users/stage/` is `users_stage`, `users/stage/attach/` `users_stage_action`: before the pages of one object."""

    def selected(request: HttpRequest, account_id: str) -> Selection:
        rows = rows_within(request, kind, account_id)
        aws_account = request.aws_account  # type: ignore[attr-defined]
        stage_url = reverse(f"{kind.many}_stage", kwargs={"account_id": account_id})
        return Selection(kind, kind.of.icon, aws_account, picked_rows(table, rows, aws_account, request, stage_url))

    @require_http_methods(["GET", "POST"])
    def choose(request: HttpRequest, account_id: str) -> HttpResponse:
        if request.method == "POST":
            rows_within(request, kind, account_id)  # who may not stage keeps nothing
            return keep_posted(request)
        return choose_page(request, selected(request, account_id))

    def action_on_all(request: HttpRequest, account_id: str, action: str) -> HttpResponse:
        return act_on_selection(request, selected(request, account_id), action)

    stage = f"aws/<str:account_id>/{kind.of.path}/stage/"
    return [
        page(stage, choose, needs(kind.of.stage), name=f"{kind.many}_stage"),
        page(f"{stage}<str:action>/", action_on_all, needs(kind.of.stage), name=f"{kind.many}_stage_action"),
    ]


def picked_rows(table: Table, rows: QuerySet[Any], scope: Any, request: HttpRequest, stage_url: str) -> list[Any]:
    """What the address names, or was kept of that list. Raises Http404 where one of them isn't there (any more)."""
    ids = kept(request.session, stage_url, request.GET.get(KEPT, ""))
    found = picked(table, rows, scope, request.GET, ids)
    if found is None:
        raise Http404("Some of these are no longer there.")
    return found


def choose_page(request: HttpRequest, selection: Selection) -> HttpResponse:
    """The actions that there are for what was picked."""
    context = {
        "heading": f"Stage a change of {selection.words}",
        "selection": selection,
        "offers": _offers(request, selection),
    }
    return render(request, "objects/stage/choose.html", context)


def act_on_selection(request: HttpRequest, picks: Selection, action: str) -> HttpResponse:
    """The page of one of them."""
    found = object_actions.find(picks.kind.name, action)
    selection = picks.fit_for(found) if found and found.many else None
    if found is None or selection is None or not selection.rows:
        raise Http404("This can't be done with them.")
    return action_page(request, picks.aws_account, selection.rows, found, selection.crumbs, selection, picks.kind)


def _offers(request: HttpRequest, selection: Selection) -> list[SelectionAction]:
    found, operator = [], signed_in(request)
    for action in object_actions.actions_at(selection.kind.name):
        fit = selection.fit_for(action) if action.many and action.is_for(operator, selection.aws_account) else None
        if fit and fit.rows:
            found.append(SelectionAction(action, fit, f"{selection.action_url(action)}?{request.GET.urlencode()}"))
    return found
