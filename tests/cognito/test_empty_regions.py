"""Regions without user pools: AWS isn't asked about what can't be there, and is asked less and less often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoGroup
from cognito.pools.operations.pools import create_pool
from emulator.process import Emulator
from sync import pull, schedule
from sync.empty_regions import LONGEST, usual_or_later
from sync.models import Region, Run, Schedule
from sync.selectors import coverages_by_place
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db

ELSEWHERE = "eu-central-1"
POOLS, GROUPS, CLIENT_RISK = "cognito.pools", "cognito.groups", "cognito.client_risk"


@pytest.fixture
def region(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> str:
    """The one that is enabled, pulled every hour; the other sources have their time tomorrow."""
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: None)
    monkeypatch.setattr("sync.schedule._JITTER", 0)
    Region.objects.create(aws_account=aws_account, name=ELSEWHERE, enabled=True, checked_at=timezone.now())
    AwsAccount.objects.update(pull_every_minutes=60)
    aws_account.refresh_from_db()
    others = [due for due in schedule.readable(aws_account) if due.source != POOLS]
    Schedule.objects.bulk_create(
        Schedule(aws_account=aws_account, source=due.source, region=due.region, next_at=timezone.now() + LONGEST * 4)
        for due in others
    )
    return ELSEWHERE


def next_hours(source: str, region: str = ELSEWHERE) -> int:
    """Until the next pull, by its last one."""
    return round((Schedule.objects.get(source=source, region=region).next_at - timezone.now()) / timedelta(hours=1))


def tick() -> Iterator[str]:
    """What is due, now: returns the sources that a worker had to read."""
    pull.start_due()
    while run := pull.waiting_runs().order_by("pk").first():
        yield run.source
        pull.work(run.pk)


def all_due() -> list[str]:
    Schedule.objects.filter(source__startswith="cognito.").exclude(next_at__gt=timezone.now() + LONGEST * 2).update(
        next_at=timezone.now()
    )
    return list(tick())


def a_pool(emulator: Emulator) -> str:
    made = emulator.client("cognito-idp", region_name=ELSEWHERE).create_user_pool(PoolName="customers")
    return str(made["UserPool"]["Id"])


def test_what_builds_on_nothing_is_complete_without_a_worker(
    emulator: Emulator, aws_account: AwsAccount, region: str
) -> None:
    """Also what builds on that; as old as the answer that there is nothing."""
    assert list(tick()) == [POOLS]
    asked = {call["action"] for call in emulator.calls() if call["action"].startswith(("List", "Describe"))}
    assert asked == {"ListUserPools"}
    found = coverages_by_place(aws_account)
    ages = {found[name, region].at for name in (POOLS, GROUPS, CLIENT_RISK, "cognito.members")}
    assert ages == {Run.objects.get(source=POOLS).finished_at}
    [said] = Run.objects.get(source=GROUPS).log
    assert "AWS wasn’t asked" in said["line"]


def test_a_region_that_shows_nothing_again_and_again_is_asked_more_rarely(
    emulator: Emulator, aws_account: AwsAccount, region: str
) -> None:
    hours = [(next_hours(POOLS), next_hours(GROUPS)) for _ in range(6) if all_due() == [POOLS]]
    assert hours == [(1, 1), (1, 1), (1, 1), (2, 2), (4, 4), (6, 6)]


def test_what_shows_at_last_brings_all_of_its_region(emulator: Emulator, aws_account: AwsAccount, region: str) -> None:
    for _ in range(5):
        all_due()
    idp, pool_id = emulator.client("cognito-idp", region_name=region), a_pool(emulator)
    idp.create_group(UserPoolId=pool_id, GroupName="vip")
    Schedule.objects.filter(source=POOLS).update(next_at=timezone.now())
    assert list(tick()) == [POOLS]
    assert {GROUPS, "cognito.mfa", "cognito.people"} < set(tick())
    assert CognitoGroup.objects.get().name == "vip"
    all_due()
    assert next_hours(POOLS) == 1


def test_a_pool_without_clients_is_asked_for_them_as_often_as_ever(
    emulator: Emulator, aws_account: AwsAccount, region: str
) -> None:
    a_pool(emulator)
    for _ in range(5):
        assert "cognito.clients" in all_due()
    assert next_hours("cognito.clients") == 1


def test_a_change_that_makes_something_there_wakes_the_region(
    world: World, erin: Operator, aws_account: AwsAccount, region: str
) -> None:
    for _ in range(5):
        all_due()
    change = carry_out(propose(aws_account, erin, [create_pool(aws_account, region, "partners", {})]), erin)
    assert change.state == change.State.APPLIED
    assert {POOLS, GROUPS, "cognito.clients"} < set(tick())


def test_a_denied_region_is_no_empty_one(emulator: Emulator, aws_account: AwsAccount, region: str) -> None:
    denied: Any = {"action": "ListUserPools", "error": {"code": "AccessDeniedException", "status": 400}}
    emulator.rules([denied])
    for _ in range(5):
        all_due()
    assert next_hours(POOLS) == 1


def test_who_asks_is_answered_at_once(emulator: Emulator, erin: Operator, aws_account: AwsAccount, region: str) -> None:
    for _ in range(5):
        all_due()
    started = pull.start_all(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=erin)
    assert [run.region for run in started if run.source == POOLS] == [region]


def test_what_is_seldom_anyway_stays_as_it_is() -> None:
    assert usual_or_later(timedelta(hours=24), 50) == timedelta(hours=24)
    assert usual_or_later(timedelta(minutes=5), 2) == timedelta(minutes=5)
    assert usual_or_later(timedelta(minutes=5), 1000) == LONGEST
