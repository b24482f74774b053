"""Steps that don't depend on each other: one that stops stops none of the others, and each is retried alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Operator
from policies.models import ManagedPolicy
from sync import changes
from sync.changes import PlanError
from sync.changes.plan import digest_of
from sync.models import Change
from sync.operations import StepSpec
from tests.services.changing import carry_out, worked
from tests.services.pages import address, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def tags(world: World, *keys: str) -> list[StepSpec]:
    policy = ManagedPolicy.objects.filter(name="reports-write").first() or world.policy()
    ManagedPolicy.objects.update(tags={})
    return [StepSpec("iam.policy.tag", {"arn": policy.arn, "key": key, "value": "red"}) for key in keys]


def proposed(world: World, actor: Operator, *keys: str) -> Change:
    return changes.propose(
        aws_account=world.aws_account,
        actor=actor,
        title="Tag it",
        reason="",
        steps=tags(world, *keys),
        independent=True,
    )


def states(change: Change) -> list[str]:
    return list(change.steps.order_by("position").values_list("state", flat=True))


@pytest.fixture
def stopped(world: World, erin: Operator) -> Change:
    """Two of three were refused."""
    refused = {"code": "AccessDenied", "status": 403, "message": "No."}
    world.emulator.rules([{"action": "TagPolicy", "error": refused, "times": 2}])
    return carry_out(proposed(world, erin, "a", "b", "c"), erin)


def test_one_that_fails_stops_none_of_the_others(stopped: Change) -> None:
    assert stopped.state == Change.State.FAILED
    assert states(stopped) == ["failed", "failed", "done"]
    assert "Not done of 3 steps: 1, 2. The others were carried out." in [line.line for line in stopped.lines.all()]


def test_each_is_retried_alone(world: World, stopped: Change, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    page = text_of(client.get(address("change", pk=str(stopped.pk))).content.decode())
    assert "Retry step 2 alone" in page and "Retry step 3 alone" not in page
    client.post(address("change_retry", pk=str(stopped.pk)), {"position": "2"})
    once = worked(stopped)
    assert states(once) == ["failed", "done", "done"] and once.state == Change.State.FAILED
    changes.retry(change=once, actor=erin)
    assert worked(once).state == Change.State.APPLIED


def test_one_that_is_done_is_not_retried(stopped: Change, erin: Operator) -> None:
    with pytest.raises(PlanError, match="Step 3 can't be tried again by itself"):
        changes.retry(change=stopped, actor=erin, position=3)


def test_what_is_gone_or_so_already_counts_as_done(world: World, erin: Operator) -> None:
    change = proposed(world, erin, "a", "b")
    arn = ManagedPolicy.objects.get(name="reports-write").arn
    world.iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "a", "Value": "red"}])
    assert states(carry_out(change, erin)) == ["already_done", "done"]
    gone = proposed(world, erin, "x")
    world.iam.delete_policy(PolicyArn=arn)
    ended = carry_out(gone, erin)
    assert ended.state == Change.State.APPLIED and states(ended) == ["already_done"]
    assert ended.steps.get().result == {"gone": True}


def test_approvals_sign_that_they_are_independent(world: World, erin: Operator) -> None:
    change = proposed(world, erin, "a")
    change.independent = False
    assert digest_of(change) != change.digest
