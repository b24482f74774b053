"""Attached until a date: as it is, which this console ends, or as a copy that AWS ends by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Operator
from identities.models import IamUser
from policies.models import ManagedPolicy
from sync import changes
from sync.changes import sweeper
from sync.models import Change
from tests.identities.test_actions import ClientOf, post
from tests.services.changing import carry_out, worked
from tests.services.pages import address, get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
ITSELF, NOT_ITSELF = "AWS allows nothing by it from then on", "AWS doesn’t know the end date"


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "wake", lambda task, pk: None)


@pytest.fixture
def user(world: World) -> IamUser:
    return world.user()


@pytest.fixture
def policy(world: World) -> ManagedPolicy:
    return world.policy()


def granted(client: Any, user: IamUser, **said: str) -> Change:
    ends = (timezone.localtime() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    url = address("user_action", aws_id=user.aws_id, action="attach")
    answer = post(client, url, **{"policy": "reports-write", "ends": ends, "copies": "on", **said})
    assert answer.status_code == 302, text_of(answer.content.decode())
    return Change.objects.get(until__isnull=False)


def attached(world: World, user: IamUser) -> list[str]:
    found = world.iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
    return [policy["PolicyName"] for policy in found]


def at_its_end(grant: Change) -> Change:
    Change.objects.filter(ends=grant).update(not_before=timezone.now())
    changes.sweep_due()
    return worked(Change.objects.get(ends=grant))


@pytest.fixture
def grant(user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> Change:
    return carry_out(granted(client_of(erin), user), erin)


def test_the_copy_ends_by_itself(world: World, user: IamUser, grant: Change) -> None:
    assert grant.state == Change.State.APPLIED
    [name] = attached(world, user)
    assert name.startswith("reports-write-until-2")
    arn = f"arn:aws:iam::{world.aws_account.account_id}:policy/{name}"
    document = world.iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    [statement] = document["Statement"]
    assert grant.until is not None
    assert statement["Condition"] == {"DateLessThan": {"aws:CurrentTime": grant.until.strftime("%Y-%m-%dT%H:%M:%SZ")}}


def test_at_the_end_the_copy_goes(world: World, user: IamUser, grant: Change) -> None:
    ended = at_its_end(grant)
    assert ended.state == Change.State.APPLIED, ended.error
    assert attached(world, user) == []
    left = world.iam.list_policies(Scope="Local")["Policies"]
    assert [policy["PolicyName"] for policy in left] == ["reports-write"]


def test_what_came_to_be_attached_elsewhere_is_not_torn_off(world: World, user: IamUser, grant: Change) -> None:
    [name] = attached(world, user)
    other, arn = world.user("ada"), f"arn:aws:iam::{world.aws_account.account_id}:policy/{name}"
    world.iam.attach_user_policy(UserName=other.name, PolicyArn=arn)
    assert at_its_end(grant).state in (Change.State.FAILED, Change.State.CONFLICTED)
    assert attached(world, user) == []
    assert attached(world, other) == [name]


def test_another_policy_of_that_name_is_a_conflict(world: World, user: IamUser, grant: Change) -> None:
    """The removal stands on the very policy that the grant made, by its id."""
    [name] = attached(world, user)
    arn = f"arn:aws:iam::{world.aws_account.account_id}:policy/{name}"
    text = world.iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    world.iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
    world.iam.delete_policy(PolicyArn=arn)
    world.iam.create_policy(PolicyName=name, PolicyDocument=str(text).replace("'", '"'))
    assert at_its_end(grant).state == Change.State.CONFLICTED


def test_the_pages_say_that_aws_ends_it(user: IamUser, grant: Change, erin: Operator, client_of: ClientOf) -> None:
    assert ITSELF in text_of(get(client_of(erin), "change", pk=str(grant.pk)))
    assert "AWS ends what it allows by itself too" in text_of(get(client_of(erin), "user", aws_id=user.aws_id))


def test_of_the_policy_itself_they_say_that_it_takes_this_console(
    user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    grant = carry_out(granted(client_of(erin), user, copies=""), erin)
    assert [step.kind for step in grant.steps.all()] == ["iam.user.attach"]
    assert NOT_ITSELF in text_of(get(client_of(erin), "change", pk=str(grant.pk)))
    assert "AWS doesn’t end it by itself" in text_of(get(client_of(erin), "user", aws_id=user.aws_id))


def test_a_copy_needs_an_end(user: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    url = address("user_action", aws_id=user.aws_id, action="attach")
    text = text_of(post(client_of(erin), url, policy="reports-write", copies="on").content.decode())
    assert "Say when the copy ends, or attach the policy itself." in text
    assert not Change.objects.exists()


def test_one_without_a_text_here_cant_be_copied(user: IamUser, erin: Operator, client_of: ClientOf) -> None:
    url, ends = address("user_action", aws_id=user.aws_id, action="attach"), (timezone.localtime() + timedelta(days=1))
    said = {"policy": "arn:aws:iam::aws:policy/ReadOnlyAccess", "ends": ends.strftime("%Y-%m-%dT%H:%M"), "copies": "on"}
    text = text_of(post(client_of(erin), url, **said).content.decode())
    assert "attach the policy itself" in text
    assert not Change.objects.exists()
