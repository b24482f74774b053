"""Who may stop or delay the end of temporary access, in every state of its removal; and how a removal comes again."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import IamUser
from identities.operations import add_member, attach, put_inline, rename
from policies.models import ManagedPolicy
from sync import changes
from sync.changes import removals, sweeper
from sync.changes.plan import digest
from sync.models import Change, Step
from tests.conftest import make_operator
from tests.services.changing import carry_out, propose, worked
from tests.services.pages import address, get, text_of
from tests.services.statements import reports_policy
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
State = Change.State
OPEN_STATES = [state for state in State if state not in Change.OVER]


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "wake", lambda task, pk: None)


@pytest.fixture
def user(world: World) -> IamUser:
    return world.user()


@pytest.fixture
def policy(world: World) -> ManagedPolicy:
    return world.policy()


@pytest.fixture
def grant(world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, anton: Operator) -> Change:
    """Asked for by erin, applied; anton may approve."""
    return given(world, [attach(user, policy.arn)], erin)


def given(world: World, steps: Any, actor: Operator) -> Change:
    about = {"title": "On call", "reason": "Ticket 7", "actor": actor, "aws_account": world.aws_account}
    end = timezone.now() + timedelta(hours=2)
    return carry_out(changes.propose_until(until=end, steps=steps, **about), actor)


def removal_in(grant: Change, state: str) -> Change:
    Change.objects.filter(ends=grant).update(state=state)
    return Change.objects.get(ends=grant)


def due(grant: Change) -> Change:
    Change.objects.filter(ends=grant).update(not_before=timezone.now())
    changes.sweep_due()
    return Change.objects.get(ends=grant)


def attached(world: World, name: str) -> list[str]:
    return [each["PolicyName"] for each in world.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]]


# ---- Who may not, in which state -----------------------------------------------------------------------------------
def _later(removal: Change, actor: Operator) -> Any:
    return changes.move_end(change=removal, until=timezone.now() + timedelta(days=9), actor=actor)


VERBS: dict[str, Callable[[Change, Operator], Any]] = {
    "approve": lambda removal, actor: changes.approve(change=removal, actor=actor),
    "approve_alone": lambda removal, actor: changes.approve_alone(change=removal, actor=actor, reason="why"),
    "break_glass": lambda removal, actor: changes.break_glass(change=removal, actor=actor, reason="now"),
    "cancel": lambda removal, actor: changes.cancel(change=removal, actor=actor, reason="why"),
    "delete_what_appeared": lambda removal, actor: changes.delete_what_appeared(
        change=removal, which="AKIA1", actor=actor
    ),
    "leave_out": lambda removal, actor: changes.leave_out(change=removal, actor=actor),
    "leave_what_appeared": lambda removal, actor: changes.leave_what_appeared(change=removal, actor=actor),
    "look_again": lambda removal, actor: changes.look_again(change=removal, actor=actor),
    "move_end": _later,
    "override": lambda removal, actor: changes.override(change=removal, actor=actor, reason="why"),
    "override_code": lambda removal, actor: changes.override_code(
        change=removal, actor=actor, reason="why", until=timezone.now() + timedelta(days=1)
    ),
    "override_guard_rail": lambda removal, actor: changes.override_guard_rail(
        change=removal, actor=actor, reason="why"
    ),
    "propose_reverse": lambda removal, actor: changes.propose_reverse(change=removal, actor=actor, reason="why"),
    "reject": lambda removal, actor: changes.reject(change=removal, actor=actor, comment="no"),
    "replan": lambda removal, actor: changes.replan(change=removal, actor=actor),
    "review": lambda removal, actor: changes.review(change=removal, actor=actor, comment="seen"),
    "shorten_request": lambda removal, actor: changes.shorten_request(
        change=removal, actor=actor, until=timezone.now() + timedelta(days=1)
    ),
    "withdraw_approval": lambda removal, actor: changes.withdraw_approval(change=removal, actor=actor),
    "withdraw_request": lambda removal, actor: changes.withdraw_request(change=removal, actor=actor),
}
# They do nothing to what a change that exists will do, or only carry it on.
HARMLESS = {
    "PlanError",
    "apply",
    "ask_dry_run",
    "comment",
    "propose",
    "propose_requested",
    "propose_until",
    "retry",
    "sweep_due",
    "work",
}


def test_every_verb_is_tried() -> None:
    assert set(VERBS) | HARMLESS == set(changes.__all__)
    assert all("change" in inspect.signature(getattr(changes, name)).parameters for name in VERBS if name != "move_end")


@pytest.mark.parametrize("state", OPEN_STATES)
def test_nobody_who_may_not_keeps_it_from_ending(
    world: World, grant: Change, erin: Operator, bob: Operator, hal: Operator, charlie: Operator, state: str
) -> None:
    removal = removal_in(grant, state)
    colleague = make_operator("emil", Role.EDITOR, world.aws_account)
    before = Change.objects.filter(pk=removal.pk).values()[0]
    for actor in (erin, bob, hal, charlie, colleague):
        for name, verb in VERBS.items():
            with pytest.raises(changes.PlanError):
                verb(removal, actor)
                raise AssertionError(f"{actor} may {name} what is {state}")
    assert Change.objects.filter(pk=removal.pk).values()[0] == before


@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_owner_who_asked_may_not_either(world: World, grant: Change, alice: Operator, state: str) -> None:
    Change.objects.filter(pk=grant.pk).update(requested_by=alice)
    removal = removal_in(grant, state)
    with pytest.raises(changes.PlanError, match="somebody else who may approve"):
        changes.cancel(change=removal, actor=alice, reason="I still need it")
    with pytest.raises(changes.PlanError):
        _later(removal, alice)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_somebody_else_who_may_approve_stops_it(grant: Change, anton: Operator, state: str) -> None:
    stopped = changes.cancel(change=removal_in(grant, state), actor=anton)
    assert stopped.state == State.CANCELLED or stopped.cancel_asked


def test_cancelling_again_and_again_over_its_time_stops_nothing(
    world: World, user: IamUser, grant: Change, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def keep_trying() -> None:
        removal = Change.objects.get(ends=grant)
        seen.append(removal.state)
        for verb in VERBS.values():
            with pytest.raises(changes.PlanError):
                verb(removal, erin)

    monkeypatch.setattr("sync.changes.failpoints.passing", lambda point: keep_trying())
    keep_trying()
    due(grant)
    keep_trying()
    assert worked(Change.objects.get(ends=grant)).state == State.APPLIED
    assert {State.SCHEDULED, State.QUEUED, State.APPLYING} <= set(seen)
    assert attached(world, user.name) == []


def test_an_earlier_end_is_for_who_asked(grant: Change, erin: Operator) -> None:
    changes.move_end(change=Change.objects.get(ends=grant), until=timezone.now(), actor=erin)
    assert due(grant).state == State.QUEUED


@pytest.mark.parametrize("year", [1, 1970, 2010])
def test_an_end_long_ago_is_one_of_now(world: World, user: IamUser, grant: Change, erin: Operator, year: int) -> None:
    """Else it had expired long ago, too, and nothing took the access away."""
    changes.move_end(change=Change.objects.get(ends=grant), until=datetime(year, 1, 1, tzinfo=UTC), actor=erin)
    changes.sweep_due()
    assert worked(Change.objects.get(ends=grant)).state == State.APPLIED
    assert attached(world, user.name) == []


def test_an_end_that_is_due_is_not_put_off_by_one_long_ago(grant: Change, erin: Operator) -> None:
    due_at = timezone.now() - timedelta(seconds=30)
    Change.objects.filter(ends=grant).update(not_before=due_at)
    changes.move_end(change=Change.objects.get(ends=grant), until=due_at - timedelta(days=1), actor=erin)
    assert Change.objects.get(ends=grant).not_before == due_at


# ---- An only owner --------------------------------------------------------------------------------------------------
def test_an_only_owner_decides_alone_and_says_why(
    world: World, user: IamUser, policy: ManagedPolicy, alice: Operator
) -> None:
    grant = given(world, [attach(user, policy.arn)], alice)
    removal = Change.objects.get(ends=grant)
    with pytest.raises(changes.PlanError, match="Say why"):
        changes.cancel(change=removal, actor=alice)
    changes.cancel(change=removal, actor=alice, reason="It stays: ticket 8")
    entry = AuditEntry.objects.get(verb="change.end_decided_alone")
    assert (entry.actor, entry.said_reason) == (alice, "It stays: ticket 8")


def test_a_second_who_may_approve_ends_that(
    world: World, user: IamUser, policy: ManagedPolicy, alice: Operator, hal: Operator
) -> None:
    grant = given(world, [attach(user, policy.arn)], alice)
    removal = Change.objects.get(ends=grant)
    make_operator("otto", Role.APPROVER, world.aws_account)
    with pytest.raises(changes.PlanError, match="somebody else who may approve"):
        changes.cancel(change=removal, actor=alice, reason="It stays")


# ---- On its page ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["change_cancel", "change_end"])
def test_deciding_takes_a_fresh_sign_in(grant: Change, alice: Operator, client_of: ClientOf, name: str) -> None:
    removal = Change.objects.get(ends=grant)
    said = {"until": timezone.localtime(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")}
    url = address(name, pk=str(removal.pk))
    response = client_of(alice, ago=3600).post(url, said)
    assert "reauthenticate" in response.headers["Location"]
    before = removal.not_before
    removal.refresh_from_db()
    assert (removal.state, removal.not_before) == (State.SCHEDULED, before)
    client_of(alice).post(url, said)
    removal.refresh_from_db()
    assert removal.state == State.CANCELLED or removal.not_before != before


def test_who_asked_is_offered_no_way_to_stop_it(
    grant: Change, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    removal = Change.objects.get(ends=grant)
    assert 'id="cancel-change"' not in get(client_of(erin), "change", pk=removal.pk)
    assert 'id="cancel-change"' in get(client_of(anton), "change", pk=removal.pk)


# ---- Coming again ---------------------------------------------------------------------------------------------------
def test_what_failed_comes_again_by_itself(world: World, user: IamUser, grant: Change) -> None:
    AwsAccount.objects.update(writes_enabled=False)
    assert worked(due(grant)).state == State.FAILED
    changes.sweep_due()
    assert Change.objects.get(ends=grant).state == State.FAILED  # nothing can be done while writes are off
    AwsAccount.objects.update(writes_enabled=True)
    changes.sweep_due()
    assert Change.objects.get(ends=grant).state == State.FAILED  # not at once
    Change.objects.filter(ends=grant).update(finished_at=timezone.now() - timedelta(minutes=2))
    changes.sweep_due()
    assert worked(Change.objects.get(ends=grant)).state == State.APPLIED
    assert attached(world, user.name) == []


def test_what_conflicts_each_time_keeps_nothing_else(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator
) -> None:
    """Who has the access can rewrite a part of it."""
    own = [put_inline(user, name, reports_policy("s3:*")) for name in ("first", "second")]
    grant = given(world, [attach(user, policy.arn), *own], erin)
    for name in ("first", "second"):
        world.iam.put_user_policy(UserName=user.name, PolicyName=name, PolicyDocument=reports_policy("sqs:*"))
    assert worked(due(grant)).state == State.CONFLICTED
    for _ in range(2):
        Change.objects.filter(ends=grant).update(finished_at=timezone.now() - timedelta(hours=2))
        changes.sweep_due()
        assert worked(Change.objects.get(ends=grant)).state == State.CONFLICTED
    assert attached(world, user.name) == []


@pytest.mark.parametrize(("after", "then"), [(2, 60), (300, 300), (9 * 3600, 3600)])
def test_it_comes_again_ever_later(grant: Change, after: int, then: int) -> None:
    removal = removal_in(grant, State.CONFLICTED)
    assert removal.not_before is not None
    removal.finished_at = removal.not_before + timedelta(seconds=after)
    assert removals.next_try(removal) == removal.finished_at + timedelta(seconds=then)


@pytest.mark.parametrize("state", [State.FAILED, State.CONFLICTED, State.UNKNOWN])
def test_what_has_not_ended_is_said_loudly(
    user: IamUser, grant: Change, bob: Operator, client_of: ClientOf, state: str
) -> None:
    removal = removal_in(grant, state)
    places: list[tuple[str, dict[str, Any]]] = [
        ("change", {"pk": removal.pk}),
        ("change", {"pk": grant.pk}),
        ("user", {"aws_id": user.aws_id}),
        ("overview", {}),
    ]
    for name, about in places:
        page = text_of(get(client_of(bob), name, **about))
        assert "should have ended" in page, name
    assert "Access did not end" in text_of(get(client_of(bob), "overview"))


# ---- Tricks --------------------------------------------------------------------------------------------------------
def test_the_reverse_of_half_a_grant_does_not_keep_the_other_half(
    world: World, user: IamUser, policy: ManagedPolicy, erin: Operator, anton: Operator
) -> None:
    """The reverse is proposed when half was done; then the grant goes on, and the reverse is applied."""
    admin = world.policy("admin")
    grant = given(world, [attach(user, policy.arn)], erin)
    more = propose(world.aws_account, erin, [attach(user, admin.arn)]).steps.get()
    ending = Change.objects.get(ends=grant)
    reverse = changes.propose_reverse(change=grant, actor=erin, reason="")
    step = Step.objects.create(
        change=ending,
        position=2,
        kind="iam.user.detach",
        params=more.params,
        part=more.part,
        expects={**(more.expects or {}), "attached": True},
    )
    Change.objects.filter(pk=ending.pk).update(digest=digest(world.aws_account, list(ending.steps.all())))
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=step.params["policy_arn"])
    carry_out(reverse, erin)
    assert worked(due(grant)).state == State.APPLIED
    assert attached(world, user.name) == []


def test_a_renamed_user_does_not_keep_it(world: World, user: IamUser, grant: Change, erin: Operator) -> None:
    carry_out(propose(world.aws_account, erin, [rename(user, "somebody.else", "/")]), erin)
    assert worked(due(grant)).state == State.APPLIED
    assert attached(world, "somebody.else") == []


def test_nor_one_who_was_renamed_outside_and_whose_name_another_has(world: World, user: IamUser, grant: Change) -> None:
    world.iam.update_user(UserName=user.name, NewUserName="somebody.else")
    world.iam.create_user(UserName=user.name)
    stopped = worked(due(grant))
    assert stopped.state == State.CONFLICTED
    assert "somebody.else" in stopped.error["sentence"]
    Change.objects.filter(pk=stopped.pk).update(finished_at=timezone.now() - timedelta(hours=2))
    changes.sweep_due()
    assert worked(stopped).state == State.APPLIED
    assert attached(world, "somebody.else") == []


def test_nor_a_renamed_group(world: World, user: IamUser, erin: Operator, anton: Operator) -> None:
    group = world.group()
    grant = given(world, [add_member(user, group)], erin)
    world.iam.update_group(GroupName=group.name, NewGroupName="others")
    assert worked(due(grant)).state == State.CONFLICTED
    Change.objects.filter(ends=grant).update(finished_at=timezone.now() - timedelta(hours=2))
    changes.sweep_due()
    assert worked(Change.objects.get(ends=grant)).state == State.APPLIED
    assert world.iam.list_groups_for_user(UserName=user.name)["Groups"] == []


def test_grants_taken_from_who_applied_it_change_nothing(world: World, grant: Change, erin: Operator) -> None:
    Grant.objects.filter(operator=erin).delete()
    Operator.objects.filter(pk=erin.pk).update(is_active=False)
    assert worked(due(grant)).state == State.APPLIED
