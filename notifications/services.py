"""What operators do with notifications: their own choices, the routes of an AWS account, tests, and sending again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts import audit
from accounts.models import AwsAccount, Operator
from iamconsole import clock
from iamconsole.outgoing.addresses import read_address
from iamconsole.sealed_values import SealedValues
from iamconsole.sealing import CannotUnseal, SealingPurpose, key_names, seal, sealed_under
from notifications.audience import why_not_route
from notifications.kinds import EventKind
from notifications.models import (
    TIMES,
    Delivery,
    DeliveryQuerySet,
    NotificationRoute,
    NotifiedEvent,
    OperatorNotifications,
)
from notifications.sending import opened
from notifications.signing import new_secret
from notifications.telling import due_at, tell_only, wake_after_commit
from notifications.times import next_weekly

Channel = NotificationRoute.Channel
_OF_FORM = ("name", "is_on", "choices", *TIMES)
_OF_ADDRESS = ("host", "address", "failing_since", "failed_as")
FORMER_COUNTS = timedelta(hours=24)
MOST_TESTS, TESTS_WITHIN = 5, timedelta(minutes=10)
MOST_ROUTES = 20  # of one AWS account

TEST = EventKind(
    name="notification.test",
    label="Test message",
    help="Somebody asked for it on a page.",
    permission="",
    always=True,
    concerns=True,
    on_pages=False,
)

audit.register(
    {
        "notifications.chosen": "chose what they are told of, and when",
        "notifications.route_made": "made the {channel} {object} for notifications of {aws_account}",
        "notifications.route_changed": "changed the {channel} {object} for notifications of {aws_account}: {what}",
        "notifications.route_kept": "keeps the {channel} {object} for notifications of {aws_account} from now on",
        "notifications.route_removed": "removed the {channel} {object} for notifications of {aws_account}",
        "notifications.secret_shown": "looked at the signing secret of {object}",
        "notifications.secret_rotated": "made a new signing secret for {object}",
        "notifications.former_secret_ended": "ended the former signing secret of {object}",
        "notifications.tested": "sent a test message to {object}",
        "notifications.sent_again": "sent message {object} again",
    }
)


class NotificationsRefused(Exception):
    """The text is a sentence for the operator."""


# ---- Of an operator ----------------------------------------------------------------------------------------------
def save_choices(
    *,
    choices: OperatorNotifications,
    aws_accounts: Iterable[AwsAccount],
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """What waits for a digest, or for the end of quiet hours, goes by the new times."""
    now = clock.now()
    choices.weekly_at = next_weekly(choices, now) if choices.weekly_report else None
    with transaction.atomic():
        choices.save()
        choices.aws_accounts.set(aws_accounts)
        _wait_anew(Delivery.objects.filter(operator=choices.operator), choices)
        audit.record("notifications.chosen", actor=actor, request=request)


def _wait_anew(rows: DeliveryQuerySet, recipient: OperatorNotifications | NotificationRoute) -> None:
    now = clock.now()
    for row in rows.waiting().filter(tries=0).select_related("event"):
        row.not_before = due_at(recipient, row.event, is_digest=row.is_digest, now=now)
        row.save(update_fields=["not_before"])


def test_own(*, actor: Operator, request: HttpRequest | None = None) -> None:
    """Raises NotificationsRefused."""
    _not_too_many(Delivery.objects.filter(operator=actor))
    with transaction.atomic():
        tell_only(_test_event(None, reverse("notifications")), operator=actor)
        audit.record("notifications.tested", actor=actor, obj=("operator", actor.pk, actor.email), request=request)


def _test_event(aws_account: AwsAccount | None, path: str) -> NotifiedEvent:
    return NotifiedEvent(
        kind=TEST.name,
        aws_account=aws_account,
        title="Test message of IAM Console",
        text="Somebody asked for this message on the page of notifications. There is nothing to do.",
        path=path,
        at=clock.now(),
    )


def _not_too_many(rows: DeliveryQuerySet) -> None:
    lately = rows.filter(event__kind=TEST.name, created_at__gt=clock.now() - TESTS_WITHIN).count()
    if lately >= MOST_TESTS:
        raise NotificationsRefused(
            f"{MOST_TESTS} test messages were sent there within ten minutes: wait for a few minutes."
        )


# ---- Of an AWS account -------------------------------------------------------------------------------------------
def make_route(
    *, route: NotificationRoute, address: str, actor: Operator, request: HttpRequest | None = None
) -> NotificationRoute:
    """`route` has what the form asks for, and no address yet. Raises NotificationsRefused, OutgoingRefused."""
    route.uid, route.kept_by = secrets.token_hex(16), actor
    _set_address(route, address)
    if route.channel == Channel.WEBHOOK:
        route.secret = _sealed(route, new_secret())
    with transaction.atomic():
        AwsAccount.objects.select_for_update(no_key=True).get(pk=route.aws_account_id)
        if NotificationRoute.objects.filter(aws_account=route.aws_account).count() >= MOST_ROUTES:
            raise NotificationsRefused(f"An AWS account has {MOST_ROUTES} routes at most: remove one first.")
        route.save()
        _record("notifications.route_made", route, actor, request)
    return route


def change_route(
    *,
    route: NotificationRoute,
    address: str,
    changed: Iterable[str],
    actor: Operator,
    request: HttpRequest | None = None,
) -> None:
    """`address`: "" leaves it as it is. `changed`: the words of what was changed besides. Who changes it keeps it."""
    what, written = [*changed], [*_OF_FORM, "kept_by", "unkept_since"]
    if address:
        _set_address(route, address)
        what.append("its address")
        written += _OF_ADDRESS
    route.kept_by, route.unkept_since = actor, None
    if route.is_on:
        route.off_because = ""
        written.append("off_because")
    with transaction.atomic():
        route.save(update_fields=written)  # what workers note of it meanwhile stays, and so does a new secret
        _wait_anew(Delivery.objects.filter(route=route), route)
        _record("notifications.route_changed", route, actor, request, what=", ".join(what) or "nothing")


def _set_address(route: NotificationRoute, address: str) -> None:
    if route.channel == Channel.MAIL:
        route.host = address.rpartition("@")[2]
    else:
        route.host = read_address(address).origin
    route.address = _sealed(route, address)
    route.failing_since, route.failed_as = None, ""


def _sealed(route: NotificationRoute, text: str) -> str:
    return seal(text, SealingPurpose.NOTIFICATION_ROUTE, route.uid)


def keep_route(*, route: NotificationRoute, actor: Operator, request: HttpRequest | None = None) -> None:
    with transaction.atomic():
        route.kept_by, route.unkept_since = actor, None
        route.save(update_fields=["kept_by", "unkept_since"])
        _record("notifications.route_kept", route, actor, request)


def remove_route(*, route: NotificationRoute, actor: Operator, request: HttpRequest | None = None) -> None:
    """With what waits for it."""
    with transaction.atomic():
        _record("notifications.route_removed", route, actor, request)
        route.delete()


def test_route(*, route: NotificationRoute, actor: Operator, request: HttpRequest | None = None) -> None:
    """Raises NotificationsRefused."""
    if why := why_not_route(route):
        raise NotificationsRefused(why)
    _not_too_many(Delivery.objects.filter(route=route))
    with transaction.atomic():
        tell_only(_test_event(route.aws_account, routes_path(route.aws_account)), route=route)
        _record("notifications.tested", route, actor, request)


def routes_path(aws_account: AwsAccount) -> str:
    return reverse("notification_routes", kwargs={"account_id": aws_account.account_id})


def _record(verb: str, route: NotificationRoute, actor: Operator, request: HttpRequest | None, **data: str) -> None:
    """Its name was typed, and its address is secret: neither is in the trail."""
    said = {"channel": route.get_channel_display(), **data}
    obj = ("notification_route", route.pk, f"route {route.pk}")
    audit.record(verb, actor=actor, aws_account=route.aws_account, obj=obj, data=said, request=request)


# ---- The secret of a webhook -------------------------------------------------------------------------------------
def show_secret(*, route: NotificationRoute, actor: Operator, request: HttpRequest | None = None) -> str:
    """Once: who needs it again makes a new one. Raises NotificationsRefused, CannotUnseal."""
    with transaction.atomic():
        mine = NotificationRoute.objects.filter(pk=route.pk, secret_shown_at=None).exclude(secret="")
        if not mine.update(secret_shown_at=clock.now()):
            raise NotificationsRefused("The secret was shown before. If it is lost, make a new one.")
        _record("notifications.secret_shown", route, actor, request)
        return opened(route, route.secret)


def rotate_secret(*, route: NotificationRoute, actor: Operator, request: HttpRequest | None = None) -> None:
    """For a day messages have a signature by each. Raises NotificationsRefused."""
    with transaction.atomic():
        row = NotificationRoute.objects.select_for_update().get(pk=route.pk)
        if row.channel != Channel.WEBHOOK:
            raise NotificationsRefused("Only messages to webhooks are signed.")
        row.former_secret, row.former_until = row.secret, clock.now() + FORMER_COUNTS
        row.secret, row.secret_shown_at = _sealed(row, new_secret()), None
        row.save(update_fields=["former_secret", "former_until", "secret", "secret_shown_at"])
        _record("notifications.secret_rotated", row, actor, request)


def end_former_secret(*, route: NotificationRoute, actor: Operator, request: HttpRequest | None = None) -> None:
    with transaction.atomic():
        mine = NotificationRoute.objects.filter(pk=route.pk).exclude(former_secret="")
        if mine.update(former_secret="", former_until=None):
            _record("notifications.former_secret_ended", route, actor, request)


def forget_former_secrets() -> int:
    """Once a minute: those that count no more. Returns how many."""
    over = NotificationRoute.objects.filter(former_until__lte=clock.now())
    return over.update(former_secret="", former_until=None)


# ---- Sending again -----------------------------------------------------------------------------------------------
def send_again(*, delivery: Delivery, actor: Operator, request: HttpRequest | None = None) -> None:
    """Under the same id: a receiver that has it drops it. Raises NotificationsRefused."""
    now = clock.now()
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if not row.may_be_sent_again:
            raise NotificationsRefused("Only a message that failed, or of unknown outcome, is sent again.")
        # One try is behind it, so that nothing else is put into the message.
        again = {"state": Delivery.State.WAITING, "not_before": now, "ended_at": None, "claim": "", "said": ""}
        Delivery.objects.filter(pk=row.pk).update(tries=1, **again)
        Delivery.objects.filter(lead=row).update(**again)
        audit.record(
            "notifications.sent_again",
            actor=actor,
            aws_account=row.event.aws_account,
            obj=("notification", row.pk, row.message_id),
            request=request,
        )
        wake_after_commit()


# ---- Keys --------------------------------------------------------------------------------------------------------
_SEALED = ("address", "secret", "former_secret")


def names_of_keys() -> list[str]:
    """The key that each address and secret is sealed under."""
    rows = NotificationRoute.objects.values_list(*_SEALED)
    return [name for texts in rows for text in texts if (name := sealed_under(text))]


def reseal() -> Iterator[int]:
    """The texts of a route at a time; those that can't be opened stay as they are."""
    return (done for pk in NotificationRoute.objects.values_list("pk", flat=True) if (done := _resealed(pk)))


def _resealed(pk: int) -> int:
    older = key_names()[1:]
    with transaction.atomic():
        route = NotificationRoute.objects.select_for_update().filter(pk=pk).first()
        stale = [name for name in _SEALED if sealed_under(getattr(route, name, "")) in older]
        if route is None or not stale:
            return 0
        again: dict[str, str] = {}
        for name in stale:
            with suppress(CannotUnseal):
                again[name] = _sealed(route, opened(route, getattr(route, name)))
        NotificationRoute.objects.filter(pk=pk).update(**again)
    return len(again)


SEALED_ROUTES = SealedValues("addresses and secrets of notifications", names_of_keys, reseal)
