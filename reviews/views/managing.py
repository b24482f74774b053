"""What owners of all AWS accounts of a review do: finish it, pass grants on, move its day, end it without a result."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from iamconsole.web.words import counted
from reviews import services
from reviews.finishing import finish as finish_review
from reviews.finishing import why_not_finished
from reviews.forms import PassOnForm, PostponeForm
from reviews.models import Review, ReviewedGrant
from reviews.passing import pass_on as pass_grants_on
from reviews.services import MOST_AT_ONCE, ReviewRefused
from reviews.views.deciding import REFUSED, back_to
from reviews.views.fetching import fetch_managed, grants_seen, picked
from reviews.views.lines import lines_of
from reviews.views.standing import standing_of


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    review, actor = fetch_managed(request, pk), signed_in(request)
    if request.method == "POST":
        try:
            finish_review(review=review, actor=actor)
        except ReviewRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("review", pk=review.pk)
        return redirect("review_report", pk=review.pk)
    standing = standing_of(review, grants_seen(request, review), actor)
    revoked = (
        grants_seen(request, review).filter(decision="revoke").select_related("aws_account", "reviewer", "previous")
    )
    context = {
        "review": review,
        "standing": standing,
        "why_not": why_not_finished(review),
        "lines": lines_of(list(revoked.order_by("aws_account__name", "pk")), actor, decides=False),
    }
    return render(request, "reviews/finish.html", context)


@require_http_methods(["GET", "POST"])
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    review, actor = fetch_managed(request, pk), signed_in(request)
    rows = _to_pass_on(request, review)
    is_sent = request.method == "POST" and "ask" not in request.POST
    form = PassOnForm({row.aws_account for row in rows}, request.POST if is_sent else None)
    if is_sent and form.is_valid():
        try:
            done = pass_grants_on(review=review, grants=rows, to=form.chosen, actor=actor)
        except ReviewRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, f"{counted(done, 'grant waits', 'grants wait')} for {form.chosen} now.")
            return redirect(back_to(request, review))
    context = {
        "review": review,
        "form": form,
        "lines": lines_of(rows, actor, decides=False),
        "next": back_to(request, review),
    }
    return render(request, "reviews/pass_on.html", context, status=REFUSED if form.errors else 200)


def _to_pass_on(request: HttpRequest, review: Review) -> list[ReviewedGrant]:
    """What was picked; with `of`, what waits for that reviewer ("nobody": for none). Raises Http404 for none."""
    waiting = grants_seen(request, review).filter(decision="")
    of = request.GET.get("of", "")
    if of and request.method == "GET":
        number = int(of) if of.isascii() and of.isdecimal() and len(of) < 10 else 0
        waiting = waiting.filter(reviewer=None if of == "nobody" else number)
        found = list(waiting.select_related("aws_account", "reviewer", "review")[:MOST_AT_ONCE])
    else:
        found = picked(request, waiting, MOST_AT_ONCE)[:MOST_AT_ONCE]
    if not found:
        raise Http404("Nothing of that waits for a decision.")
    return found


@require_POST
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    review, form = fetch_managed(request, pk), PostponeForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(each) for errors in form.errors.values() for each in errors))
        return redirect("review", pk=review.pk)
    try:
        services.postpone(review=review, due_at=form.due_at, actor=signed_in(request))
        messages.success(request, "The day was moved.")
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("review", pk=review.pk)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    review = fetch_managed(request, pk)
    try:
        services.end(review=review, actor=signed_in(request))
        messages.success(request, "The review has ended without a result: nothing is revoked.")
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("review", pk=review.pk)
