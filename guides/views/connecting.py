"""Connecting a first AWS account: who it is, the stack with its role, then the first pull."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.models import AwsAccount
from accounts.sign_in import demo_would_end
from guides.account import stack
from guides.account.connect_form import FirstAwsAccountForm
from guides.account.first_look import FIRST_LOOK
from guides.runs import services
from guides.runs.services import OpenAlready
from objects.views.stage import REFUSED
from sync import connect
from sync.aws.errors import AwsError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connect_first(request: HttpRequest) -> HttpResponse:
    """Its address has what was typed. AWS is asked who the console is once all of that is there."""
    if request.method != "POST":
        form = FirstAwsAccountForm.of(request.GET) if "account_id" in request.GET else FirstAwsAccountForm()
        return _page(request, form)
    form = FirstAwsAccountForm.of(request.POST)
    if not form.is_valid():
        return _page(request, form)
    aws_account, actor = form.aws_account(), signed_in(request)
    try:
        connect.connect(aws_account=aws_account, actor=actor, request=request)
    except AwsError as error:
        form.add_error(None, f"The console doesn’t get in yet. {error.sentence()} Nothing was saved.")
        return _page(request, form, aws_account)
    try:
        run = services.begin(task=FIRST_LOOK, aws_account=aws_account, actor=actor, answers={}, about="account")
    except OpenAlready as already:
        run = already.run
    return redirect("task_run", account_id=aws_account.account_id, pk=run.pk)


def _page(request: HttpRequest, form: FirstAwsAccountForm, asked: AwsAccount | None = None) -> HttpResponse:
    if asked is None and form.is_bound and form.is_valid():
        asked = form.aws_account()
    context: dict[str, Any] = {"form": form, "demo_would_end": demo_would_end()}
    if asked is not None:
        context |= _stack(asked)
    return render(request, "guides/connect/page.html", context, status=REFUSED if form.errors else 200)


def _stack(asked: AwsAccount) -> dict[str, Any]:
    """How its role is made."""
    machine = connect.machine_identity(partition=asked.partition, region=asked.default_region, emulated=asked.emulated)
    parameters = stack.parameters(machine.principal_arn, asked.external_id)
    stored = stack.stored_template(settings.CONNECTION_TEMPLATE_URL)
    is_stored = stored is not None and stored.partition == asked.partition
    return {
        "asked": asked,
        "machine": machine,
        "is_own": machine.account_id == asked.account_id,
        "parameters": parameters,
        "link": stack.quick_create_link(stored, parameters) if stored and is_stored else "",
        "upload": stack.upload_link(asked),
        "command": stack.command(asked, parameters),
        "file": stack.FILE,
    }


@require_safe
def connection_template(request: HttpRequest) -> HttpResponse:
    partition = request.GET.get("partition", AwsAccount.Partition.AWS)
    if partition not in AwsAccount.Partition.values:
        raise Http404("No such partition.")
    response = HttpResponse(stack.template(partition), content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="{stack.FILE}"'
    return response
