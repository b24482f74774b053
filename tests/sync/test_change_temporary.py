"""Access until a date: the change that gives it, and its removal, a change of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from identities.models import IamUser
from identities.operations import add_member, attach, create_user, delete_inline, put_inline
from policies.models import ManagedPolicy
from policies.operations import create_policy
from sync import changes
from sync.changes import sweeper
from sync.models import Change, Lease, Step
from tests.services.changing import carry_out, lines, propose, worked
from tests.services.statements import reports_policy
from tests.services.told import tell
from tests.services.world import World

pytestmark = pytest.mark.django_db
State = Change.State


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "wake", lambda task, pk: None)


@pytest.fixture
def user(world: World) -> IamUser:
    return world.user()


@pytest.fixture
def policy(world: World) -> ManagedPolicy:
    return world.policy()


def until(steps: Any, actor: Operator, world: World, **span: int) -> Change:
    end = timezone.now() + timedelta(**(span or {"hours": 2}))
    about = {"title": "On call", "reason": "Ticket 7", "actor": actor, "aws_account": world.aws_account}
    return changes.propose_until(until=end, steps=steps, **about)


def removal(grant: Change) -> Change:
    return Change.objects.get(ends=grant)


def at_its_end(grant: Change) -> Change:
    """The removal, when its time has come and a worker has had it."""
    Change.objects.filter(ends=grant).update(not_before=timezone.now())
    changes.sweep_due()
    return worked(removal(grant))


def attached(world: World, user: IamUser) -> list[str]:
    found = world.iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
    return [policy["PolicyName"] for policy in found]


def test_is_taken_away_at_its_end(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    assert removal(grant).state == State.AWAITING_GRANT
    carry_out(grant, erin)
    ahead = removal(grant)
    assert (ahead.state, ahead.applied_by, ahead.not_before) == (State.SCHEDULED, erin, grant.until)
    changes.sweep_due()
    assert removal(grant).state == State.SCHEDULED  # not yet
    assert attached(world, user) == [policy.name]
    assert at_its_end(grant).state == State.APPLIED
    assert attached(world, user) == []
    assert AuditEntry.objects.filter(verb="change.applied", object_id=ahead.pk).exists()


def test_a_membership_ends(world: World, user: IamUser, erin: Operator) -> None:
    grant = until([add_member(user, world.group())], erin, world)
    carry_out(grant, erin)
    assert at_its_end(grant).state == State.APPLIED
    assert world.iam.list_groups_for_user(UserName=user.name)["Groups"] == []


def test_an_inline_policy_is_put_back(world: World, user: IamUser, erin: Operator) -> None:
    carry_out(propose(world.aws_account, erin, [put_inline(user, "own", reports_policy("s3:Get"))]), erin)
    grant = until([put_inline(user, "own", reports_policy("s3:*"))], erin, world)
    carry_out(grant, erin)
    assert at_its_end(grant).state == State.APPLIED
    said = world.iam.get_user_policy(UserName=user.name, PolicyName="own")["PolicyDocument"]
    assert said["Statement"][0]["Action"] == ["s3:Get"]


def test_it_holds_nothing_meanwhile(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator) -> None:
    carry_out(until([attach(user, policy.arn)], erin, world), erin)
    assert not Lease.objects.exists()


def test_needs_nobodys_leave_to_end(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, alice: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    world.aws_account.approvals_required = 2
    world.aws_account.save()
    erin.grants.all().delete()
    assert at_its_end(grant).state == State.APPLIED


def test_what_is_gone_by_then_counts_as_done(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    world.iam.detach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    ended = at_its_end(grant)
    assert (ended.state, ended.steps.get().state) == (State.APPLIED, Step.State.ALREADY_DONE)


def test_a_user_who_is_gone_by_then_counts_as_done(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    world.iam.detach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    world.iam.delete_user(UserName=user.name)
    assert at_its_end(grant).state == State.APPLIED


def test_a_document_that_somebody_rewrote_is_a_conflict(world: World, user: IamUser, erin: Operator) -> None:
    grant = until([put_inline(user, "own", reports_policy("s3:*"))], erin, world)
    carry_out(grant, erin)
    world.iam.put_user_policy(UserName=user.name, PolicyName="own", PolicyDocument=reports_policy("sqs:*"))
    assert at_its_end(grant).state == State.CONFLICTED


def test_one_that_cant_run_fails_and_can_be_retried(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    world.aws_account.writes_enabled = False
    world.aws_account.save()
    assert at_its_end(grant).state == State.FAILED
    assert attached(world, user) == [policy.name]
    world.aws_account.writes_enabled = True
    world.aws_account.save()
    changes.retry(change=removal(grant), actor=erin)
    assert worked(removal(grant)).state == State.APPLIED


def test_who_may_not_apply_may_not_retry_it(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, bob: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    Change.objects.filter(ends=grant).update(state=State.FAILED)
    with pytest.raises(changes.PlanError, match="may not retry"):
        changes.retry(change=removal(grant), actor=bob)


def test_goes_with_a_grant_that_gave_nothing(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    changes.cancel(change=grant, actor=erin)
    assert removal(grant).state == State.CANCELLED


def test_a_grant_that_expired_takes_its_removal_with_it(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    Change.objects.filter(pk=grant.pk).update(expires_at=timezone.now())
    changes.sweep_due()
    assert removal(grant).state == State.CANCELLED


def test_half_a_grant_is_taken_away_too(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator) -> None:
    other = world.policy("other")
    grant = until([attach(user, policy.arn), attach(user, other.arn)], erin, world)
    world.iam.delete_policy(PolicyArn=other.arn)
    assert carry_out(grant, erin).state in (State.FAILED, State.CONFLICTED)
    assert removal(grant).state == State.SCHEDULED
    assert at_its_end(grant).state == State.APPLIED
    assert attached(world, user) == []


def test_what_a_grant_made_when_it_went_on_is_taken_away_too(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    """The removal was scheduled when the grant failed: by then AWS had given no id to what a later step made."""
    made = f"arn:aws:iam::{world.aws_account.account_id}:policy/on-call"
    grant = until([attach(user, policy.arn), create_policy(made, reports_policy("s3:GetObject"))], erin, world)
    world.emulator.rules([{"action": "CreatePolicy", "error": {"code": "AccessDenied", "status": 403}}])
    assert carry_out(grant, erin).state == State.FAILED
    world.emulator.rules([])
    changes.retry(change=grant, actor=erin)
    assert worked(grant).state == State.APPLIED
    assert at_its_end(grant).state == State.APPLIED
    assert attached(world, user) == []


def test_is_cancelled_when_the_grant_was_reversed(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    carry_out(changes.propose_reverse(change=grant, actor=erin, reason=""), erin)
    assert removal(grant).state == State.CANCELLED
    assert "taken it away already" in lines(removal(grant))[-1]


def test_a_grant_without_its_removal_is_not_applied(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, anton: Operator
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    changes.cancel(change=removal(grant), actor=anton)
    with pytest.raises(changes.PlanError, match="was cancelled"):
        changes.apply(change=grant, actor=erin)


def test_approvals_sign_the_date(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    assert grant.digest != propose(world.aws_account, erin, [attach(user, policy.arn)]).digest
    Change.objects.filter(pk=grant.pk).update(until=timezone.now() + timedelta(days=30))
    with pytest.raises(changes.PlanError, match="isn't the one that was proposed"):
        changes.apply(change=grant, actor=erin)


def test_an_end_that_has_passed_gives_nothing(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    later = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr("sync.clock.now", lambda: later)
    with pytest.raises(changes.PlanError, match="would have ended by now"):
        changes.apply(change=grant, actor=erin)


@pytest.mark.parametrize(("span", "sentence"), [({"hours": -1}, "in the past"), ({"days": 400}, "within a year")])
def test_ends_that_cant_be(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, span: dict[str, int], sentence: str
) -> None:
    with pytest.raises(changes.PlanError, match=sentence):
        until([attach(user, policy.arn)], erin, world, **span)


def test_some_things_are_not_temporary(world: World, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="can’t be temporary"):
        until([create_user(world.aws_account, "ada")], erin, world)


def test_deleting_for_a_while_puts_it_back(world: World, user: IamUser, erin: Operator) -> None:
    carry_out(propose(world.aws_account, erin, [put_inline(user, "own", reports_policy("s3:Get"))]), erin)
    grant = until([delete_inline(user, "own")], erin, world)
    carry_out(grant, erin)
    assert at_its_end(grant).state == State.APPLIED
    assert world.iam.list_user_policies(UserName=user.name)["PolicyNames"] == ["own"]


# ---- Another end ---------------------------------------------------------------------------------------------------
def test_the_end_is_moved(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    changes.move_end(change=removal(grant), until=timezone.now(), actor=erin)
    changes.sweep_due()
    assert worked(removal(grant)).state == State.APPLIED


def test_readers_move_no_end(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, bob: Operator) -> None:
    grant = until([attach(user, policy.arn)], erin, world)
    carry_out(grant, erin)
    with pytest.raises(changes.PlanError, match="may not change the end"):
        changes.move_end(change=removal(grant), until=timezone.now(), actor=bob)


def test_an_approved_end_takes_an_approver_to_put_off(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, anton: Operator
) -> None:
    world.aws_account.approvals_required = 1
    world.aws_account.save()
    grant = until([attach(user, policy.arn)], erin, world)
    changes.approve(change=grant, actor=anton)
    carry_out(grant, erin)
    ahead = removal(grant)
    with pytest.raises(changes.PlanError, match="somebody else who may approve"):
        changes.move_end(change=ahead, until=timezone.now() + timedelta(days=9), actor=erin)
    with pytest.raises(changes.PlanError, match="somebody else who may approve"):
        changes.cancel(change=ahead, actor=erin)
    changes.move_end(change=ahead, until=timezone.now() + timedelta(hours=1), actor=erin)


# ---- Said beforehand -----------------------------------------------------------------------------------------------
def test_warns_once_a_day_ahead(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator) -> None:
    grant = until([attach(user, policy.arn)], erin, world, days=2)
    carry_out(grant, erin)
    warned = AuditEntry.objects.filter(verb="change.ends_soon")
    changes.sweep_due()
    assert not warned.exists()
    Change.objects.filter(ends=grant).update(not_before=timezone.now() + timedelta(hours=23))
    changes.sweep_due()
    changes.sweep_due()
    assert warned.count() == 1
    tell(removal(grant).pk, "change.ends_soon")
    assert [message.to for message in mail.outbox] == [[erin.email]]
