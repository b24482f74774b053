"""Steps that are begun and written down together: what each did is told of each, and what stops one stops the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Operator
from identities.models import IamUser
from identities.operations import add_member, attach, delete_inline, put_inline
from policies.models import ManagedPolicy
from sync import changes
from sync.aws.client import AwsClient
from sync.changes.waves import FIRST_TOGETHER, MOST_TOGETHER, WaveSize, waves
from sync.models import Change, Revision, Step
from tests.services.changing import carry_out, lines, propose, worked
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db
SENT = "AttachUserPolicy"


@pytest.fixture
def people(world: World) -> list[IamUser]:
    return [world.user(f"person-{number}") for number in range(4)]


@pytest.fixture
def change(world: World, people: list[IamUser], erin: Operator) -> Change:
    policy = world.policy()
    return propose(world.aws_account, erin, [attach(user, policy.arn) for user in people])


def states(change: Change) -> list[str]:
    return list(change.steps.values_list("state", flat=True))


def test_each_step_has_its_own_revision_and_entry(change: Change, people: list[IamUser], erin: Operator) -> None:
    assert carry_out(change, erin).state == Change.State.APPLIED
    for step, user in zip(change.steps.all(), people, strict=True):
        revision = Revision.objects.filter(facet__object_id=user.aws_id, facet__source="details").first()
        assert revision is not None
        assert (revision.origin, revision.step) == (Revision.Origin.CHANGE, step)
    assert AuditEntry.objects.filter(verb="step.done").count() == len(people)
    assert ManagedPolicy.objects.get().attachment_count == len(people)


def test_a_conflict_in_the_middle_stops_the_rest(
    world: World, change: Change, people: list[IamUser], erin: Operator
) -> None:
    policy = ManagedPolicy.objects.get()
    world.iam.attach_user_policy(UserName=people[1].name, PolicyArn=policy.arn)
    world.emulator.forget_calls()
    change = carry_out(change, erin)
    assert (change.state, change.error["step"]) == (Change.State.CONFLICTED, 2)
    assert states(change) == ["done", "conflicted", "pending", "pending"]
    assert len(world.sent(SENT)) == 1
    assert not change.steps.get(position=4).attempts.exclude(outcome=Step.State.SKIPPED).exists()


@pytest.fixture
def after_first(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """What happens just after AWS has answered the first write."""

    def then(act: Callable[[], object]) -> None:
        through = AwsClient.call

        def call(self: AwsClient, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
            answer = through(self, service, operation, **params)
            if operation == SENT:
                monkeypatch.undo()
                act()
            return answer

        monkeypatch.setattr(AwsClient, "call", call)

    return then


def test_a_refusal_in_the_middle_can_be_retried(
    world: World, change: Change, erin: Operator, after_first: Callable[[Callable[[], object]], None]
) -> None:
    denied = {"action": SENT, "error": {"code": "AccessDenied", "status": 403, "message": "Not now."}}
    after_first(lambda: world.emulator.rules([denied]))
    change = carry_out(change, erin)
    assert states(change) == ["done", "failed", "pending", "pending"]
    world.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
    assert len(world.sent(SENT)) == 4


def test_who_cancels_in_the_middle_stops_after_the_step_that_runs(
    world: World, change: Change, erin: Operator, after_first: Callable[[Callable[[], object]], None]
) -> None:
    after_first(lambda: Change.objects.filter(pk=change.pk).update(cancel_asked=True))
    change = carry_out(change, erin)
    assert change.state == Change.State.CANCELLED
    assert states(change) == ["done", "skipped", "skipped", "skipped"]
    assert len(world.sent(SENT)) == 1


def test_a_long_change_lets_a_new_one_go_first(
    world: World, erin: Operator, after_first: Callable[[Callable[[], object]], None]
) -> None:
    user, policy = world.user(), world.policy()
    texts = [put_inline(user, name, reports_policy("s3:GetObject")) for name in "ab"]
    long = propose(world.aws_account, erin, [attach(user, policy.arn), *texts])
    short = propose(world.aws_account, erin, [attach(world.user("lena"), policy.arn)])
    after_first(lambda: changes.apply(change=short, actor=erin))
    assert carry_out(long, erin).state == Change.State.QUEUED
    assert states(long) == ["done", "pending", "pending"]
    assert worked(short).state == Change.State.APPLIED
    assert worked(long).state == Change.State.APPLIED


def test_a_step_more_takes_two_statements_more(world: World, erin: Operator) -> None:
    """The looks just before it is sent: whether the change is still ours, and whether writes are still on."""
    policy = world.policy()

    def statements(steps: int) -> int:
        users = [world.user(f"one-of-{steps}-{number}") for number in range(steps)]
        change = propose(world.aws_account, erin, [attach(user, policy.arn) for user in users])
        changes.apply(change=change, actor=erin)
        with CaptureQueriesContext(connection) as done:
            assert worked(change).state == Change.State.APPLIED
        return len(done)

    statements(1)  # begins the count of steps
    assert statements(FIRST_TOGETHER) - statements(2) == 2 * (FIRST_TOGETHER - 2)


def test_a_wave_has_as_many_steps_as_aws_does_in_the_time_that_others_wait() -> None:
    room = WaveSize()
    sizes = [room.most]
    for steps, seconds in ((5, 0.01), (25, 7.0), (2, 60.0), (1, 0.2)):
        room.took(steps, seconds)
        sizes.append(room.most)
    assert sizes == [FIRST_TOGETHER, MOST_TOGETHER, 2, 1, 3]


def test_the_next_wave_is_as_the_one_before_took(world: World, change: Change) -> None:
    room, sizes = WaveSize(), []
    room.most = 2
    for wave in waves(change, {}, room):
        sizes.append(len(wave))
        room.most = 1
    assert sizes == [2, 1, 1]


def test_steps_on_one_object_are_waves_of_their_own(world: World, erin: Operator) -> None:
    user, group = world.user(), world.group()
    steps = [add_member(user, group), put_inline(user, "a", reports_policy("s3:GetObject")), delete_inline(user, "a")]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert change.state == Change.State.APPLIED
    assert [line for line in lines(change) if "Step" in line] == [
        f"Step {number}: found as the plan expects, done." for number in (1, 2, 3)
    ]


def test_each_revision_of_a_wave_is_of_its_own_reading(world: World, erin: Operator) -> None:
    """None is as old as the first of them, from before its own step was sent."""
    policy = world.policy()
    steps = [attach(world.role(name), policy.arn) for name in ("one", "two", "three")]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    seen = Revision.objects.filter(step__change=change, facet__kind="iam.role").order_by("step__position")
    times = list(seen.values_list("seen_at", flat=True))
    assert len(times) == 3 and times == sorted(set(times))
