"""Makes a message of what is due for one recipient, and sends it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from accounts.models import Operator
from characters import shown
from iamconsole import clock
from iamconsole.sealing import CannotUnseal, SealingPurpose, unseal
from iamconsole.web.words import counted
from notifications.channels import mail, request
from notifications.channels.message import Message, Outcome, Result, ToldEvent
from notifications.kinds import kind_of_row
from notifications.models import Delivery, NotificationRoute, NotifiedEvent

log = logging.getLogger(__name__)


def send(lead: Delivery, rows: Sequence[Delivery]) -> Outcome:
    """`rows`: all that go with the message, the lead among them. Whatever goes wrong within is an outcome, too."""
    try:
        return _sent(lead, rows)
    except CannotUnseal as error:
        return Outcome(Result.RETRY, f"The route can’t be opened: {error}")
    except Exception:
        log.exception("message %s broke off", lead.message_id)
        result = Result.UNKNOWN if lead.is_mail else Result.RETRY
        return Outcome(result, "The console itself failed; its log has the details.")


def _sent(lead: Delivery, rows: Sequence[Delivery]) -> Outcome:
    message = message_of(lead, rows)
    if (route := lead.route) is None:
        assert lead.operator is not None  # noqa: S101  one of the two, by a constraint
        return mail.send(message, lead.operator.email)
    address = opened(route, route.address)
    if route.channel == NotificationRoute.Channel.MAIL:
        return mail.send(message, address)
    return request.send(message, route.channel, address, valid_secrets(route))


def message_of(lead: Delivery, rows: Sequence[Delivery]) -> Message:
    events = [_told(row.event, lead.operator) for row in rows]
    title = events[0].title if len(events) == 1 else f"IAM Console: {counted(len(events), 'notification')}"
    return Message(lead.message_id, title, events, _foot(lead, rows))


def _told(event: NotifiedEvent, operator: Operator | None) -> ToldEvent:
    aws_account = event.aws_account
    more = kind_of_row(event.kind).more(event, operator)
    return ToldEvent(
        kind=event.kind,
        title=shown(event.title),
        sentences=[shown(each) for each in (event.text, *more) if each],
        url=f"{settings.CONSOLE_URL}{event.path}" if settings.CONSOLE_URL and event.path else "",
        severity=event.severity,
        at=event.at,
        account_id=aws_account.account_id if aws_account else "",
        account_name=shown(aws_account.name) if aws_account else "",
        data=event.data,
    )


def _foot(lead: Delivery, rows: Sequence[Delivery]) -> str:
    if lead.route is not None:
        return f"Owners of {shown(str(lead.route.aws_account))} chose that it is sent here."
    if any(kind_of_row(row.by_kind).always and row.event.kind == row.by_kind for row in rows):
        return "This is sent to everybody whom it concerns, and can’t be turned off."
    return f"You choose what you are told under “Notifications” in IAM Console{_settings_url()}."


def _settings_url() -> str:
    return f": {settings.CONSOLE_URL}{reverse('notifications')}" if settings.CONSOLE_URL else ""


# ---- What is sealed of a route -----------------------------------------------------------------------------------
def opened(route: NotificationRoute, blob: str) -> str:
    """The address or a secret of it. Raises CannotUnseal."""
    return unseal(blob, SealingPurpose.NOTIFICATION_ROUTE, route.uid)


def valid_secrets(route: NotificationRoute) -> list[str]:
    """The newest first; the former one as long as it counts."""
    found = [opened(route, route.secret)] if route.secret else []
    if route.former_secret and route.former_until and route.former_until > clock.now():
        found.append(opened(route, route.former_secret))
    return found
