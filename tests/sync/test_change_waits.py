"""A change that waits in the middle, until something has come to pass (sync.operations.Gate)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Operator
from identities.operations import tag
from identities.operations.credentials.gates import AwaitKeySoak
from sync import changes
from sync.models import Change, SealedSecret, Step
from sync.operations import Gate, StepSpec, registry
from sync.sealed import keep_typed
from tests.services.changing import carry_out, lines, propose, worked
from tests.services.pages import address, exported, get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
WHY = "The moon isn't full yet."


class Moon:
    full = False


@pytest.fixture
def moon(monkeypatch: pytest.MonkeyPatch) -> Moon:
    """The gate of these tests waits for it."""
    found = Moon()
    monkeypatch.setattr(AwaitKeySoak, "waits_for", lambda gate, client, p, since: "" if found.full else WHY)
    return found


@pytest.fixture
def change(world: World, moon: Moon, erin: Operator) -> Change:
    """It waits between two tags."""
    user = world.user()
    gate = StepSpec("iam.key.await_soak", {"arn": user.arn, "key": "AKIAIOSFODNN7EXAMPLE", "days": 3})
    steps = [tag(user, "before", "1"), gate, tag(user, "after", "1")]
    return carry_out(propose(world.aws_account, erin, steps), erin)


def tags(world: World) -> list[str]:
    return sorted(found["Key"] for found in world.iam.list_user_tags(UserName="lena.fischer")["Tags"])


def due(change: Change) -> Change:
    Change.objects.filter(pk=change.pk).update(not_before=timezone.now())
    changes.sweep_due()
    return worked(change)


def test_it_waits_and_holds_nothing(world: World, change: Change) -> None:
    assert change.state == Change.State.SCHEDULED
    assert [step.state for step in change.steps.all()] == [Step.State.DONE, Step.State.PENDING, Step.State.PENDING]
    assert tags(world) == ["before"]
    assert (change.claim, change.leases.count()) == ("", 0)
    assert f"Step 2: {WHY}" in lines(change)


def test_it_goes_on_when_it_is_due_and_what_it_waits_for_has_come(world: World, change: Change, moon: Moon) -> None:
    moon.full = True
    changes.sweep_due()
    assert worked(change).state == Change.State.SCHEDULED  # its hour isn't over
    assert due(change).state == Change.State.APPLIED
    assert tags(world) == ["after", "before"]


def test_it_waits_on_when_it_has_not_come(world: World, change: Change) -> None:
    again = due(change)
    assert again.state == Change.State.SCHEDULED
    assert again.not_before is not None and again.not_before > timezone.now() + timedelta(minutes=59)
    assert lines(again).count(f"Step 2: {WHY}") == 1  # said once
    assert again.steps.get(position=2).attempts.count() == 0


def test_an_operator_may_ask_to_look_again(
    world: World, change: Change, moon: Moon, erin: Operator, client_of: Callable[..., Client]
) -> None:
    page = get(client_of(erin), "change", pk=str(change.pk))
    assert "Look again now" in page
    moon.full = True
    url = reverse("change_look", kwargs={"account_id": world.aws_account.account_id, "pk": change.pk})
    client_of(erin).post(url)
    assert worked(change).state == Change.State.APPLIED
    with pytest.raises(changes.PlanError, match="can't be looked at again: it is applied"):
        changes.look_again(change=change, actor=erin)


def test_its_page_says_what_it_waits_for(
    change: Change, erin: Operator, bob: Operator, client_of: Callable[..., Client]
) -> None:
    text = text_of(get(client_of(bob), "change", pk=str(change.pk)))
    assert "Waits at step 2 of 3" in text
    assert WHY in text
    assert "Looked at again at" in text
    assert "The first step is done, 2 were not sent." in text
    assert "Look again now" not in text  # bob may only read


def test_lists_say_that_it_waits_and_for_what(change: Change, erin: Operator, client_of: Callable[..., Client]) -> None:
    client, words = client_of(erin), "Waiting until it is clear that nobody misses the old key"
    assert words in text_of(get(client, "changes"))
    assert words in text_of(get(client, "changes", "?state=gate"))
    assert words in text_of(get(client, "overview"))
    assert words in exported(client.get(address("changes") + "?format=csv"))
    assert "Nothing matches" in get(client, "changes", "?state=scheduled")


@pytest.mark.parametrize("kind", [kind for kind, operation in registry.items() if isinstance(operation, Gate)])
def test_each_gate_says_what_it_waits_for(
    change: Change, erin: Operator, client_of: Callable[..., Client], kind: str
) -> None:
    change.steps.filter(position=2).update(kind=kind)
    gate = registry[kind]
    assert isinstance(gate, Gate)
    assert f"Waiting until {gate.until}" in text_of(get(client_of(erin), "changes"))


def test_it_is_cancelled_while_it_waits_and_reversed(world: World, change: Change, erin: Operator) -> None:
    cancelled = changes.cancel(change=change, actor=erin)
    assert cancelled.state == Change.State.CANCELLED
    assert due(cancelled).state == Change.State.CANCELLED
    reverse_ = changes.propose_reverse(change=cancelled, actor=erin, reason="")
    assert carry_out(reverse_, erin).state == Change.State.APPLIED
    assert tags(world) == []


def test_a_worker_killed_while_it_looks_costs_nothing(
    world: World, change: Change, moon: Moon, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def killed(*args: Any) -> str:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(AwaitKeySoak, "waits_for", killed)
        due(change)
    change.refresh_from_db()
    assert change.state == Change.State.APPLYING
    settings.CLAIM_TIMEOUT_S = 0
    moon.full = True
    changes.sweep_due()
    assert worked(change).state == Change.State.APPLIED
    assert len(world.sent("TagUser")) == 2


def test_it_doesnt_expire_of_waiting(change: Change, settings: Any) -> None:
    Change.objects.filter(pk=change.pk).update(expires_at=timezone.now() + timedelta(minutes=1))
    again = due(change)
    assert again.expires_at > timezone.now() + timedelta(days=settings.CHANGE_EXPIRES_DAYS)


def test_what_was_typed_for_it_waits_as_long(world: World, moon: Moon, erin: Operator) -> None:
    user = world.user()
    gate = StepSpec("iam.key.await_soak", {"arn": user.arn, "key": "AKIAIOSFODNN7EXAMPLE", "days": 3})
    reference = keep_typed("Correct-Horse-9", name="Console password", aws_account=world.aws_account, operator=erin)
    password = StepSpec("iam.login.create", {"arn": user.arn, "password": reference})
    change = carry_out(propose(world.aws_account, erin, [gate, password]), erin)
    assert SealedSecret.objects.get().expires_at == change.expires_at
    moon.full = True
    assert due(change).state == Change.State.APPLIED
    assert not SealedSecret.objects.exists()


def test_what_forbids_it_meanwhile_turns_it_back(world: World, change: Change, moon: Moon) -> None:
    moon.full = True
    world.aws_account.writes_enabled = False
    world.aws_account.save()
    assert due(change).state == Change.State.FAILED
    assert tags(world) == ["before"]
