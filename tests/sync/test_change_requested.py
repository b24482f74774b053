"""Temporary access that somebody asks for who may not propose changes: who decides, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import IamGroup, IamUser
from identities.operations import add_member
from sync import changes
from sync.changes import sweeper
from sync.changes.guards import objection
from sync.models import Change
from tests.conftest import make_operator
from tests.services.changing import propose, worked
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
def group(world: World) -> IamGroup:
    return world.group()


@pytest.fixture
def asked(world: World, user: IamUser, group: IamGroup, rita: Operator, anton: Operator) -> Change:
    """Asked for by rita, who is a requester; anton may approve."""
    return ask(world.aws_account, rita, add_member(user, group))


def ask(aws_account: AwsAccount, requester: Operator, *steps: Any, **span: int) -> Change:
    return changes.propose_requested(
        aws_account=aws_account,
        requester=requester,
        title="On call",
        reason="Ticket 7",
        steps=steps,
        until=timezone.now() + timedelta(**(span or {"hours": 5})),
    )


def ending(change: Change) -> Change:
    return Change.objects.get(ends=change)


def ended(change: Change) -> Change:
    changes.sweep_due()
    return worked(ending(change))


def groups_of(world: World, user: IamUser) -> list[str]:
    return [each["GroupName"] for each in world.iam.list_groups_for_user(UserName=user.name)["Groups"]]


def refused(service: Any, **about: Any) -> str:
    with pytest.raises(changes.PlanError) as caught:
        service(**about)
    return str(caught.value)


def test_the_last_approval_hands_it_to_the_workers(
    world: World, user: IamUser, group: IamGroup, asked: Change, rita: Operator, anton: Operator
) -> None:
    assert asked.requested_by == rita and asked.approvals_required == 1
    change = changes.approve(change=asked, actor=anton)
    assert (change.state, change.applied_by) == (State.QUEUED, anton)
    assert worked(change).state == State.APPLIED
    assert groups_of(world, user) == [group.name]
    assert ending(asked).state == State.SCHEDULED


def test_a_requester_proposes_nothing_else(world: World, user: IamUser, group: IamGroup, rita: Operator) -> None:
    said = refused(propose, aws_account=world.aws_account, actor=rita, steps=[add_member(user, group)])
    assert "needs a grant that Rita doesn't have" in said


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.EDITOR, Role.APPROVER, Role.OWNER])
def test_only_a_requester_asks(world: World, user: IamUser, group: IamGroup, role: Role | None) -> None:
    said = refused(
        ask_of, aws_account=world.aws_account, requester=make_operator("gina", role, world.aws_account), user=user
    )
    assert "takes the role requester" in said


def ask_of(aws_account: AwsAccount, requester: Operator, user: IamUser) -> Change:
    return ask(aws_account, requester, add_member(user, IamGroup.objects.get()))


def test_two_approvals_where_two_are_asked_for(asked: Change, world: World, anton: Operator, alice: Operator) -> None:
    world.aws_account.approvals_required = 2
    world.aws_account.save()
    assert changes.approve(change=asked, actor=anton).state == State.PROPOSED
    assert changes.approve(change=asked, actor=alice).state == State.QUEUED


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OWNER])
def test_nobody_decides_about_their_own(asked: Change, world: World, rita: Operator, role: Role) -> None:
    Grant.objects.create(operator=rita, aws_account=world.aws_account, role=role)
    assert "somebody else must approve it" in refused(changes.approve, change=asked, actor=rita)
    assert refused(changes.approve_alone, change=asked, actor=rita, reason="x")
    assert refused(changes.break_glass, change=asked, actor=rita, reason="x")
    assert refused(changes.apply, change=asked, actor=rita)
    sooner = timezone.now() + timedelta(hours=1)
    assert refused(changes.shorten_request, change=asked, actor=rita, until=sooner)


def test_an_only_owner_does_not_approve_alone_what_they_asked_for(
    world: World, user: IamUser, group: IamGroup, alice: Operator
) -> None:
    Grant.objects.create(operator=alice, aws_account=world.aws_account, role=Role.REQUESTER)
    change = ask(world.aws_account, alice, add_member(user, group))
    for service in (changes.approve_alone, changes.break_glass):
        assert "never who asked" in refused(service, change=change, actor=alice, reason="x")


def test_who_approves_may_shorten_it(
    world: World, user: IamUser, asked: Change, anton: Operator, alice: Operator
) -> None:
    world.aws_account.approvals_required = 2
    world.aws_account.save()
    changes.approve(change=asked, actor=anton)
    sooner = timezone.now() + timedelta(hours=1)
    change = changes.shorten_request(change=asked, actor=alice, until=sooner)
    assert (change.until, ending(asked).not_before) == (sooner, sooner)
    assert not change.approvals.filter(void=False).exists()  # anton approved another end
    changes.approve(change=change, actor=alice)
    assert changes.approve(change=change, actor=anton).state == State.QUEUED
    assert AuditEntry.objects.filter(verb="change.end_shortened").exists()


def test_nobody_lengthens_it(asked: Change, rita: Operator, anton: Operator, alice: Operator) -> None:
    later = timezone.now() + timedelta(days=3)
    assert "only shorten" in refused(changes.shorten_request, change=asked, actor=anton, until=later)
    past = timezone.now() - timedelta(hours=1)
    assert "in the past" in refused(changes.shorten_request, change=asked, actor=anton, until=past)
    worked(changes.approve(change=asked, actor=anton))
    for actor in (rita, anton, alice):
        assert refused(changes.move_end, change=ending(asked), actor=actor, until=later, reason="x")
        assert refused(changes.cancel, change=ending(asked), actor=actor, reason="x")


def test_is_given_back_at_once(world: World, user: IamUser, asked: Change, rita: Operator, anton: Operator) -> None:
    worked(changes.approve(change=asked, actor=anton))
    assert groups_of(world, user)
    changes.withdraw_request(change=asked, actor=rita)
    assert ended(asked).state == State.APPLIED
    assert groups_of(world, user) == []
    assert "nothing to withdraw" in refused(changes.withdraw_request, change=asked, actor=rita)


def test_is_withdrawn_before_anybody_decided(asked: Change, rita: Operator, anton: Operator) -> None:
    assert "Only who asked" in refused(changes.withdraw_request, change=asked, actor=anton)
    assert changes.withdraw_request(change=asked, actor=rita).state == State.CANCELLED
    assert ending(asked).state == State.CANCELLED
    assert refused(changes.approve, change=asked, actor=anton)


def test_is_withdrawn_while_it_waits_for_a_worker(
    world: World, user: IamUser, asked: Change, rita: Operator, anton: Operator
) -> None:
    changes.approve(change=asked, actor=anton)
    assert changes.withdraw_request(change=asked, actor=rita).state == State.CANCELLED
    assert groups_of(world, user) == []


def test_only_a_request_is_withdrawn(world: World, user: IamUser, group: IamGroup, erin: Operator) -> None:
    change = propose(world.aws_account, erin, [add_member(user, group)])
    assert "Only who asked" in refused(changes.withdraw_request, change=change, actor=erin)
    assert refused(changes.shorten_request, change=change, actor=erin, until=timezone.now())


def test_a_requester_who_lost_the_role_gets_nothing(
    world: World, user: IamUser, asked: Change, rita: Operator, anton: Operator
) -> None:
    changes.approve(change=asked, actor=anton)
    rita.grants.all().delete()
    assert worked(asked).state == State.PROPOSED
    assert not asked.approvals.filter(void=False).exists()
    assert groups_of(world, user) == []


def test_an_approver_who_lost_the_role_grants_nothing(
    world: World, user: IamUser, asked: Change, anton: Operator
) -> None:
    changes.approve(change=asked, actor=anton)
    anton.grants.all().delete()
    assert worked(asked).state == State.PROPOSED
    assert groups_of(world, user) == []


def test_a_plan_that_stops_being_a_request_is_another_one(asked: Change, anton: Operator) -> None:
    changes.approve(change=asked, actor=anton)
    Change.objects.filter(pk=asked.pk).update(on_request=False)
    against = objection(Change.objects.get(pk=asked.pk), anton)
    assert against is not None and "altered" in against.sentence


def test_requesters_hear_nothing_of_others(
    world: World, user: IamUser, group: IamGroup, rita: Operator, alice: Operator, mailoutbox: list[Any]
) -> None:
    change = propose(world.aws_account, alice, [add_member(user, group)])
    tell(change.pk, "change.glass_broken")
    told = {address for mail in mailoutbox for address in mail.to}
    assert alice.email in told and rita.email not in told
