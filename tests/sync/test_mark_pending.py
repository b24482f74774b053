"""Rows and heads of objects that a change is writing say so, until what it wrote shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.operations import tag
from policies.operations import plan_update
from sync import changes
from sync.changes import claims
from sync.changes.claims import take_leases
from sync.models import Change, Lease
from sync.operations import StepSpec
from tests.services.changing import propose, worked
from tests.services.pages import address, get
from tests.services.rows import make_policy, make_user
from tests.services.statements import reports_policy
from tests.services.world import World

ClientOf = Callable[..., Client]

MARK = r'<a href="([^"]+)" class="flag"><svg(?:(?!</svg>).)*</svg>Pending'

pytestmark = pytest.mark.django_db


def marked(html: str) -> dict[str, str]:
    """The rows of a list that are marked, each with the change to which the mark leads."""
    return dict(re.findall(rf'<a class="name" href="[^"]+">([^<]+)</a>{MARK}', html, re.DOTALL))


def page_of(change: Change) -> str:
    return address("change", pk=str(change.pk))


def claimed(change: Change) -> Change:
    """As a worker has it just before the first call."""
    claim = claims.take(change.pk)
    assert claim is not None
    with claim.held() as ours:
        assert take_leases(ours)
    return change


def test_what_is_written_is_pending_until_it_shows(world: World, erin: Operator, client_of: ClientOf) -> None:
    policy, client = world.policy(), client_of(erin)
    change = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    assert marked(get(client, "policies")) == {}
    changes.apply(change=change, actor=erin)
    assert marked(get(client, "policies")) == {policy.name: page_of(change)}
    claimed(change)
    assert marked(get(client, "policies")) == {policy.name: page_of(change)}
    Change.objects.update(state="queued", claim="")
    assert worked(change).state == Change.State.APPLIED
    assert marked(get(client, "policies")) == {}


def test_a_pull_takes_no_mark_away(world: World, erin: Operator, client_of: ClientOf) -> None:
    policy = world.policy()
    change = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    changes.apply(change=change, actor=erin)
    claimed(change)
    world.again(policy)
    assert policy.name in marked(get(client_of(erin), "policies"))


def test_each_waits_for_its_own_change(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    """Two want one user: it shows the change that has it, and the other's second user the one that waits."""
    lena, dana = make_user(aws_account, "lena.fischer"), make_user(aws_account, "dana.okafor")
    first = propose(aws_account, erin, [tag(lena, "team", "data")])
    second = propose(aws_account, erin, [tag(lena, "team", "ops"), tag(dana, "team", "ops")])
    for change in (first, second):
        changes.apply(change=change, actor=erin)
    claimed(first)
    claim = claims.take(second.pk)
    assert claim is not None
    with claim.held() as ours:
        assert not take_leases(ours)
        ours.state = Change.State.WAITING
    found = marked(get(client_of(erin), "users"))
    assert found == {"lena.fischer": page_of(first), "dana.okafor": page_of(second)}


def test_the_head_of_its_page_says_it_too(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    lena = make_user(aws_account, "lena.fischer")
    change = propose(aws_account, erin, [tag(lena, "team", "data")])
    client = client_of(erin)
    assert "Pending" not in get(client, "user", aws_id=lena.aws_id)
    changes.apply(change=change, actor=erin)
    assert re.findall(MARK, get(client, "user", aws_id=lena.aws_id), re.DOTALL) == [page_of(change)]


def test_settings_of_the_account_say_it(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    change = propose(aws_account, erin, [tag(make_user(aws_account, "lena.fischer"), "team", "data")])
    Lease.objects.create(aws_account=aws_account, change=change, object_key="iam.account:alias")
    Change.objects.update(state="applying", heartbeat_at=timezone.now())
    assert f'href="{page_of(change)}" class="flag"' in get(client_of(erin), "account_settings")


def test_a_change_that_moves_takes_two_queries_more(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policies = [make_policy(aws_account, f"reports-{n}") for n in range(8)]
    steps: list[StepSpec] = [
        step for policy in policies for step in plan_update(policy, reports_policy("s3:GetObject"))
    ]
    change, client = propose(aws_account, erin, steps), client_of(erin)
    get(client, "policies")
    with CaptureQueriesContext(connection) as still:
        get(client, "policies")
    changes.apply(change=change, actor=erin)
    with CaptureQueriesContext(connection) as moving:
        assert len(marked(get(client, "policies"))) == 8
    assert len(moving) - len(still) == 2
