"""Who set a route has left: nothing is sent there, and owners are told, on pages and by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from notifications import keepers, outbox, services
from notifications.audience import NOT_KEPT, why_not_route
from notifications.models import Delivery, NotificationRoute
from notifications.telling import tell
from tests.conftest import make_operator
from tests.notifications.conftest import MakeRoute
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def olive(aws_account: AwsAccount) -> Operator:
    return make_operator("olive", Role.OWNER, aws_account)


def leave(operator: Operator) -> None:
    operator.is_active = False
    operator.save(update_fields=["is_active"])


def lose_grants(operator: Operator) -> None:
    Grant.objects.filter(operator=operator).delete()


def become_viewer(operator: Operator) -> None:
    Grant.objects.filter(operator=operator).update(role=Role.VIEWER)


@pytest.mark.parametrize("gone", [leave, lose_grants, become_viewer])
def test_owners_are_told_once_and_again_when_it_is_so_again(
    gone: Callable[[Operator], None], make_route: MakeRoute, alice: Operator, olive: Operator, bob: Operator
) -> None:
    route = make_route()
    assert keepers.tell_of_unkept() == 0
    gone(alice)
    assert (keepers.tell_of_unkept(), keepers.tell_of_unkept()) == (1, 0)
    outbox.work()
    [message] = mail.outbox
    assert message.to == [olive.email] and route.name not in message.subject
    assert "A route of notifications has no owner" in message.subject and "break-glass" in message.body
    services.keep_route(route=NotificationRoute.objects.get(), actor=olive)
    assert keepers.tell_of_unkept() == 0
    gone(olive)
    assert keepers.tell_of_unkept() == 1


def test_what_was_kept_meanwhile_is_not_told(make_route: MakeRoute, alice: Operator, olive: Operator) -> None:
    route = make_route()
    leave(alice)
    keepers.tell_of_unkept()
    services.keep_route(route=route, actor=olive)
    outbox.work()
    assert not mail.outbox


def test_who_comes_back_keeps_it_again(make_route: MakeRoute, alice: Operator, olive: Operator) -> None:
    make_route()
    for is_active, number in ((False, 1), (True, 0), (False, 1)):
        Operator.objects.filter(pk=alice.pk).update(is_active=is_active)
        assert keepers.tell_of_unkept() == number


def test_it_is_flagged_where_routes_are_shown(
    make_route: MakeRoute, alice: Operator, olive: Operator, client_of: ClientOf
) -> None:
    make_route()
    Grant.objects.create(operator=olive, aws_account=None, role=Role.VIEWER)
    client = client_of(olive)
    flag, row = "an owner has to keep it. No owner", "1 route of notifications sends nothing"
    assert flag not in text_of(get(client, "notification_routes"))
    assert row not in text_of(client.get("/all/").content.decode())
    leave(alice)
    assert flag in text_of(get(client, "notification_routes"))
    everywhere = client.get("/all/").content.decode()
    assert row in text_of(everywhere) and address("notification_routes") in everywhere


def test_others_see_nothing_of_it_on_the_page_of_all(
    make_route: MakeRoute, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    make_route()
    leave(alice)
    assert "of notifications" not in text_of(client_of(bob).get("/all/").content.decode())


def test_it_is_told_as_it_is_when_something_is_to_be_sent(
    make_route: MakeRoute, aws_account: AwsAccount, alice: Operator, olive: Operator
) -> None:
    """The query and what is asked before each message agree, whoever the keeper is."""
    route, group = make_route(), Group.objects.create(name="owners")
    olive.groups.add(group)
    others = [make_operator(f"o{number}", None, None) for number in range(3)]
    Grant.objects.create(operator=others[0], aws_account=None, role=Role.OWNER)
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.OWNER)
    others[1].groups.add(group)
    leave(others[1])
    Grant.objects.filter(operator=olive).delete()
    for keeper in (alice, olive, None, *others):
        for is_on in (True, False):
            NotificationRoute.objects.update(kept_by=keeper, is_on=is_on)
            row = NotificationRoute.objects.get(pk=route.pk)
            assert keepers.unkept().exists() is (why_not_route(row) == NOT_KEPT), keeper


def test_a_form_that_is_saved_leaves_what_others_have_written(make_route: MakeRoute, alice: Operator) -> None:
    """A new secret, and what a worker noted of the address."""
    stale = make_route()
    services.rotate_secret(route=stale, actor=alice)
    NotificationRoute.objects.update(failing_since=timezone.now(), failed_as="It answered 500.")
    before = NotificationRoute.objects.get()
    stale.name, stale.digest_at = "team", (timezone.now() + timedelta(hours=1)).time()
    services.change_route(route=stale, address="", changed=["name"], actor=alice)
    after = NotificationRoute.objects.get()
    assert after.name == "team" and after.digest_at == stale.digest_at
    for name in ("secret", "former_secret", "former_until", "secret_shown_at", "failing_since", "failed_as"):
        assert getattr(after, name) == getattr(before, name), name


def test_break_glass_goes_to_people_all_the_same(
    make_route: MakeRoute, aws_account: AwsAccount, alice: Operator, olive: Operator
) -> None:
    route = make_route()
    leave(alice)
    tell("change.emergency", aws_account=aws_account, title="Break-glass", data={}, to=[olive])
    assert set(Delivery.objects.values_list("operator", "route")) == {(olive.pk, None), (None, route.pk)}
