"""Routes whose keeper is an owner no longer: nothing is sent there, and the owners of the AWS account are told so."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.access import with_roles
from accounts.models import Grant, Operator
from accounts.roles import ADMINISTER, roles_with
from iamconsole import clock
from notifications.kinds import EventKind
from notifications.models import NotificationRoute, NotifiedEvent
from notifications.telling import tell

_AT_ONCE = 100
_TEXT = (
    "Who set it has left, or is an owner no longer. Nothing goes there, also not what is applied without approvals "
    "(break-glass), until an owner keeps it: on its page."
)


def unkept(routes: QuerySet[NotificationRoute] | None = None) -> QuerySet[NotificationRoute]:
    """Of those that are on; as `audience.why_not_route` has it."""
    owns = Grant.objects.filter(
        Q(operator=OuterRef("kept_by")) | Q(group__user=OuterRef("kept_by")),
        Q(aws_account=OuterRef("aws_account")) | Q(aws_account=None),
        role__in=roles_with(ADMINISTER),
    )
    rows = NotificationRoute.objects.all() if routes is None else routes
    return rows.filter(~Exists(owns) | Q(kept_by=None) | Q(kept_by__is_active=False), is_on=True)


def tell_of_unkept() -> int:
    """Once a minute: tells owners of those that have come to be so. Returns how many."""
    NotificationRoute.objects.exclude(unkept_since=None).exclude(pk__in=unkept().values("pk")).update(unkept_since=None)
    with transaction.atomic():
        new = unkept().filter(unkept_since=None).select_related("aws_account").order_by("pk")
        rows = list(new.select_for_update(of=("self",), skip_locked=True)[:_AT_ONCE])
        for route in rows:
            route.unkept_since = clock.now()
            route.save(update_fields=["unkept_since"])
            _tell(route)
    return len(rows)


def _tell(route: NotificationRoute) -> None:
    """What the route is called was typed by somebody: its page says it."""
    aws_account = route.aws_account
    tell(
        UNKEPT.name,
        aws_account=aws_account,
        title=f"A route of notifications has no owner, and nothing is sent there: {aws_account}",
        text=_TEXT,
        path=reverse("notification_route", kwargs={"account_id": aws_account.account_id, "pk": route.pk}),
        data={"route": route.pk},
        to=with_roles(roles_with(ADMINISTER), aws_account),
    )


def _still(event: NotifiedEvent, operator: Operator | None) -> bool:
    return unkept(NotificationRoute.objects.filter(pk=event.data["route"])).exists()


UNKEPT = EventKind(
    name="route.unkept",
    label="Route without an owner",
    help="Who set a route of notifications is an owner no longer: nothing is sent there until another owner keeps it.",
    permission=ADMINISTER,
    concerns=True,
    always=True,
    on_routes=False,
    on_pages=False,
    still=_still,
)
