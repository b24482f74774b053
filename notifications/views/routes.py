"""The routes of an AWS account, for its owners: where its events are sent, and what became of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import ALL_ROLES, fetch_aws_account, signed_in, with_roles
from accounts.models import AwsAccount
from iamconsole.outgoing.addresses import OutgoingRefused
from iamconsole.sealing import CannotUnseal
from iamconsole.web.listings import list_response
from notifications import services
from notifications.audience import NOT_KEPT, why_not_route
from notifications.forms import RouteForm
from notifications.models import NotificationRoute, OperatorNotifications
from notifications.panels import problem_of, routes_of
from notifications.services import NotificationsRefused
from notifications.tables import MESSAGES, messages_with, table_with, told_of
from notifications.views.message import message_page, sent_again


@require_GET
def notification_routes(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    context = {
        "aws_account": aws_account,
        "routes": [(route, problem_of(route), why_not_route(route) == NOT_KEPT) for route in routes_of(aws_account)],
        "latest": messages_with(told_of(aws_account)).order_by("-pk")[:5],
        "unreached": OperatorNotifications.objects.exclude(failing_since=None)
        .filter(operator__in=with_roles(ALL_ROLES, aws_account))
        .select_related("operator"),
    }
    return render(request, "notifications/routes.html", context)


@require_http_methods(["GET", "POST"])
def notification_route_make(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    route = NotificationRoute(aws_account=aws_account)
    form = RouteForm(request.POST or None, instance=route)
    if form.is_valid():
        address = form.cleaned_data["address"]

        def make() -> None:
            services.make_route(route=form.instance, address=address, actor=signed_in(request), request=request)

        if _tried(form, make):
            messages.success(request, "The route is made. Send a test message to see whether it arrives.")
            return redirect("notification_route", account_id=account_id, pk=form.instance.pk)
    return _form_page(request, form, aws_account)


@require_http_methods(["GET", "POST"])
def notification_route(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    route = _route(request, account_id, pk)
    form = RouteForm(request.POST or None, instance=route)
    if form.is_valid():
        address, changed = form.cleaned_data["address"], form.changed

        def change() -> None:
            services.change_route(
                route=form.instance, address=address, changed=changed, actor=signed_in(request), request=request
            )

        if _tried(form, change):
            messages.success(request, "The route is saved.")
            return redirect("notification_route", account_id=account_id, pk=pk)
    return _form_page(request, form, route.aws_account, _route(request, account_id, pk))


def _tried(form: RouteForm, act: Callable[[], object]) -> bool:
    try:
        act()
    except (NotificationsRefused, OutgoingRefused) as error:
        form.add_error(None, str(error))
        return False
    return True


def _form_page(
    request: HttpRequest, form: RouteForm, aws_account: AwsAccount, route: NotificationRoute | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"aws_account": aws_account, "form": form, "route": route}
    if route is not None:
        context |= {"problem": problem_of(route), "is_unkept": why_not_route(route) == NOT_KEPT}
    return render(request, "notifications/route.html", context, status=422 if form.errors else 200)


def _route(request: HttpRequest, account_id: str, pk: int) -> NotificationRoute:
    aws_account = fetch_aws_account(request, account_id)
    rows = NotificationRoute.objects.select_related("aws_account", "kept_by")
    return get_object_or_404(rows, aws_account=aws_account, pk=pk)


# ---- Buttons -----------------------------------------------------------------------------------------------------
def _button(act: Callable[..., object], words: str) -> Callable[..., HttpResponse]:
    """The view of one: has the service `act` on the route, and says `words`, or why not."""

    @require_POST
    def view(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
        route = _route(request, account_id, pk)
        try:
            act(route=route, actor=signed_in(request), request=request)
            messages.success(request, words)
        except (NotificationsRefused, CannotUnseal) as error:
            messages.error(request, str(error))
        return redirect("notification_route", account_id=account_id, pk=pk)

    return view


notification_route_test = _button(
    services.test_route, "A test message is on its way. Under “Messages” stands what became of it."
)
notification_route_keep = _button(
    services.keep_route, "You answer for this route from now on, and messages are sent there."
)
notification_secret_rotate = _button(
    services.rotate_secret, "There is a new secret. For 24 hours messages are signed by both."
)
notification_secret_end = _button(services.end_former_secret, "The former secret counts no more.")


@require_POST
def notification_route_remove(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    route = _route(request, account_id, pk)
    services.remove_route(route=route, actor=signed_in(request), request=request)
    messages.success(request, "The route is removed, with the messages that were to go there.")
    return redirect("notification_routes", account_id=account_id)


@never_cache
@require_POST
def notification_secret(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    route = _route(request, account_id, pk)
    try:
        secret = services.show_secret(route=route, actor=signed_in(request), request=request)
    except (NotificationsRefused, CannotUnseal) as error:
        messages.error(request, str(error))
        return redirect("notification_route", account_id=account_id, pk=pk)
    context = {"aws_account": route.aws_account, "route": route, "secret": secret}
    return render(request, "notifications/secret.html", context)


# ---- Messages ----------------------------------------------------------------------------------------------------
@require_GET
def notification_messages(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    context, told = {"aws_account": aws_account}, told_of(aws_account)
    table, template = table_with(MESSAGES, told), "notifications/messages.html"
    return list_response(request, table, messages_with(told), aws_account, template, context=context)


@require_GET
def notification_message(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return message_page(request, told_of(aws_account), pk, aws_account)


@require_POST
def notification_message_again(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    sent_again(request, get_object_or_404(messages_with(told_of(aws_account)), pk=pk))
    return redirect("notification_message", account_id=account_id, pk=pk)
