"""What reviewers do: decide a grant, several that are alike or unused, and finish their part."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from iamconsole.web.fragments import wants_fragment
from iamconsole.web.words import counted
from reviews import services
from reviews.finishing import why_not_finished
from reviews.forms import DecideForm
from reviews.models import Review, ReviewedGrant, may_manage
from reviews.services import KEEP, MOST_AT_ONCE, REVOKE, ReviewRefused
from reviews.views.fetching import fetch_review, grants_seen, picked
from reviews.views.lines import GrantLine, lines_of
from reviews.views.standing import standing_of

REFUSED = 422
_LONGEST = 1000
_DONE = {KEEP: "kept", REVOKE: "revoked when the review is finished"}


def back_to(request: HttpRequest, review: Review) -> str:
    asked = (request.POST if request.method == "POST" else request.GET).get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else reverse("review", kwargs={"pk": review.pk})


@require_POST
def decide(request: HttpRequest, pk: int, grant: int) -> HttpResponse:
    """One grant. htmx gets its cell again, and how far the part is."""
    review, actor = fetch_review(request, pk), signed_in(request)
    rows = grants_seen(request, review).select_related("aws_account", "reviewer", "review", "previous__decided_by")
    row = get_object_or_404(rows, pk=grant)
    decision, typed = request.POST.get("decision", ""), request.POST.get("reason", "").strip()
    unsaved = ""
    try:
        if len(typed) > _LONGEST:
            raise ReviewRefused(f"The reason has {len(typed):,} characters: write {_LONGEST:,} at most.", "reason")
        services.decide(grants=[row], decision=decision, reason="" if decision == KEEP else typed, actor=actor)
    except ReviewRefused as refusal:
        unsaved = str(refusal)
    if not wants_fragment(request):
        if unsaved:
            messages.error(request, f"{unsaved} Nothing was saved.")
        return redirect(back_to(request, review))
    row = rows.get(pk=grant)
    return _cell(request, review, row, unsaved, typed)


def _cell(request: HttpRequest, review: Review, row: ReviewedGrant, unsaved: str, typed: str) -> HttpResponse:
    actor = signed_in(request)
    review.refresh_from_db(fields=["state"])
    standing = standing_of(review, grants_seen(request, review), actor)
    decides = review.is_open and standing.mine is not None and not standing.mine.is_finished
    [line] = lines_of([row], actor, decides=decides, looks=False)
    if unsaved:
        line = replace(line, unsaved=unsaved, typed=typed)
    context = {
        "review": review,
        "line": line,
        "standing": standing,
        "here": back_to(request, review),
        "is_part": True,
        "manages": may_manage(actor, review),
        "why_not": why_not_finished(review),
    }
    return render(request, "reviews/decided.html", context)


@require_http_methods(["GET", "POST"])
def decide_several(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Named one by one before it is done. There is no way to keep all: only grants of the same are kept together."""
    review, actor = fetch_review(request, pk), signed_in(request)
    rows = _wanted(request, review, actor.pk, decision)
    back = back_to(request, review)
    if why := _why_not(rows, decision):
        messages.error(request, why)
        return redirect(back)
    is_sent = request.method == "POST" and "ask" not in request.POST
    form = DecideForm(request.POST if is_sent else None, revokes=decision == REVOKE)
    if is_sent and form.is_valid():
        try:
            done = services.decide(grants=rows, decision=decision, reason=form.cleaned_data["reason"], actor=actor)
        except ReviewRefused as refusal:
            form.add_error("reason" if refusal.field == "reason" else None, str(refusal))
        else:
            messages.success(request, f"{counted(done, 'grant is', 'grants are')} {_DONE[decision]}.")
            return redirect(back)
    lines: list[GrantLine] = lines_of(rows, actor, decides=True)
    context = {"review": review, "form": form, "lines": lines, "decision": decision, "next": back}
    return render(request, "reviews/several.html", context, status=REFUSED if form.errors else 200)


def _wanted(request: HttpRequest, review: Review, actor: int, decision: str) -> list[ReviewedGrant]:
    """What was picked; with `unused`, what of the operator’s was never used. Raises Http404 where there is none."""
    rows = grants_seen(request, review)
    if request.GET.get("unused") and decision == REVOKE and request.method == "GET":
        unused = rows.filter(reviewer=actor, decision="", use=ReviewedGrant.Use.NEVER)
        found = list(unused.select_related("aws_account", "reviewer", "review")[:MOST_AT_ONCE])
    else:
        found = picked(request, rows, MOST_AT_ONCE)
    if not found:
        raise Http404("No such grants.")
    return found


def _why_not(rows: list[ReviewedGrant], decision: str) -> str:
    if len(rows) > MOST_AT_ONCE:
        return f"Pick fewer: {MOST_AT_ONCE} grants at once is the most."
    if decision == KEEP and len({(row.aws_account_id, row.source, row.what) for row in rows}) > 1:
        return "Only grants of the same group, policy or permission set are kept together: pick such ones."
    return ""


@require_POST
def part(request: HttpRequest, pk: int) -> HttpResponse:
    review, actor = fetch_review(request, pk), signed_in(request)
    try:
        if request.POST.get("again"):
            services.take_up_again(review=review, actor=actor)
            messages.success(request, "Your part is open again.")
        else:
            services.finish_part(review=review, actor=actor)
            messages.success(request, "Your part is finished.")
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("review", pk=review.pk)
