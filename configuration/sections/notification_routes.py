"""Routes of notifications. Where one leads to, and by which secret it is signed, is never in the file.

`address` says `kept` for what this console has sealed already, else a name that whoever runs the console gave an
address by the setting ROUTE_ADDRESSES.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Operator
from configuration.sections.section import EntryRefused, FileSection, Key, Value, aws_account_of, where_words
from configuration.shapes import Flag, MapOf, Member, Struct, Text
from notifications import services
from notifications.forms import RouteForm
from notifications.kinds import chosen_for_routes
from notifications.models import TIMES, LeastSeverity, NotificationRoute
from notifications.timing import Timing

KEPT = "kept"
_TIMES = ("digest_at", "quiet_from", "quiet_until")


class NotificationRoutes(FileSection):
    name, title, one, many = "notification_routes", "Notification routes", "route", "routes"
    shape = Struct(
        {
            "aws_account": Member(Text(), required=True),
            "name": Member(Text(), required=True),
            "channel": Member(Text(tuple(NotificationRoute.Channel.values)), required=True),
            "address": Member(Text(), default=KEPT),
            "is_on": Member(Flag(), default=True),
            "events": Member(MapOf(Text(tuple(Timing.values))), default={}),
            "least_severity": Member(Text(tuple(LeastSeverity.values)), default=LeastSeverity.HIGH.value),
            "digest_at": Member(Text(), default="08:00"),
            "quiet_from": Member(Text(), default=""),
            "quiet_until": Member(Text(), default=""),
            "time_zone": Member(Text(), default="UTC"),
        }
    )

    def now(self) -> Iterable[Value]:
        for route in NotificationRoute.objects.select_related("aws_account").order_by("pk"):
            times = {name: getattr(route, name) for name in TIMES}
            yield {
                "aws_account": route.aws_account.account_id,
                **{name: getattr(route, name) for name in ("name", "channel", "is_on")},
                "address": KEPT,
                "events": {name: said for name, said in sorted(route.choices.items()) if said != Timing.OFF},
                **times,
                **{name: f"{times[name]:%H:%M}" if times[name] else "" for name in _TIMES},
            }

    def key_of(self, value: Value) -> Key:
        return (value["aws_account"], value["name"])

    def words(self, value: Value) -> str:
        return f"The route {value['name']} of {where_words({**value, 'label': ''})}"

    def add(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        if value["address"] == KEPT:
            raise EntryRefused("A new route needs an “address”: a name of the setting ROUTE_ADDRESSES.")
        route = NotificationRoute(aws_account=aws_account_of(value["aws_account"]))
        form = _form(value, route, _address(value))
        services.make_route(route=form.instance, address=form.cleaned_data["address"], actor=actor, request=request)
        return ""

    def change(self, before: Value, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        route = _route(before)
        if value["channel"] != route.channel:
            raise EntryRefused("A route keeps its channel: give the new one another name.")
        form = _form(value, route, "" if value["address"] == KEPT else _address(value))
        services.change_route(
            route=form.instance,
            address=form.cleaned_data["address"],
            changed=[name for name in self.shape.of if name != "address" and before[name] != value[name]],
            actor=actor,
            request=request,
        )
        return ""

    def remove(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        services.remove_route(route=_route(value), actor=actor, request=request)
        return ""


def _route(value: Value) -> NotificationRoute:
    found = NotificationRoute.objects.filter(aws_account__account_id=value["aws_account"], name=value["name"]).first()
    if found is None:
        raise EntryRefused("It isn’t there any more: somebody removed it meanwhile.")
    return found


def _address(value: Value) -> str:
    found: str | None = settings.ROUTE_ADDRESSES.get(value["address"])
    if found is None:
        raise EntryRefused(f"The setting ROUTE_ADDRESSES has no “{value['address'][:80]}”.")
    return found


def _form(value: Value, route: NotificationRoute, address: str) -> RouteForm:
    """Valid, with everything that pages ask of a route."""
    kinds = {kind.name for kind in chosen_for_routes()}
    if unknown := value["events"].keys() - kinds:
        raise EntryRefused(f"There is no event “{min(unknown)[:80]}”: {', '.join(sorted(kinds))}.")
    said: dict[str, Any] = {
        **{name: value[name] for name in ("name", "channel", *TIMES)},
        "is_on": "on" if value["is_on"] else "",
        "address": address,
        **{f"when_{name.replace('.', '_')}": value["events"].get(name, Timing.OFF.value) for name in kinds},
    }
    form = RouteForm(said, instance=route)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise EntryRefused(f"{field}: {errors[0]}")
    return form
