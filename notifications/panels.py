"""What owners see of notifications on the pages of an AWS account: the way to its routes, and those that don't work."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import ADMINISTER
from iamconsole.web import panels
from iamconsole.web.panels import Panel, PanelRow
from iamconsole.web.words import ago
from notifications.audience import why_not_route
from notifications.keepers import unkept
from notifications.models import NotificationRoute


def register_panels() -> None:
    panels.register(
        Panel("overview.attention", "notifications", "Notifications", rows=_not_working, permission=ADMINISTER)
    )
    panels.register(
        Panel(
            "account",
            "notifications",
            "Notifications",
            url_name="notification_routes",
            link="Routes and messages",
            lede="Where events of this AWS account are sent, beside the operators’ own mailboxes.",
            rows=_routes,
            empty="No route yet: webhook, Slack, Microsoft Teams or a mailbox.",
            permission=ADMINISTER,
            position=60,
        )
    )


def routes_of(aws_account: AwsAccount) -> list[NotificationRoute]:
    """What their keepers may do is asked once for each of these."""
    rows = NotificationRoute.objects.filter(aws_account=aws_account).select_related("aws_account", "kept_by")
    found = list(rows)
    keepers = {route.kept_by_id: route.kept_by for route in found}
    for keeper in filter(None, keepers.values()):
        keeper.remembered_grants = tuple(keeper.held_grants())
    for route in found:
        route.kept_by = keepers[route.kept_by_id]
    return found


def silent_routes(aws_accounts: Collection[int]) -> QuerySet[NotificationRoute]:
    """Those of these AWS accounts of which `problem_of` says something."""
    rows = NotificationRoute.objects.filter(aws_account__in=aws_accounts)
    off, failing = Q(is_on=False) & ~Q(off_because=""), Q(is_on=True, failing_since__isnull=False)
    return rows.filter(off | failing | Q(pk__in=unkept().values("pk")))


def problem_of(route: NotificationRoute) -> str:
    """Why nothing arrives there, a sentence; "" where nothing is known to stand against it."""
    if not route.is_on:
        return route.off_because
    if why := why_not_route(route):
        return why
    return f"Nothing has arrived since {ago(route.failing_since)}: {route.failed_as}" if route.failing_since else ""


def _not_working(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for route in routes_of(aws_account):
        if problem := problem_of(route):
            title = f"Notifications don’t arrive: {route}"
            yield PanelRow(title, _url(route), text=problem, severity="medium", action="Look at it")


def _routes(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for route in routes_of(aws_account):
        text = problem_of(route) or (route.host if route.is_on else "Off.")
        yield PanelRow(str(route), _url(route), text=text, icon="triangle-alert" if problem_of(route) else "send")


def _url(route: NotificationRoute) -> str:
    account_id = route.aws_account.account_id
    return reverse("notification_route", kwargs={"account_id": account_id, "pk": route.pk})
