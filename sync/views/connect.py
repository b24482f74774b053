"""Connecting an AWS account: its name and credentials, what they may do there, then its first pull."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER
from accounts.sign_in import demo_would_end
from iamconsole.web.fragments import wants_fragment
from sync import connect as service
from sync.aws.errors import AwsError
from sync.aws.permission import (
    Permission,
    RolePart,
    console_role_policy,
    console_role_trust,
    parts_of,
    permissions_of,
)
from sync.aws.purpose import Tier
from sync.connect import connection_values, new_external_id
from sync.forms import ConnectForm, ReconnectForm

TIERS: tuple[tuple[Tier, str, str], ...] = (
    ("read", "The role to read", "For pulls, and to read before and after a change."),
    ("write", "The role to write", "Only change workers assume it, with a session policy for each plan."),
)


@dataclass(frozen=True)
class PartDocuments:
    """A further policy of the role, which may be left out."""

    part: RolePart
    policy: str
    permissions: list[Permission]


@dataclass(frozen=True)
class RoleDocuments:
    """What to lay into one role: its permissions, each with the feature that needs it, and its trust policy."""

    tier: Tier
    title: str
    lede: str
    policy: str
    trust: str
    permissions: list[Permission]
    optional: list[PartDocuments]


@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, ConnectForm(initial=_initial(request)))
    form = ConnectForm.of(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        run = service.connect(aws_account=form.save(commit=False), actor=signed_in(request), request=request)
    except AwsError as error:
        form.add_error(None, f"{error.sentence()} Nothing was saved.")
        return _page(request, form)
    return redirect("pull", account_id=run.aws_account.account_id, pk=run.pk)


@require_http_methods(["GET", "POST"])
def reconnect(request: HttpRequest, account_id: str) -> HttpResponse:
    """By which credentials the console comes into an AWS account that is there, or was imported from a file."""
    found, form = _reconnecting(request, account_id)
    if request.method == "GET":
        return _reconnect_page(request, form)
    before = connection_values(found)
    if not form.is_valid():
        return _reconnect_page(request, form)
    initial = {name: before[name] for name in form.fields}
    try:
        run = service.reconnect(
            aws_account=form.save(commit=False), before=initial, actor=signed_in(request), request=request
        )
    except AwsError as error:
        form.add_error(None, f"{error.sentence()} Nothing was saved.")
        return _reconnect_page(request, form)
    if run is None:
        messages.info(request, "Nothing was changed: the console signs in like that already.")
        return redirect("aws_account", account_id=account_id)
    messages.success(request, "The console signs in anew from now on. Writes are off: look at this pull first.")
    return redirect("pull", account_id=account_id, pk=run.pk)


@require_POST
def reconnect_check(request: HttpRequest, account_id: str) -> HttpResponse:
    """What works and what is missing by what is typed; nothing is saved."""
    _, form = _reconnecting(request, account_id)
    reports = service.check(form.save(commit=False)) if form.is_valid() else None
    if wants_fragment(request):
        return render(request, "sync/connect.html#check", {"form": form, "reports": reports})
    return _reconnect_page(request, form, reports=reports)


def _reconnecting(request: HttpRequest, account_id: str) -> tuple[AwsAccount, ReconnectForm]:
    """The AWS account as it is, and its form. Raises PermissionDenied for who doesn't own all AWS accounts."""
    found = fetch_aws_account(request, account_id)
    if not may(signed_in(request), ADMINISTER, None):
        raise PermissionDenied("Only owners of all AWS accounts connect another one.")
    edited = AwsAccount.objects.get(pk=found.pk)
    initial = {} if edited.external_id else {"external_id": new_external_id()}
    return found, ReconnectForm(request.POST if request.method == "POST" else None, instance=edited, initial=initial)


def _reconnect_page(request: HttpRequest, form: ReconnectForm, **context: Any) -> HttpResponse:
    about = {
        "aws_account": request.aws_account,  # type: ignore[attr-defined]  # as it is, whatever was typed
        "form": form,
        "roles": _roles(form.instance.partition, "", str(form["external_id"].value() or "")),
        **context,
    }
    return render(request, "sync/reconnect.html", about, status=422 if form.errors else 200)


@require_POST
def connect_check(request: HttpRequest) -> HttpResponse:
    """What works and what is missing with what is typed so far; nothing is saved."""
    form = ConnectForm.of(request.POST)
    reports = service.check(form.save(commit=False)) if form.is_valid() else None
    if wants_fragment(request):
        return render(request, "sync/connect.html#check", {"form": form, "reports": reports})
    return _page(request, form, reports=reports, **_identity(form))


@never_cache
@require_GET
def connect_identity(request: HttpRequest) -> HttpResponse:
    """Who the machine's own credentials are, and the trust policies that name it."""
    form = ConnectForm(request.GET)
    form.is_valid()
    if wants_fragment(request):
        return render(request, "sync/connect.html#identity", _identity(form))
    return _page(request, ConnectForm(initial={**_initial(request), **request.GET.dict()}), **_identity(form))


def _initial(request: HttpRequest) -> dict[str, Any]:
    return {
        "account_id": request.GET.get("account_id", "")[:12],
        "connection": AwsAccount.Connection.AMBIENT,
        "external_id": new_external_id(),
    }


def _page(request: HttpRequest, form: ConnectForm, **context: Any) -> HttpResponse:
    partition = str(form["partition"].value() or AwsAccount.Partition.AWS)
    return render(
        request,
        "sync/connect.html",
        {
            "form": form,
            "roles": _roles(partition, "", str(form["external_id"].value() or "")),
            "is_first": not AwsAccount.objects.exists(),
            "demo_would_end": demo_would_end(),
            **context,
        },
    )


def _identity(form: ConnectForm) -> dict[str, Any]:
    cleaned = form.cleaned_data
    partition = cleaned.get("partition") or AwsAccount.Partition.AWS
    machine = service.machine_identity(
        partition=partition,
        region=cleaned.get("default_region") or "",
        emulated=bool(cleaned.get("emulated")),
    )
    external_id = form.data.get("external_id", "")
    return {
        "machine": machine,
        "is_known": AwsAccount.objects.filter(account_id=machine.account_id).exists(),
        "roles": _roles(partition, machine.principal_arn, external_id),
    }


def _roles(partition: str, principal_arn: str, external_id: str) -> list[RoleDocuments]:
    if partition not in AwsAccount.Partition.values:
        partition = AwsAccount.Partition.AWS
    return [
        RoleDocuments(
            tier=tier,
            title=title,
            lede=lede,
            policy=json.dumps(console_role_policy(tier, partition), indent=2),
            trust=_trust(tier, principal_arn, external_id) if principal_arn else "",
            permissions=permissions_of(tier),
            optional=[
                PartDocuments(
                    part, json.dumps(console_role_policy(tier, partition, part), indent=2), permissions_of(tier, part)
                )
                for part in parts_of(tier)
            ],
        )
        for tier, title, lede in TIERS
    ]


def _trust(tier: Tier, principal_arn: str, external_id: str) -> str:
    return json.dumps(console_role_trust(tier, principal_arn=principal_arn, external_id=external_id), indent=2)
