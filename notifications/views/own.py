"""My notifications: what an operator wants to hear of, and what was sent to them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from iamconsole.web.listings import list_response
from notifications import services
from notifications.audience import choices_of, heard_by
from notifications.forms import OwnNotificationsForm
from notifications.tables import OWN_MESSAGES, messages_with, table_with
from notifications.views.message import message_page, sent_again


@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    choices = choices_of(operator)
    form = OwnNotificationsForm(request.POST or None, instance=choices, operator=operator)
    if form.is_valid():
        services.save_choices(choices=form.instance, aws_accounts=form.chosen_accounts, actor=operator, request=request)
        messages.success(request, "Your choices are kept.")
        return redirect("notifications")
    # A form that was refused has put what it was given on the row.
    context = {
        "form": form,
        "row": choices_of(operator),
        "latest": messages_with(heard_by(operator)).order_by("-pk")[:5],
    }
    return render(request, "notifications/own.html", context, status=422 if form.errors else 200)


@require_POST
def notifications_test(request: HttpRequest) -> HttpResponse:
    operator = signed_in(request)
    try:
        services.test_own(actor=operator, request=request)
        messages.success(request, "A test message is on its way. Under “Messages” stands what became of it.")
    except services.NotificationsRefused as error:
        messages.error(request, str(error))
    return redirect("notifications")


@require_GET
def own_messages_list(request: HttpRequest) -> HttpResponseBase:
    operator = signed_in(request)
    told = heard_by(operator)
    table = table_with(OWN_MESSAGES, told)
    return list_response(request, table, messages_with(told), operator, "notifications/own_messages.html")


@require_GET
def own_message(request: HttpRequest, pk: int) -> HttpResponse:
    return message_page(request, heard_by(signed_in(request)), pk, None)


@require_POST
def own_message_again(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(messages_with(heard_by(signed_in(request))), pk=pk)
    sent_again(request, delivery)
    return redirect("own_message", pk=pk)
