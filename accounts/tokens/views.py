"""Tokens of the API: one's own, one that is made and shown once, and for owners of all AWS accounts all."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from accounts.models import ApiToken, Operator
from accounts.tokens import services
from accounts.tokens.forms import ApiTokenForm
from iamconsole.web.elements import ago, muted, name_link, small
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.listings import list_response
from iamconsole.web.tables import Column, Table

SHOWN = 100


# ---- One's own -----------------------------------------------------------------------------------------------------
@require_GET
def own_tokens(request: HttpRequest) -> HttpResponse:
    mine = ApiToken.objects.of(signed_in(request)).select_related("operator")
    in_force = mine.in_force()
    ended = mine.exclude(pk__in=in_force.values("pk"))[:SHOWN]
    context = {"in_force": in_force, "ended": ended, "may_make": services.scopes_of(signed_in(request))}
    return render(request, "accounts/tokens/own.html", context)


@require_http_methods(["GET", "POST"])
def token_make(request: HttpRequest) -> HttpResponse:
    """What the program sends is in the answer to the form, and nowhere else: it can't be shown again."""
    operator = signed_in(request)
    form = ApiTokenForm(request.POST if request.method == "POST" else None, operator=operator)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.make(actor=operator, wanted=form.wanted())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return render(request, "accounts/tokens/made.html", {"token": made, "secret": secret})
    return render(request, "accounts/tokens/make.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def token(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen_by(signed_in(request)), pk=pk)
    context = {"token": found, "is_mine": found.operator == signed_in(request)}
    return render(request, "accounts/tokens/token.html", context)


@require_POST
def token_end(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own; owners of all AWS accounts end anybody's."""
    operator = signed_in(request)
    found = get_object_or_404(_seen_by(operator), pk=pk)
    services.end(actor=operator, token=found)
    messages.success(request, f"The token {found} is revoked: the API refuses it from now on.")
    return redirect("token", pk=pk)


def _seen_by(operator: Operator) -> QuerySet[ApiToken]:
    rows = ApiToken.objects.select_related("operator")
    return rows if operator.owns_all() else rows.of(operator)


# ---- Those of everybody --------------------------------------------------------------------------------------------
def _name(row: ApiToken, scope: Any) -> SafeString:
    return name_link(reverse("token", kwargs={"pk": row.pk}), row.name, small(f"{row.prefix}…"))


def _owner(row: ApiToken, scope: Any) -> SafeString:
    url = reverse("operator", kwargs={"pk": row.operator_id})
    return name_link(url, str(row.operator), small(f"for {row.service}") if row.service else "")


def _used(row: ApiToken, scope: Any) -> SafeString | str:
    return ago(row.last_used_at) if row.last_used_at else muted("Never")


def _may(row: ApiToken, scope: Any) -> str:
    return ", ".join(each.name.lower() for each in ApiToken.Scope if each in row.scopes).capitalize()


def _expires(row: ApiToken, scope: Any) -> SafeString | str:
    return ago(row.expires_at)


def _in_force(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(ended_at=None, expires_at__gt=timezone.now(), operator__is_active=True)


def _over(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(Q(expires_at__lte=timezone.now()) | Q(ended_at__isnull=False) | Q(operator__is_active=False))


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    fields = ("name", "service", "prefix", "operator__name", "operator__email")
    return rows.filter(reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields)))


TOKENS = Table(
    name="api-tokens",
    one="token",
    many="tokens",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_name, sort="name"),
        Column("prefix", "Begins with", lambda row: row.prefix, only_export=True),
        Column("owner", "Owner", lambda row: row.operator.email, cell=_owner),
        Column("service", "Service", lambda row: row.service, only_export=True),
        Column("scopes", "May", lambda row: ", ".join(row.scopes), cell=_may, optional=True),
        Column("state", "State", lambda row: row.state_words),
        Column("expires", "Ends", lambda row: row.expires_at, cell=_expires, sort="expires_at"),
        Column("used", "Last use", lambda row: row.last_used_at, cell=_used, sort="last_used_at", newest_first=True),
        Column("from", "From", lambda row: row.last_used_from, only_export=True),
    ),
    default_sort="name",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=(
                FilterChoice("in_force", "In force", _in_force),
                FilterChoice("over", "Ended or expired", _over),
            ),
        ),
    ),
    search=_search,
    search_hint="Search names, services and owners",
    empty_icon="key-round",
    empty_title="No tokens",
    empty_text="Operators make tokens for programs on the page My account.",
)


@require_GET
def all_tokens(request: HttpRequest) -> HttpResponseBase:
    return list_response(request, TOKENS, _seen_by(signed_in(request)), signed_in(request), "accounts/tokens/all.html")
