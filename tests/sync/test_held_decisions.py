"""What owners decide about a change that was open when the queue was put on hold, and who may."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from accounts.roles import Role
from identities.operations import attach
from notifications import outbox
from notifications.models import Delivery
from sync import changes, counter
from sync.changes import PlanError, dry_run, sweeper
from sync.counter import release
from sync.held import deciding
from sync.held.changes import held_change, undecided
from sync.models import Change, DryRun, HeldDecision, Step
from tests.conftest import make_operator
from tests.services.changing import propose, worked
from tests.services.pages import text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
Choice = HeldDecision.Choice


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    """Waits for a worker."""
    change = propose(world.aws_account, erin, [attach(world.role(), world.policy().arn)])
    changes.apply(change=change, actor=erin)
    return change


def looked_at(change: Change, actor: Operator) -> int:
    """On hold, and AWS was read. Returns what an owner has seen then."""
    counter.hold(why="The database was restored.", actor=None)
    deciding.look(actor=actor, changes=[change])
    run = DryRun.objects.get(finished_at=None)
    dry_run.work(run.pk)
    return run.pk


def decide(change: Change, actor: Operator, seen: int | None, choice: str = Choice.RELEASE, **more: Any) -> Any:
    return deciding.decide(change=change, actor=actor, choice=choice, reason="Looked at AWS.", seen=seen, **more)


def test_what_was_released_goes_on_with_the_queue(
    world: World, change: Change, alice: Operator, olga: Operator
) -> None:
    decide(change, alice, looked_at(change, alice))
    assert worked(change).state == Change.State.QUEUED
    release.release(actor=olga, reason="Looked")
    assert worked(change).state == Change.State.APPLIED
    assert len(world.sent("AttachRolePolicy")) == 1
    verbs = AuditEntry.objects.filter(verb__in=("change.held_decided", "queue.released")).values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["change.held_decided", "queue.released"]
    assert not HeldDecision.objects.exists()


def test_nothing_is_released_before_all_is_decided(change: Change, alice: Operator, olga: Operator) -> None:
    looked_at(change, alice)
    with pytest.raises(PlanError, match="missing about 1 change"):
        release.release(actor=olga)
    assert counter.is_on_hold()


def test_what_was_read_is_what_is_decided_about(change: Change, alice: Operator) -> None:
    seen = looked_at(change, alice)
    deciding.look(actor=alice, changes=[change])
    with pytest.raises(PlanError, match="AWS was looked at again"):
        decide(change, alice, seen)
    with pytest.raises(PlanError, match="Look at AWS first"):
        decide(change, alice, DryRun.objects.latest("pk").pk)


def test_only_owners_of_the_aws_account_decide(
    change: Change, alice: Operator, anton: Operator, erin: Operator
) -> None:
    seen = looked_at(change, alice)
    for operator in (anton, erin):
        with pytest.raises(PlanError, match="Only owners"):
            decide(change, operator, seen)


def test_another_owner_confirms_what_needed_approvals(
    world: World, change: Change, alice: Operator, olga: Operator
) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    made = decide(change, alice, looked_at(change, alice))
    assert (made.is_in_force, undecided(timezone.now()).count()) == (False, 1)
    with pytest.raises(PlanError, match="Somebody else"):
        deciding.confirm(change=change, actor=alice)
    deciding.confirm(change=change, actor=olga)
    assert undecided(timezone.now()).count() == 0
    with pytest.raises(PlanError, match="nothing to confirm"):
        deciding.confirm(change=change, actor=olga)


def test_the_command_line_asks_for_that_owner_too(
    world: World, change: Change, alice: Operator, olga: Operator
) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    decide(change, alice, looked_at(change, alice))
    with pytest.raises(CommandError, match=f"another one confirms it: {change.pk}"):
        call_command("release_queue", "--release", "Looked", "--go-on", str(change.pk))
    assert counter.is_on_hold()
    shown = io.StringIO()
    call_command("release_queue", stdout=shown)
    assert "needed approvals: owners decide" in shown.getvalue()
    deciding.confirm(change=change, actor=olga)
    call_command("release_queue", "--release", "Looked", "--go-on", str(change.pk), stdout=io.StringIO())
    assert AuditEntry.objects.get(verb="queue.released").data["changes_going_on"] == [change.pk]


def test_an_only_owner_decides_alone(world: World, change: Change, alice: Operator) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    assert decide(change, alice, looked_at(change, alice)).is_in_force


def test_marked_as_done_its_access_ends(world: World, alice: Operator, erin: Operator) -> None:
    """It was applied after the backup: by what the database knows it is queued, and its end waits for it."""
    policy, role = world.policy(), world.role()
    about: dict[str, Any] = {"aws_account": world.aws_account, "actor": erin, "title": "Look", "reason": "Ticket 1"}
    until = timezone.now() + timedelta(hours=1)
    grant = changes.propose_until(until=until, steps=[attach(role, policy.arn)], **about)
    changes.apply(change=grant, actor=erin)
    world.iam.attach_role_policy(RoleName=role.name, PolicyArn=policy.arn)
    seen = looked_at(grant, alice)
    with pytest.raises(PlanError, match="it gave temporary access"):
        decide(grant, alice, seen, Choice.GIVE_UP)
    decide(grant, alice, seen, Choice.DONE)
    grant.refresh_from_db()
    assert (grant.state, Change.objects.get(ends=grant).state) == (Change.State.APPLIED, Change.State.SCHEDULED)
    assert [step.state for step in grant.steps.all()] == [Step.State.ALREADY_DONE]
    assert world.sent("AttachRolePolicy")[1:] == [], "but for that of the test"


def test_who_asked_for_access_cant_give_up_its_end(world: World, olga: Operator) -> None:
    asker = make_operator("owen", Role.OWNER, world.aws_account)
    policy, role = world.policy(), world.role()
    grant = changes.propose_until(
        until=timezone.now() + timedelta(hours=1),
        steps=[attach(role, policy.arn)],
        aws_account=world.aws_account,
        actor=asker,
        title="Look",
        reason="Ticket 1",
    )
    changes.apply(change=grant, actor=asker)
    worked(grant)
    end = Change.objects.get(ends=grant)
    seen = looked_at(end, asker)
    for choice in (Choice.GIVE_UP, Choice.DONE):
        with pytest.raises(PlanError, match="somebody else who may approve"):
            decide(end, asker, seen, choice)
    assert decide(end, asker, seen).is_in_force, "that it ends is always allowed"


def test_nothing_expires_and_nobody_is_notified_meanwhile(
    world: World, alice: Operator, anton: Operator, erin: Operator, olga: Operator
) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    proposed = propose(world.aws_account, erin, [attach(world.role(), world.policy().arn)])
    Change.objects.update(expires_at=timezone.now())
    assert Delivery.objects.waiting().filter(operator=anton).exists()
    counter.hold(why="The database was restored.", actor=None)
    sweeper.expire()
    proposed.refresh_from_db()
    assert proposed.state == Change.State.PROPOSED
    Delivery.objects.update(not_before=timezone.now())
    assert (outbox.work(), outbox.wake_due()) == (0, False)
    release.release(actor=olga, reason="Looked")
    assert {row.state for row in Delivery.objects.all()} == {Delivery.State.DROPPED}
    sweeper.expire()
    proposed.refresh_from_db()
    assert proposed.state == Change.State.EXPIRED


def test_new_changes_wait_for_the_queue_alone(world: World, alice: Operator, erin: Operator, olga: Operator) -> None:
    counter.hold(why="The database was restored.", actor=None)
    new = propose(world.aws_account, erin, [attach(world.role(), world.policy().arn)])
    changes.apply(change=new, actor=erin)
    assert worked(new).state == Change.State.QUEUED
    with pytest.raises(PlanError, match="newer than the hold"):
        decide(new, alice, None, Choice.GIVE_UP)
    release.release(actor=olga, reason="Looked")
    assert worked(new).state == Change.State.APPLIED


# ---- The page ------------------------------------------------------------------------------------------------
def test_the_page_and_its_forms(
    world: World, change: Change, client_of: Callable[..., Client], alice: Operator, bob: Operator, olga: Operator
) -> None:
    seen = looked_at(change, alice)
    client = client_of(alice)
    shown = text_of(client.get(reverse("queue")).content.decode())
    assert "Still to do. AWS has what the plan expects to find." in shown
    assert "1 change of all AWS accounts waits for a decision" in shown
    url = reverse("change_held_decide", args=[world.aws_account.account_id, change.pk])
    without = client.post(url, {"choice": "release", "reason": " ", "seen": seen})
    assert (without.status_code, HeldDecision.objects.count()) == (422, 0)
    assert client.post(url, {"choice": "burn", "reason": "x", "seen": seen}).status_code == 422
    stale = client.post(url, {"choice": "release", "reason": "My words", "seen": "9" * 30})
    assert stale.status_code == 422
    assert "My words" in stale.content.decode()
    for _ in range(2):
        assert client.post(url, {"choice": "release", "reason": "Looked", "seen": seen}).status_code == 302
    assert HeldDecision.objects.count() == 1
    assert "Owners of all AWS accounts release the queue" in text_of(client.get(reverse("queue")).content.decode())
    assert client_of(bob).get(reverse("queue")).status_code == 403
    assert client_of(olga).post(reverse("queue_release"), {"reason": ""}).status_code == 422


def test_owners_see_changes_of_their_own_aws_accounts(
    world: World, change: Change, client_of: Callable[..., Client], other_account: Any
) -> None:
    looked_at(change, make_operator("owen", Role.OWNER, world.aws_account))
    strange = make_operator("sam", Role.OWNER, other_account)
    shown = client_of(strange).get(reverse("queue")).content.decode()
    assert change.title not in shown
    assert held_change(change, timezone.now()).steps
    url = reverse("change_held_decide", args=[world.aws_account.account_id, change.pk])
    assert client_of(strange).post(url, {"choice": "release"}).status_code == 404
