"""What owners of all AWS accounts say of a directory that uses SCIM: its tokens, and what its groups mean here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from accounts.models import Grant, GrantRule, ScimGroup, ScimToken, ScimUser
from accounts.scim.forms import HandOverForm, ScimGroupForm, ScimTokenForm
from accounts.services import scim_groups, scim_operators, scim_tokens
from accounts.services.operators import save_group
from accounts.services.owners import NoOwnerLeft, keeping_an_owner

CHOOSE = "Choose a group that is there. Somebody may have deleted the one that you chose: look again."
MADE = "scim_token_made"  # in the session, sealed there, until the page has shown it once


@require_GET
def scim(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def scim_token_make(request: HttpRequest) -> HttpResponse:
    form = ScimTokenForm(request.POST)
    if form.is_valid():
        try:
            made = scim_tokens.make(actor=signed_in(request), request=request, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            request.session[MADE] = made
            return redirect("scim")
    return _page(request, 422, token_form=form)


@require_POST
def scim_token_end(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ScimToken, pk=pk)
    scim_tokens.end(actor=signed_in(request), token=token, request=request)
    messages.success(request, f"The token {token} doesn’t work any more.")
    return redirect("scim")


@require_POST
def scim_group_map(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(ScimGroup, pk=pk)
    form = ScimGroupForm(request.POST, row=row)
    if not form.is_valid():
        messages.error(request, CHOOSE)
        return redirect("scim")
    actor, chosen = signed_in(request), form.chosen()
    try:
        with keeping_an_owner():
            if chosen is not None and chosen.pk is None:
                save_group(actor=actor, group=chosen, before={}, request=request)
            may_own = form.cleaned_data["may_own"]
            scim_groups.map_group(actor=actor, row=row, group=chosen, may_own=may_own, request=request)
    except IntegrityError:  # somebody else made one of this name
        messages.error(request, CHOOSE)
    except NoOwnerLeft as error:
        messages.error(request, " ".join(error.messages))
    else:
        where = f"are put into the group {chosen}" if chosen else "are put into no group any more"
        messages.success(request, f"The members of {row} {where}.")
    return redirect("scim")


@require_POST
def scim_hand_over(request: HttpRequest) -> HttpResponse:
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return _page(request, 422, hand_over_form=form)
    operator = form.cleaned_data["email"]
    scim_operators.hand_over(actor=signed_in(request), operator=operator, request=request)
    messages.success(request, f"The directory looks after {operator} from now on.")
    return redirect("scim")


def _page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    rows = ScimGroup.objects.select_related("group").annotate(
        number=Count("members", filter=Q(members__deleted_at=None))
    )
    context = {
        "base_url": request.build_absolute_uri("/scim/v2/"),
        "made": request.session.pop(MADE, "") if request.method == "GET" else "",
        "tokens": ScimToken.objects.filter(ends_at__gt=timezone.now()).select_related("made_by"),
        "users": ScimUser.objects.there().count(),
        "groups": [_group_line(row) for row in rows],
        "token_form": ScimTokenForm(),
        "hand_over_form": HandOverForm(),
        **forms,
    }
    return render(request, "accounts/scim.html", context, status=status)


def _group_line(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "grants": _grants_of(row.group) if row.group else [],
        "held_back": scim_groups.is_held_back(row),
        "form": ScimGroupForm(row=row),
    }


def _grants_of(group: Group) -> list[str]:
    """What its members may do, in words."""
    own = Grant.objects.filter(group=group, rule=None).select_related("aws_account").order_by("role", "pk")
    rules = GrantRule.objects.filter(group=group).select_related("label").order_by("role", "pk")
    return [
        *(f"{grant.get_role_display()} of {grant.scope}" for grant in own),
        *(f"{rule.get_role_display()} by the {rule.title}" for rule in rules),
    ]
