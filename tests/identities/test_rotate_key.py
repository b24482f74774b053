"""The staged rotation of an access key: create, use, quiet, off, soak, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import Operator
from identities.models import AccessKey, IamUser
from identities.operations.credentials.gates import AwaitUse
from identities.operations.credentials.of_user import rotate_key
from sync import changes, sealed
from sync.models import Change, Step
from sync.operations import Refusal
from tests.identities.operation_cases_credentials import Of, knows, with_key
from tests.services.changing import carry_out, propose, worked
from tests.services.pages import get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
STAGES = ["create", "await_use", "await_quiet", "deactivate", "await_soak", "delete"]


@pytest.fixture
def of(world: World) -> Of:
    return with_key(world)


@pytest.fixture
def change(world: World, of: Of, erin: Operator) -> Change:
    """The new key is made, and waits to be used."""
    old = AccessKey.objects.live().get()
    return carry_out(propose(world.aws_account, erin, rotate_key(old, quiet_days=3, soak_days=3)), erin)


def used(world: World, key: str, ago: timedelta) -> None:
    world.emulator.activity("key", key, at=(timezone.now() - ago).isoformat())


def on(change: Change) -> Change:
    """An hour later: it is looked at again."""
    Change.objects.filter(pk=change.pk).update(not_before=timezone.now())
    changes.sweep_due()
    return worked(change)


def later(change: Change, **ago: int) -> None:
    """So long ago its steps were done."""
    change.steps.filter(finished_at__isnull=False).update(finished_at=F("finished_at") - timedelta(**ago))


def stage(change: Change) -> str:
    left = change.steps.exclude(state__in=Step.FINISHED).first()
    return left.kind.rpartition(".")[2] if left else "over"


def statuses(world: World, of: Of) -> dict[str, str]:
    listed = world.iam.list_access_keys(UserName=of.user.name)["AccessKeyMetadata"]
    return {key["AccessKeyId"]: key["Status"] for key in listed}


def test_it_goes_from_stage_to_stage(world: World, of: Of, change: Change, erin: Operator) -> None:
    assert [step.kind.rpartition(".")[2] for step in change.steps.all()] == STAGES
    (shown,) = sealed.show(change, erin)
    assert shown.name == "Secret access key"
    new = change.steps.get(position=1).result["id"]
    used(world, of.credential, timedelta(hours=1))
    assert stage(on(change)) == "await_use"
    used(world, new, timedelta(minutes=1))
    assert stage(on(change)) == "await_quiet"
    assert statuses(world, of) == {of.credential: "Active", new: "Active"}
    used(world, of.credential, timedelta(days=3, minutes=1))
    assert stage(on(change)) == "await_soak"
    assert statuses(world, of) == {of.credential: "Inactive", new: "Active"}
    later(change, days=2)
    assert stage(on(change)) == "await_soak"
    later(change, days=1)
    assert on(change).state == Change.State.APPLIED
    assert statuses(world, of) == {new: "Active"}


@pytest.mark.parametrize("at", ["await_use", "await_soak"])
def test_it_is_undone_at_any_stage_but_the_last(
    world: World, of: Of, change: Change, erin: Operator, at: str, settings: Any
) -> None:
    before = {of.credential: "Active"}
    if at == "await_soak":
        used(world, change.steps.get(position=1).result["id"], timedelta(minutes=1))
        change = on(change)
    assert stage(change) == at
    cancelled = changes.cancel(change=change, actor=erin)
    reverse = changes.propose_reverse(change=cancelled, actor=erin, reason="")
    assert carry_out(reverse, erin).state == Change.State.APPLIED
    assert statuses(world, of) == before


def test_the_tab_shows_its_stage(change: Change, of: Of, bob: Operator, client_of: Callable[..., Client]) -> None:
    text = text_of(get(client_of(bob), "user_credentials", aws_id=of.user.aws_id))
    assert "A rotation is under way, step 2 of 6. The new key is there, and was not used yet." in text
    changes.cancel(change=change, actor=change.requested_by)
    assert "A rotation" not in text_of(get(client_of(bob), "user_credentials", aws_id=of.user.aws_id))


def test_a_second_key_that_nobody_uses_goes_first(world: World, of: Of, erin: Operator) -> None:
    idle = world.iam.create_access_key(UserName=of.user.name)["AccessKey"]["AccessKeyId"]
    knows(world, of.user, "keys", "last_used")
    AccessKey.objects.filter(aws_id=idle).update(created_at=timezone.now() - timedelta(days=200))
    used(world, of.credential, timedelta(hours=1))
    old = AccessKey.objects.get(aws_id=of.credential)
    steps = rotate_key(old, quiet_days=3, soak_days=3)
    assert [spec.params.get("key") for spec in steps[:4]] == [idle, idle, None, "made by step 3"]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert (change.state, stage(change)) == (Change.State.SCHEDULED, "await_use")
    assert idle not in statuses(world, of)


def test_two_keys_in_use_are_refused(world: World, of: Of) -> None:
    world.iam.create_access_key(UserName=of.user.name)
    knows(world, of.user, "keys")
    with pytest.raises(Refusal, match="has two keys in use"):
        rotate_key(AccessKey.objects.get(aws_id=of.credential), quiet_days=3, soak_days=3)


def test_an_old_key_that_is_used_again_isnt_switched_off(world: World, of: Of, change: Change) -> None:
    used(world, change.steps.get(position=1).result["id"], timedelta(minutes=1))
    used(world, of.credential, timedelta(days=2))
    change = on(change)
    assert stage(change) == "await_quiet"
    assert f"Somebody used the old key {of.credential}" in change.steps.get(position=3).error["sentence"]


def test_a_rotation_whose_answer_was_lost_begins_again(world: World, of: Of, erin: Operator, settings: Any) -> None:
    """The new plan deletes what is ours first: the steps that wait for the new key name it by its new place."""
    settings.VERIFY_DEADLINE_S = 0.3
    world.emulator.rules([{"action": "CreateAccessKey", "when": "after", "truncate": True, "times": 1}])
    steps = rotate_key(AccessKey.objects.live().get(), quiet_days=0, soak_days=0)
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    (ours,) = change.steps.get(position=1).error["appeared"]
    again = changes.delete_what_appeared(change=change, which=ours, actor=erin)
    assert again.steps.get(position=4).params["key"] == "made by step 3"
    assert stage(carry_out(again, erin)) == "await_use"
    assert ours not in statuses(world, of)


def test_its_gate_asks_aws_about_the_key_that_was_made(
    world: World, of: Of, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def waits_for(gate: Any, client: Any, p: Any, since: Any) -> str:
        asked.append(p.key)
        return "Not yet."

    monkeypatch.setattr(AwaitUse, "waits_for", waits_for)
    on(change)
    assert asked == [change.steps.get(position=1).result["id"]]
    assert IamUser.objects.get().pk == of.user.pk


def test_the_plan_says_which_steps_only_wait(
    world: World, of: Of, erin: Operator, client_of: Callable[..., Client]
) -> None:
    change = propose(world.aws_account, erin, rotate_key(AccessKey.objects.live().get(), quiet_days=3, soak_days=3))
    plan = get(client_of(erin), "change", pk=change.pk)
    assert (plan.count("Waits, sends nothing"), plan.count("The exact call")) == (3, 3)


def test_its_reverse_says_that_the_new_key_was_used(world: World, of: Of, change: Change, erin: Operator) -> None:
    """A step has seen it, whatever the last pull had."""
    new = change.steps.get(position=1).result["id"]
    used(world, new, timedelta(minutes=1))
    cancelled = changes.cancel(change=on(change), actor=erin)
    reverse = changes.propose_reverse(change=cancelled, actor=erin, reason="")
    [said] = [each["message"] for each in reverse.findings if each["code"] == "KEY_USE" and new in each["message"]]
    assert said.startswith(f"{new} was last used on ")
