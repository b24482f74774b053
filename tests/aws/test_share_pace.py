"""Cognito's quotas: one pace of all workers, by the database. Who is urgent goes before pulls."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import errors
from sync.aws.calls import is_signed
from sync.aws.client import reader, visitor, writer
from sync.aws.pacing import CombinedPace
from sync.aws.quotas import DEFAULT_QUOTAS, category_of, forecast_s, rate_of
from sync.aws.shared_pace import PaceKey, SharedPace
from sync.aws.translation import SentCall
from sync.models import SharedRate
from tests.aws.test_ask_politely import Clock
from tests.services.aws_models import model_of
from tests.services.workers import ROOT, database_url

ACCOUNT = "1" * 12
LINE = PaceKey(ACCOUNT, "eu-central-1", "UserPoolClientRead")  # 15 a second, of which 3 are ours
MakePace = Callable[..., SharedPace]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_pace(db: None, clock: Clock) -> MakePace:
    """As many processes would have them: each holds its own places."""

    def make(*, urgent: bool = False, line: PaceKey = LINE) -> SharedPace:
        return SharedPace(line, urgent, clock, clock, clock.sleep)

    return make


def times(clock: Clock, *paces: SharedPace, rounds: int) -> list[float]:
    """When each was let through, one after the other."""
    found = []
    for pace in paces * rounds:
        pace.wait()
        found.append(clock.now)
    return found


@pytest.mark.stack
def test_the_places_of_a_line_are_a_gap_apart(make_pace: MakePace, clock: Clock) -> None:
    found = times(clock, make_pace(), rounds=10)
    assert {round(later - earlier, 6) for earlier, later in pairwise(found)} == {round(1 / 3, 6)}


@pytest.mark.stack
def test_two_processes_share_one_line(make_pace: MakePace, clock: Clock) -> None:
    found = sorted(times(clock, make_pace(), make_pace(), rounds=9))
    assert (len(found) - 1) / (found[-1] - found[0]) <= 3.01 * 17 / 15  # the places that one holds while the other asks
    assert SharedRate.objects.count() == 1


def test_each_region_category_and_account_has_its_own(make_pace: MakePace, clock: Clock) -> None:
    for line in (
        LINE,
        PaceKey(ACCOUNT, "us-east-1", LINE.category),
        PaceKey(ACCOUNT, LINE.region, "UserPoolRead"),
        PaceKey("2" * 12, LINE.region, LINE.category),
    ):
        make_pace(line=line).wait()
    assert clock.now == 100


def test_who_is_urgent_does_not_wait_behind_pulls(make_pace: MakePace, clock: Clock) -> None:
    for _ in range(5):  # five workers hold a second's worth each
        make_pace().wait()
    before = clock.now
    make_pace(urgent=True).wait()
    assert clock.now == before


def test_what_is_urgent_pulls_have_less(make_pace: MakePace, clock: Clock) -> None:
    pull, change = make_pace(), make_pace(urgent=True)
    pull.wait()
    for _ in range(3):
        change.wait()
    assert clock.now == 100  # a second's worth at once
    rest = times(clock, pull, rounds=3)
    assert rest == pytest.approx([100 + 1 / 3, 100 + 2 / 3, 102])  # held already, and then one second later


def test_much_that_is_urgent_keeps_to_the_rate_too(make_pace: MakePace, clock: Clock) -> None:
    found = times(clock, make_pace(urgent=True), rounds=13)
    assert found[-1] - found[0] == pytest.approx(12 / 3 - 1)


def test_places_that_were_not_used_are_lost(make_pace: MakePace, clock: Clock) -> None:
    pace = make_pace()
    pace.wait()
    clock.sleep(60)
    found = times(clock, pace, rounds=4)
    assert found == pytest.approx([160, 160 + 1 / 3, 160 + 2 / 3, 161])


@pytest.mark.stack
def test_a_refusal_slows_down_all_and_time_makes_it_good(make_pace: MakePace, clock: Clock) -> None:
    one, other = make_pace(), make_pace()
    one.wait()
    one.throttled()
    assert other.per_second == pytest.approx(1.5)
    for _ in range(20):
        one.throttled()
    assert other.per_second == pytest.approx(0.2)
    clock.sleep(30)
    assert other.per_second == pytest.approx(0.4)
    clock.sleep(300)
    assert other.per_second == 3


def test_each_call_has_a_category_with_a_quota() -> None:
    found = {}
    for service in ("sso-admin", "cognito-idp", "cognito-identity"):
        for name in model_of(service).operation_names:
            if is_signed(service, name):
                found[name] = category_of(service, name)
    assert set(found.values()) == set(DEFAULT_QUOTAS)
    assert found["ListUsersInGroup"] == "UserList"
    assert found["AdminListGroupsForUser"] == "UserResourceRead"
    assert found["AdminSetUserMFAPreference"] == "UserResourceUpdate"
    assert found["ListGroups"] == found["GetUserPoolMfaConfig"] == "UserPoolResourceRead"
    assert found["SetUserPoolMfaConfig"] == found["CreateGroup"] == "UserPoolResourceUpdate"
    assert found["DescribeUserPoolClient"] == found["ListUserPoolClientSecrets"] == "UserPoolClientRead"
    assert found["AddUserPoolClientSecret"] == "UserPoolClientUpdate"
    assert found["AdminDeleteSoftwareToken"] == "UserResourceUpdate"
    assert category_of("sso-admin", "CreateAccountAssignment") == category_of("identitystore", "ListUsers")
    assert category_of("iam", "ListUsers") is None


def test_the_share_and_the_quotas_are_set(aws_account: AwsAccount, settings: Any) -> None:
    assert rate_of(ACCOUNT, "UserList") == 6
    settings.AWS_COGNITO_QUOTAS = {"UserList": 60.0}
    AwsAccount.objects.update(quota_share=50)
    assert rate_of(aws_account.account_id, "UserList") == 30
    assert rate_of("2" * 12, "UserList") == 12


def test_the_forecast_of_a_million_people_is_three_quarters_of_an_hour(aws_account: AwsAccount, settings: Any) -> None:
    assert forecast_s(aws_account, "UserList", 16_667) == 0  # the emulator answers as fast as it can
    settings.AWS_PACE_EMULATED = True
    assert forecast_s(aws_account, "UserList", 16_667) == 2778
    aws_account.quota_share = 100
    aws_account.save()
    assert forecast_s(aws_account, "UserList", 16_667) == 556


def test_who_waits_in_which_line(aws_account: AwsAccount, settings: Any) -> None:
    def pace(client: Any, operation: str, **params: Any) -> Any:
        return client._pace(SentCall("cognito-idp", operation, ACCOUNT, write=False), params)

    pull = pace(reader(aws_account, region="eu-central-1"), "ListUsers", UserPoolId="p")
    assert (pull.line, pull.urgent) == (PaceKey(ACCOUNT, "eu-central-1", "UserList"), False)
    assert pace(reader(aws_account, region="eu-central-1", urgent=True), "ListUsers").urgent
    change = writer(aws_account, change_id=1, operator="alice@example.org").at("eu-west-1")
    assert pace(change, "AdminDisableUser").line == PaceKey(ACCOUNT, "eu-west-1", "UserUpdate")
    assert pace(change, "AdminDisableUser").urgent
    assert isinstance(pace(reader(aws_account), "ListGroups", UserPoolId="p"), CombinedPace)  # 5 a second for each pool
    assert pace(visitor(aws_account, region="eu-west-1"), "InitiateAuth") is None


def test_a_pull_that_is_refused_again_and_again_gives_way(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.rules([{"action": "ListIdentityPools", "error": {"code": "TooManyRequestsException"}}])
    with pytest.raises(errors.RateTaken) as caught:
        next(reader(aws_account).pages("cognito-identity", "ListIdentityPools"))
    assert len(emulator.calls("ListIdentityPools")) == 4
    assert "sign-ins" in caught.value.sentence()


ASKS = """
import sys, django
django.setup()
from accounts.models import AwsAccount
from sync.aws.client import reader
client = reader(AwsAccount.objects.get())
client.call("sts", "GetCallerIdentity")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(30):
    client.call("cognito-identity", "ListIdentityPools", MaxResults=60)
"""


@pytest.mark.stack
def test_two_processes_together_stay_under_the_rate(
    transactional_db: None, emulator: Emulator, aws_account: AwsAccount
) -> None:
    """Thirty calls each, at twenty a second for both, as the emulator's log has them."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "iamconsole.settings",
        "DATABASE_URL": database_url(),
        "AWS_EMULATOR_URL": emulator.url,
        "AWS_PACE_EMULATED": "on",
        "AWS_CALLS_PER_SECOND": "1000",
        "AWS_COGNITO_QUOTAS": "IdentityPools=100",
    }
    with ExitStack() as ends:
        both = []
        for _ in range(2):
            process = subprocess.Popen(
                [sys.executable, "-c", ASKS],
                cwd=ROOT,
                env=environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            ends.enter_context(process)
            ends.callback(process.kill)
            both.append(process)
        assert [process.stdout.readline() for process in both if process.stdout] == ["ready\n"] * 2
        for process in both:
            process.communicate("go\n", timeout=60)
            assert process.returncode == 0
    at = sorted(datetime.fromisoformat(call["at"]).timestamp() for call in emulator.calls("ListIdentityPools"))
    assert len(at) == 60
    most = max(sum(begin <= time < begin + 1 for time in at) for begin in at)
    assert most <= 20 + 4  # … and a call each that was late, or on its way
