"""The page of one message, of an operator's own and of those of an AWS account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.access import signed_in
from accounts.models import AwsAccount
from notifications import services
from notifications.models import Delivery
from notifications.tables import events_told, mark_of, messages_with, state_word


def message_page(
    request: HttpRequest, told: QuerySet[Delivery], pk: int, aws_account: AwsAccount | None
) -> HttpResponse:
    """`told`: what the reader may be told. Raises Http404 where none of that is in the message."""
    delivery: Any = get_object_or_404(messages_with(told), pk=pk)
    where = {"account_id": aws_account.account_id} if aws_account else {}
    name = "notification_message_again" if aws_account else "own_message_again"
    context = {
        "delivery": delivery,
        "aws_account": aws_account,
        "mark": mark_of(delivery),
        "word": state_word(delivery),
        "events": events_told(delivery, told),
        "again_url": reverse(name, kwargs={**where, "pk": delivery.pk}),
    }
    return render(request, "notifications/message.html", context)


def sent_again(request: HttpRequest, delivery: Delivery) -> None:
    try:
        services.send_again(delivery=delivery, actor=signed_in(request), request=request)
        messages.success(request, "It is sent again, under the same id.")
    except services.NotificationsRefused as error:
        messages.error(request, str(error))
