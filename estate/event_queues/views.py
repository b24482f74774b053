"""Pages of an AWS account's queues of events, for its owners."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from estate.event_queues import cloudformation
from estate.event_queues.choices import OFFERED
from estate.event_queues.forms import EventTemplateForm, QueueForm
from iamconsole.web.panels import PanelRow
from iamconsole.web.words import counted
from sync.activity import accepting
from sync.aws.permission import console_role_policy
from sync.event_queues import services
from sync.event_queues.permissions import PART
from sync.event_queues.services import QueueRefused
from sync.models import EventQueue, ObjectHint
from sync.views.words import ErrorView

REFUSED = 422


@dataclass(frozen=True)
class ShownQueue:
    """`error`: why it isn't asked; `is_late`: nobody asked it for minutes; `rests`: why it is left alone, if it is."""

    row: EventQueue
    error: ErrorView | None
    is_late: bool
    rests: str

    @classmethod
    def of(cls, row: EventQueue) -> ShownQueue:
        rests = services.why_left_alone(row.aws_account)
        return cls(row, None if rests else ErrorView.of(row.error), services.is_late(row), rests)


@require_GET
@never_cache
def event_queues(request: HttpRequest, account_id: str) -> HttpResponse:
    return _page(request, _fetch(request, account_id))


@require_GET
def event_template(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = _fetch(request, account_id)
    form = EventTemplateForm(request.GET, aws_account=aws_account)
    if not form.is_valid():
        return _page(request, aws_account, template=form)
    response = HttpResponse(cloudformation.template_of(form.chosen()), content_type="application/yaml")
    name = cloudformation.file_name(form.cleaned_data["region"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def event_queue_enter(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = _fetch(request, account_id)
    form = QueueForm(request.POST, aws_account=aws_account)
    if not form.is_valid() or form.address is None:
        return _page(request, aws_account, queue=form)
    try:
        queue = services.enter(aws_account=aws_account, address=form.address, actor=signed_in(request), request=request)
    except QueueRefused as refusal:
        form.add_error("url", str(refusal))
        return _page(request, aws_account, queue=form)
    rests = services.why_left_alone(aws_account)
    since = f"once this AWS account no longer rests. {rests}" if rests else "from now on. Try it now."
    messages.success(request, f"Events are taken from {queue.name} in {queue.region} {since}")
    return redirect("event_queues", account_id=account_id)


@require_POST
def event_queue_try(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = _fetch(request, account_id)
    queue = get_object_or_404(_queues(aws_account), pk=pk)
    try:
        taken = services.try_now(queue=queue, actor=signed_in(request), request=request)
    except QueueRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("event_queues", account_id=account_id)
    if queue.error:
        messages.error(request, f"{queue.name} was not asked: {queue.error['sentence']}")
    elif taken:
        messages.success(request, f"{counted(taken, 'message')} taken from {queue.name}.")
    else:
        messages.info(
            request, f"SQS answered: nothing waits in {queue.name}. Change a tag of some role, and try again."
        )
    return redirect("event_queues", account_id=account_id)


@require_POST
def event_queue_end(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = _fetch(request, account_id)
    queue = get_object_or_404(_queues(aws_account), pk=pk)
    services.end(queue=queue, actor=signed_in(request), request=request)
    messages.success(request, f"Nothing is taken from {queue.name} any more. Delete its stack in {queue.region}.")
    return redirect("event_queues", account_id=account_id)


def _fetch(request: HttpRequest, account_id: str) -> AwsAccount:
    aws_account = fetch_aws_account(request, account_id)
    if not aws_account.is_connected:
        raise PermissionDenied("This AWS account was imported from a file: nothing is read in it.")
    return aws_account


def _queues(aws_account: AwsAccount) -> Any:
    rows = EventQueue.objects.filter(aws_account=aws_account).select_related("aws_account", "made_by")
    return rows.order_by("region")


def _page(request: HttpRequest, aws_account: AwsAccount, **forms: Any) -> HttpResponse:
    template = forms.get("template") or EventTemplateForm(aws_account=aws_account)
    context = {
        "aws_account": aws_account,
        "queues": [ShownQueue.of(row) for row in _queues(aws_account)],
        "waiting": ObjectHint.objects.filter(aws_account=aws_account).count(),
        "form": forms.get("queue") or QueueForm(aws_account=aws_account),
        "template": template,
        "offered": list(zip(template["services"].subwidgets, OFFERED, strict=True)),
        "global_region": template.global_region,
        "command": cloudformation.command(template.global_region),
        "statement": json.dumps(console_role_policy("read", aws_account.partition, PART), indent=2),
    }
    status = REFUSED if any(each.errors for each in forms.values()) else 200
    return render(request, "estate/event_queues/page.html", context, status=status)


def summary_rows(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    """For the settings of the AWS account: both pages."""
    if not aws_account.is_connected:
        return
    kwargs = {"account_id": aws_account.account_id}
    queues = [ShownQueue.of(row) for row in _queues(aws_account)]
    wrong = sum(each.is_late for each in queues)
    said = f"Taken from {counted(len(queues), 'queue')}" if queues else "None are taken"
    text = "Changes outside this console show within a minute." if queues else "Changes show with the next pull."
    if queues and aws_account.resting:
        text = services.why_left_alone(aws_account)
    elif wrong:
        text = f"{counted(wrong, 'queue')} {'isn’t' if wrong == 1 else 'aren’t'} asked: look why."
    yield PanelRow(said, reverse("event_queues", kwargs=kwargs), text=text, icon="radio")
    count = len(accepting.pipelines_of(aws_account))
    named = f"{counted(count, 'pipeline')} accepted" if count else "No pipeline is accepted"
    about = "What a named pipeline changes outside this console can be accepted by itself."
    yield PanelRow(named, reverse("pipelines", kwargs=kwargs), text=about, icon="workflow")
