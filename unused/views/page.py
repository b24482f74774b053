"""What nobody uses in an AWS account, and the change that cleans it up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from findings.models import SourceLook
from iamconsole.web.listings import ALL, TableListing, list_response
from iamconsole.web.selections import KEPT, keep_posted, kept
from sync.changes import PlanError
from sync.models import Change
from sync.naming import Names
from sync.operations import BadParams, Refusal
from sync.views.live import fetch_change
from unused import cleaning
from unused.being_cleaned import (
    keep,
    kept_off,
    not_off,
    propose_bringing_back,
    under_way,
)
from unused.cleaning import MOST, CleaningPlan
from unused.forms import CleanUpForm
from unused.kinds.registry import KINDS
from unused.models import UnusedObject
from unused.source import UnusedSource
from unused.tables import NOT_LOOKED_YET, UNUSED

REFUSED = 422


@require_GET
def unused(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    stages = may(signed_in(request), PROPOSE, aws_account)
    clean_ups, kept_objects = under_way(aws_account), kept_off(aws_account)
    context = {
        "aws_account": aws_account,
        "under_way": clean_ups,
        "kept_off": kept_objects,
        "kinds": KINDS.values(),
        "may_stage": stages,
    }
    pick_url = reverse("unused_stage", kwargs={"account_id": account_id}) if stages else ""
    rows = not_off(aws_account, clean_ups, kept_objects)
    is_looked_at = SourceLook.objects.filter(aws_account=aws_account, source=UnusedSource.name).exists()
    table = UNUSED if is_looked_at else NOT_LOOKED_YET
    return list_response(request, table, rows, aws_account, "unused/page.html", pick_url=pick_url, context=context)


@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    if request.method == "POST" and "days" not in request.POST:
        return keep_posted(request)
    found = _picked(request, aws_account)
    back = reverse("unused", kwargs={"account_id": account_id})
    if not 0 < len(found) <= MOST:
        words = f"Pick fewer: {MOST} at once is the most." if found else "Pick what is to be cleaned up first."
        messages.error(request, words)
        return redirect(back)
    plan = CleaningPlan(aws_account, found)
    form = CleanUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (change := _proposed(request, plan, form)):
        return redirect("change", account_id=account_id, pk=change.pk)
    context = {"aws_account": aws_account, "plan": plan, "form": form, "back": back}
    return render(request, "unused/stage.html", context, status=REFUSED if form.errors else 200)


def _picked(request: HttpRequest, aws_account: AwsAccount) -> list[UnusedObject]:
    """What the address says, or what was kept of the list; one more than MOST where there are more."""
    rows = not_off(aws_account, under_way(aws_account), kept_off(aws_account))
    if request.GET.get("pick") == ALL:
        rows = TableListing(UNUSED, rows, aws_account, request.GET).pickable
    else:
        ids = [*kept(request.session, request.path, request.GET.get(KEPT, "")), *request.GET.getlist("pick")]
        rows = rows.filter(aws_id__in=ids[: MOST + 1])
    return list(rows.order_by("kind", "name_key", "pk")[: MOST + 1])


def _proposed(request: HttpRequest, plan: CleaningPlan, form: CleanUpForm) -> Change | None:
    said = form.cleaned_data
    actor = signed_in(request)
    try:
        return cleaning.propose(plan=plan, days=said["days"], title=said["title"], reason=said["reason"], actor=actor)
    except (PlanError, Refusal, BadParams) as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, Names(actor, plan.aws_account).said(str(refusal)))
        return None


@require_POST
def keep_one(request: HttpRequest, account_id: str, pk: int, position: int) -> HttpResponse:
    """Of which nothing is switched off: it isn't deleted."""
    change = fetch_change(request, account_id, pk)
    try:
        keep(change=change, position=position, actor=signed_in(request))
    except PlanError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "It isn’t deleted.")
    return redirect("unused", account_id=account_id)


@require_POST
def bring_back(request: HttpRequest, account_id: str, pk: int, position: int) -> HttpResponse:
    """Stages the change that switches one object on again."""
    change = fetch_change(request, account_id, pk)
    try:
        made = propose_bringing_back(change=change, position=position, actor=signed_in(request))
    except PlanError as refusal:
        messages.error(request, str(refusal))
        return redirect("unused", account_id=account_id)
    return redirect("change", account_id=account_id, pk=made.pk)
