"""What may be asked for in an AWS account, and as whom requesters are known there."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access_requests import identities, offers
from access_requests.forms import OfferForm, RequesterLinkForm
from access_requests.kinds import gone, row_of_identity
from access_requests.models import AccessOffer, IdentityKind, RequesterIdentity
from accounts.access import fetch_aws_account, may, signed_in, with_roles
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE, REQUEST, roles_with
from directory.models import DirectoryUser
from directory.people.names import called, sees_people
from identities.models import IamUser


@require_GET
def access_offers(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    rows = AccessOffer.objects.filter(aws_account=aws_account, withdrawn_at=None)
    offered = list(rows.select_related("for_group", "made_by"))
    are_gone = gone(offered)
    context = {
        "aws_account": aws_account,
        "offers": [(each, each.pk in are_gone) for each in offered],
        "may_offer": may(signed_in(request), PROPOSE, aws_account),
    }
    return render(request, "access_requests/offers.html", context)


@require_http_methods(["GET", "POST"])
def make_offer(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account, actor = fetch_aws_account(request, account_id), signed_in(request)
    form = OfferForm(aws_account, actor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            offers.make(actor=actor, offer=form.offer())
        except (ValidationError, PermissionDenied) as error:
            form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        else:
            return redirect("access_offers", account_id=account_id)
    return render(request, "access_requests/make_offer.html", {"aws_account": aws_account, "form": form})


@require_POST
def withdraw_offer(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    rows = AccessOffer.objects.filter(aws_account=fetch_aws_account(request, account_id))
    offers.withdraw(actor=signed_in(request), offer=get_object_or_404(rows, pk=pk))
    messages.success(request, "Nobody can ask for it any more. Who has it keeps it up to its end.")
    return redirect("access_offers", account_id=account_id)


@require_http_methods(["GET", "POST"])
def requesters(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account, actor = fetch_aws_account(request, account_id), signed_in(request)
    form = RequesterLinkForm(aws_account, actor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        row: IamUser | DirectoryUser = said["user"] or said["person"]
        try:
            identities.link(actor=actor, aws_account=aws_account, operator=said["operator"], row=row)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("requesters", account_id=account_id)
    context = {
        "aws_account": aws_account,
        "form": form,
        "linked": _linked(aws_account, actor),
        "unlinked": _unlinked(aws_account),
    }
    return render(request, "access_requests/requesters.html", context)


def _linked(aws_account: AwsAccount, actor: Operator) -> list[tuple[RequesterIdentity, str]]:
    rows = RequesterIdentity.objects.filter(aws_account=aws_account).select_related("operator", "linked_by")
    return [(each, _name_of(each, actor)) for each in rows.order_by("operator__name", "pk")]


def _name_of(identity: RequesterIdentity, actor: Operator) -> str:
    row = row_of_identity(identity)
    if row is None:
        return f"{identity.object_id}, which is gone"
    if identity.kind == IdentityKind.USER:
        return str(row.name)
    return called(row) if sees_people(actor, identity.aws_account) else identity.object_id  # type: ignore[arg-type]


def _unlinked(aws_account: AwsAccount) -> list[Operator]:
    there = RequesterIdentity.objects.filter(aws_account=aws_account).values("operator")
    return list(with_roles(roles_with(REQUEST), aws_account).exclude(pk__in=there).order_by("name"))


@require_POST
def unlink(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    rows = RequesterIdentity.objects.filter(aws_account=fetch_aws_account(request, account_id))
    identities.unlink(actor=signed_in(request), identity=get_object_or_404(rows, pk=pk))
    return redirect("requesters", account_id=account_id)
