"""The page on which owners name pipelines whose confirmed changes outside the console are accepted by themselves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from estate.event_queues.forms import PipelineForm
from sync.activity import accepting
from sync.activity.accepting import PipelineRefused
from sync.models import AcceptedPipeline

REFUSED = 422


@require_GET
def pipelines(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return _page(request, aws_account, PipelineForm(aws_account=aws_account))


@require_POST
def pipeline_name(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    form = PipelineForm(request.POST, aws_account=aws_account)
    if not form.is_valid() or form.row is None:
        return _page(request, aws_account, form)
    try:
        named = accepting.name_pipeline(
            aws_account=aws_account,
            name=form.cleaned_data["name"],
            role_id=form.row.aws_id,
            role_name=form.row.name,
            actor=signed_in(request),
            request=request,
        )
    except PipelineRefused as refusal:
        form.add_error("role", str(refusal))
        return _page(request, aws_account, form)
    messages.success(request, f"What {named.name} changes from now on with the role {named.role_name} is accepted.")
    return redirect("pipelines", account_id=account_id)


@require_POST
def pipeline_end(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    pipeline = get_object_or_404(AcceptedPipeline, aws_account=aws_account, pk=pk)
    accepting.end_pipeline(pipeline=pipeline, actor=signed_in(request), request=request)
    messages.success(request, f"What {pipeline.name} changes is no longer accepted by itself.")
    return redirect("pipelines", account_id=account_id)


def _page(request: HttpRequest, aws_account: AwsAccount, form: PipelineForm) -> HttpResponse:
    context = {"aws_account": aws_account, "form": form, "pipelines": accepting.pipelines_of(aws_account)}
    return render(request, "estate/event_queues/pipelines.html", context, status=REFUSED if form.errors else 200)
