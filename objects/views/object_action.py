"""The page of an action: a form about one object, several, or the AWS account, that stages a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, URLPattern, reverse

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.addresses import needs, page
from iamconsole.web.uploads import is_too_long
from objects import object_actions
from objects.object_actions import ObjectAction
from objects.object_pages import ObjectPages, TabLink, fetch_row
from objects.views.stage import REFUSED, stage

if TYPE_CHECKING:  # it prints this page: the other way round is types only
    from objects.views.selection import Selection


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
    if request.method == "POST" and form.is_valid() and (change := stage(request, form)):
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
