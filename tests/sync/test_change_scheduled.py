"""A change that is applied now and carried out later: it waits, doesn't expire meanwhile, and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Operator
from identities.models import IamUser
from identities.operations import delete_whole
from sync import changes
from sync.models import Change
from tests.services.changing import propose, worked
from tests.services.pages import get, text_of
from tests.services.pulling import pulled_in_order
from tests.services.world import World

pytestmark = pytest.mark.django_db
State = Change.State


@pytest.fixture
def later(world: World, erin: Operator) -> Change:
    """Deletes a user in 30 days."""
    world.iam.create_user(UserName="dana")
    pulled_in_order(world.aws_account, ("iam.details", "iam.keys"))
    user = IamUser.objects.get(name="dana")
    return propose(world.aws_account, erin, delete_whole(user), not_before=timezone.now() + timedelta(days=30))


def is_there(world: World) -> bool:
    return any(user["UserName"] == "dana" for user in world.iam.list_users()["Users"])


def test_it_says_so_before_it_is_applied(
    later: Change, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    page = text_of(get(client_of(erin), "change", pk=str(later.pk)))
    assert "Nothing is sent before" in page


def test_it_waits_longer_than_a_proposal_lasts(world: World, later: Change, erin: Operator) -> None:
    changes.apply(change=later, actor=erin)
    later.refresh_from_db()
    assert later.not_before is not None
    assert later.state == State.SCHEDULED
    assert later.expires_at > later.not_before
    changes.sweep_due()
    assert worked(later).state == State.SCHEDULED
    assert is_there(world)


def test_its_time_comes(world: World, later: Change, erin: Operator) -> None:
    changes.apply(change=later, actor=erin)
    Change.objects.update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(later).state == State.APPLIED
    assert not is_there(world)


def test_it_is_cancelled_meanwhile(world: World, later: Change, erin: Operator) -> None:
    changes.apply(change=later, actor=erin)
    changes.cancel(change=later, actor=erin)
    Change.objects.update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(later).state == State.CANCELLED
    assert is_there(world)


def test_what_somebody_adds_meanwhile_stops_it(world: World, later: Change, erin: Operator) -> None:
    changes.apply(change=later, actor=erin)
    world.iam.create_access_key(UserName="dana")
    Change.objects.update(not_before=timezone.now())
    changes.sweep_due()
    assert worked(later).state == State.CONFLICTED
    assert is_there(world)
