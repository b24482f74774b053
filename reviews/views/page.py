"""The list of reviews, the form that starts one, and the page of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from iamconsole.web.listings import TableListing, list_response
from reviews import services
from reviews.finishing import why_not_finished
from reviews.forms import PostponeForm, StartForm
from reviews.models import Review, may_manage
from reviews.services import ReviewRefused
from reviews.table import REVIEWS, table_for
from reviews.views.fetching import fetch_review, grants_seen, seen_accounts
from reviews.views.lines import lines_of
from reviews.views.standing import standing_of

REFUSED = 422


@require_GET
def reviews(request: HttpRequest) -> HttpResponseBase:
    operator = signed_in(request)
    seen = Q(grants__aws_account__in=[each.pk for each in seen_accounts(request)])
    rows = Review.objects.visible_to(operator).select_related("started_by")
    counted = rows.annotate(
        total=Count("grants", filter=seen, distinct=True),
        decided=Count("grants", filter=seen & ~Q(grants__decision=""), distinct=True),
        mine=Count("grants", filter=Q(grants__reviewer=operator, grants__decision="", state="open"), distinct=True),
        seen_accounts=Count("grants__aws_account", filter=seen, distinct=True),
    )
    context = {"may_start": operator.owned_aws_accounts().exists()}
    return list_response(request, REVIEWS, counted, operator, "reviews/reviews.html", context=context)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    form = StartForm(list(operator.owned_aws_accounts()), operator, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.start(actor=operator, wanted=form.wanted())
        except ReviewRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return redirect("review", pk=made.pk)
    return render(request, "reviews/start.html", {"form": form}, status=REFUSED if form.errors else 200)


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    found, operator = fetch_review(request, pk), signed_in(request)
    standing = standing_of(found, grants_seen(request, found), operator)
    places = [each for each in seen_accounts(request) if each in set(found.aws_accounts.all())]
    table = table_for(
        operator,
        [(each.account_id, str(each)) for each in places],
        "mine" if found.is_open and standing.mine else "",
    )
    rows = grants_seen(request, found).select_related(
        "aws_account", "reviewer", "decided_by", "previous__decided_by", "change", "review"
    )

    def read(listing: TableListing) -> Mapping[str, Any]:
        decides = found.is_open and standing.mine is not None and not standing.mine.is_finished
        return {
            "lines": lines_of(listing.page.rows, operator, decides=decides, looks=found.is_open),
            "decides": decides,
            "here": f"{request.path}{listing.url}",
        }

    context = {
        "review": found,
        "standing": standing,
        "places": places,
        "manages": may_manage(operator, found),
        "why_not": why_not_finished(found),
        "postpone": PostponeForm(initial={"due_on": found.due_at.date()}),
        "changes": changes_of(request, found),
    }
    return list_response(request, table, rows, found, "reviews/review.html", context=context, read=read)


def changes_of(request: HttpRequest, found: Review) -> list[Any]:
    rows = grants_seen(request, found).filter(change__isnull=False).select_related("change__aws_account")
    return list({row.change_id: row.change for row in rows}.values()) if not found.is_open else []
