"""The operators of this console: who they are, inviting another one, deactivating one, ending their sessions."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from accounts.forms import InvitationForm
from accounts.models import ApiToken, Grant, Operator
from accounts.services import invitations, password_links
from accounts.services import operators as operators_service
from accounts.services.owners import NoOwnerLeft
from accounts.services.password_links import is_invited
from accounts.sign_in import factors
from iamconsole.web.elements import ago, muted, name_link, small
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.listings import list_response
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import counted


# ---- The list ------------------------------------------------------------------------------------------------------
def with_factors(rows: QuerySet[Operator]) -> QuerySet[Operator]:
    return rows.annotate(has_factor=Exists(factors().filter(user=OuterRef("pk"))))


def state_of(operator: Operator) -> str:
    if not operator.is_active:
        return "Deactivated"
    if operator.last_login:
        return "Active"
    return "Invited, no password yet" if is_invited(operator) else "Never signed in"


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=words) | Q(email__icontains=words))


def _name(row: Operator, scope: Any) -> SafeString:
    return name_link(reverse("operator", kwargs={"pk": row.pk}), str(row), small(row.email))


def _last(row: Operator, scope: Any) -> SafeString | str:
    return ago(row.last_login) if row.last_login else muted("Never")


def _factor(row: Any, scope: Any) -> SafeString | str:
    return "Yes" if row.has_factor else muted("No")


OPERATORS = Table(
    name="operators",
    one="operator",
    many="operators",
    columns=(
        Column("name", "Name", str, cell=_name, sort="name"),
        Column("email", "E-mail address", lambda row: row.email, only_export=True),
        Column("state", "State", state_of),
        Column("factor", "Second factor", lambda row: "yes" if row.has_factor else "no", cell=_factor),
        Column("last", "Last sign-in", lambda row: row.last_login, cell=_last, optional=True),
    ),
    default_sort="name",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=(
                FilterChoice("active", "Active", Q(is_active=True, last_login__isnull=False)),
                FilterChoice("new", "Never signed in", Q(is_active=True, last_login__isnull=True)),
                FilterChoice("deactivated", "Deactivated", Q(is_active=False)),
            ),
        ),
    ),
    search=_search,
    search_hint="Search names and e-mail addresses",
    empty_icon="users",
    empty_title="No operators",
    empty_text="Invite an operator: they get an e-mail with a link to set a password.",
)


NOT_SENT = "The e-mail couldn’t be sent now: send the invitation again in a minute."


def _seen(owner: Operator) -> QuerySet[Operator]:
    return with_factors(Operator.objects.filter(invitations.seen_by(owner)).distinct())


def _fetch(request: HttpRequest, pk: int, *, manage: bool = False) -> Operator:
    """`manage`: only for owners of all AWS accounts, since the operator may have grants on any."""
    owner = signed_in(request)
    found = get_object_or_404(_seen(owner), pk=pk)
    if manage and not owner.owns_all():
        raise PermissionDenied("Only owners of all AWS accounts do this to an operator.")
    return found


@require_GET
def operators(request: HttpRequest) -> HttpResponseBase:
    owner = signed_in(request)
    context = {"owns_all": owner.owns_all()}
    return list_response(request, OPERATORS, _seen(owner), owner, "accounts/operators.html", context=context)


@require_http_methods(["GET", "POST"])
def operator_invite(request: HttpRequest) -> HttpResponse:
    owner = signed_in(request)
    initial = _initial(owner, request.GET.get("operator", ""))
    form = InvitationForm(request.POST if request.method == "POST" else None, owner=owner, initial=initial)
    if request.method == "POST" and form.is_valid() and (invited := _invited(request, owner, form)):
        return redirect("operator", pk=invited.operator.pk)
    return render(request, "accounts/operator_invite.html", {"form": form}, status=422 if form.errors else 200)


def _initial(owner: Operator, pk: str) -> dict[str, str]:
    """Of an operator who gets another role."""
    known = _seen(owner).filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    return {"email": known.email, "name": known.name} if known else {}


def _invited(request: HttpRequest, owner: Operator, form: InvitationForm) -> invitations.InvitationResult | None:
    cleaned = form.cleaned_data
    about = {name: cleaned[name] for name in ("email", "name", "role", "reason")}
    try:
        invited = invitations.invite(actor=owner, aws_accounts=form.chosen(), request=request, **about)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None
    if invited.is_new:
        _send(request, invited.operator)
    else:
        messages.success(request, f"{invited.operator} was an operator already, and has the role now.")
    return invited


@require_GET
def operator(request: HttpRequest, pk: int) -> HttpResponse:
    owner, found = signed_in(request), _fetch(request, pk)
    grants = Grant.objects.of(found) if found.is_active else Grant.objects.filter(operator=found)
    if not owner.owns_all():
        grants = grants.filter(aws_account__in=owner.owned_aws_accounts()) | grants.filter(aws_account__isnull=True)
    context: dict[str, Any] = {
        "operator": found,
        "state": state_of(found),
        "is_invited": is_invited(found) and found.is_active,
        "grants": grants.select_related("aws_account", "group", "rule__label").order_by(
            "aws_account__name", "role", "pk"
        ),
        "owns_all": owner.owns_all(),
        "is_me": found == owner,
    }
    if owner.owns_all():
        context["sessions"] = UserSession.objects.filter(user=found).count()
        context["tokens"] = ApiToken.objects.in_force().of(found).count()
        context["groups"] = list(found.groups.order_by("name").values_list("name", flat=True))
    return render(request, "accounts/operator.html", context)


@require_POST
def operator_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = _fetch(request, pk)
    try:
        invitations.invite_again(actor=signed_in(request), operator=found, request=request)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _send(request, found)
    return redirect("operator", pk=pk)


@require_POST
def operator_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivates (`on` is empty), or lets in again."""
    found = _fetch(request, pk, manage=True)
    before: dict[str, object] = {"is_active": found.is_active}
    found.is_active = bool(request.POST.get("on"))
    try:
        operators_service.change(actor=signed_in(request), operator=found, before=before, request=request)
    except NoOwnerLeft as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = "can sign in again." if found.is_active else "can’t sign in any more, and their sessions are ended."
        messages.success(request, f"{found} {words}")
    return redirect("operator", pk=pk)


@require_POST
def operator_sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    found = _fetch(request, pk, manage=True)
    ended = operators_service.sign_out(actor=signed_in(request), operator=found, request=request)
    messages.success(request, f"{ended} session{'' if ended == 1 else 's'} of {found} ended.{_tokens_left(found)}")
    return redirect("operator", pk=pk)


def _tokens_left(found: Operator) -> str:
    left = ApiToken.objects.in_force().of(found).count()
    return f" {counted(left, 'API token')} of theirs stay{'s' if left == 1 else ''} in force." if left else ""


def _send(request: HttpRequest, found: Operator) -> None:
    if invitations.send(found, by=signed_in(request), home=password_links.home_of(request)):
        words = "gets an e-mail with a link to set a password, which works for three days."
        messages.success(request, f"{found.email} {words}")
    else:
        messages.warning(request, f"{found} is invited. {NOT_SENT}")
