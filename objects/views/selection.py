"""Staging a change of what was picked in a list: which actions there are for it, and the page of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.models import AwsAccount
from iamconsole.web.addresses import needs, page
from iamconsole.web.selections import KEPT, keep_posted, kept
from iamconsole.web.tables import Table, picked
from iamconsole.web.words import counted
from objects import object_actions
from objects.object_actions import ObjectAction
from objects.object_pages import ObjectPages, rows_within
from objects.views.object_action import Breadcrumb, action_page

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
