"""Which resources are read in an AWS account: for its owners, by service and Region."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from resources.first_pulls import start_new
from resources.forms import EverywhereForm, ReadingForm
from resources.permissions import PARTS
from resources.reading import change_reading, reading_of
from resources.table import KINDS
from sync.aws.permission import console_role_policy


@require_http_methods(["GET", "POST"])
def resource_reading(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    if not aws_account.is_connected:
        raise PermissionDenied("This AWS account was imported from a file: nothing is read in it.")
    if request.method == "GET":
        return _page(request, aws_account)
    if request.POST.get("action") == "everywhere":
        everywhere = EverywhereForm(request.POST, regions=ReadingForm(aws_account=aws_account).regions)
        if not everywhere.is_valid():
            return _page(request, aws_account, everywhere=everywhere)
        return _change(request, aws_account, everywhere.services(), reading_of(aws_account).calls_an_hour)
    form = ReadingForm(request.POST, aws_account=aws_account)
    if not form.is_valid():
        return _page(request, aws_account, form=form)
    return _change(request, aws_account, form.services(), form.cleaned_data["calls_an_hour"])


def _change(
    request: HttpRequest, aws_account: AwsAccount, services: dict[str, list[str]], calls_an_hour: int
) -> HttpResponse:
    actor = signed_in(request)
    changed = change_reading(
        aws_account=aws_account, services=services, calls_an_hour=calls_an_hour, actor=actor, request=request
    )
    if not changed:
        messages.info(request, "What is read is as it was.")
        return redirect("resource_reading", account_id=aws_account.account_id)
    started = start_new(aws_account, actor=actor)
    more = " The first pull of what is new has begun." if started else ""
    messages.success(request, f"What is read is changed.{more}")
    return redirect("resources", account_id=aws_account.account_id)


def _page(request: HttpRequest, aws_account: AwsAccount, **forms: Any) -> HttpResponse:
    form = forms.get("form") or ReadingForm(aws_account=aws_account)
    context = {
        "aws_account": aws_account,
        "form": form,
        "everywhere": forms.get("everywhere") or EverywhereForm(regions=form.regions),
        "kinds": list(KINDS.values()),
        "parts": [
            (part.title, json.dumps(console_role_policy("read", aws_account.partition, part), indent=2))
            for part in PARTS
        ],
    }
    status = 422 if any(each.errors for each in forms.values()) else 200
    return render(request, "resources/reading.html", context, status=status)
