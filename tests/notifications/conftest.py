from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from notifications import services
from notifications.kinds import chosen_for_routes
from notifications.models import NotificationRoute
from tests.services.receiver import Receiver, receiving

MakeRoute = Callable[..., NotificationRoute]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Runs on this machine; the setting allows it."""
    with receiving() as running:
        settings.OUTGOING_ALLOWED = [running.url]
        yield running


@pytest.fixture
def make_route(aws_account: AwsAccount, alice: Operator, receiver: Receiver) -> MakeRoute:
    """A route of all events to the receiver, which alice keeps."""

    def make(channel: str = "webhook", address: str = "", **more: Any) -> NotificationRoute:
        choices = {each.name: "at_once" for each in chosen_for_routes()}
        fields = {"name": channel, "choices": choices, **more}
        route = NotificationRoute(aws_account=aws_account, channel=channel, **fields)
        return services.make_route(route=route, address=address or f"{receiver.url}/hook", actor=alice)

    return make
