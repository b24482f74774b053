from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import client as aws_client
from sync.aws import errors
from sync.aws.client import reader
from sync.aws.pacing import Pace, delays, pace_of
from sync.aws.translation import SentCall


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gaps(pace: Pace, clock: Clock, calls: int) -> list[float]:
    times = []
    for _ in range(calls):
        pace.wait()
        times.append(clock.now)
    return [round(later - earlier, 6) for earlier, later in pairwise(times)]


def test_calls_are_spread(clock: Clock) -> None:
    assert gaps(Pace(5, clock, clock.sleep), clock, 4) == [0.2, 0.2, 0.2]


def test_the_first_call_and_calls_after_a_rest_do_not_wait(clock: Clock) -> None:
    pace = Pace(5, clock, clock.sleep)
    pace.wait()
    assert clock.now == 100
    clock.sleep(3)
    pace.wait()
    assert clock.now == 103


def test_throttling_slows_all_down_to_a_floor(clock: Clock) -> None:
    pace = Pace(5, clock, clock.sleep)
    pace.throttled()
    assert pace.per_second == 2.5
    for _ in range(20):
        pace.throttled()
    assert pace.per_second == pytest.approx(0.2)


def test_answers_win_the_speed_back_and_no_more(clock: Clock) -> None:
    pace = Pace(5, clock, clock.sleep)
    pace.throttled()
    for _ in range(20):
        pace.answered()
    assert pace.per_second == 5


def test_one_pace_for_each_aws_account() -> None:
    assert pace_of("1" * 12) is pace_of("1" * 12)
    assert pace_of("1" * 12) is not pace_of("2" * 12)


def test_waits_grow_and_stay_shorter_than_a_claim_lives(settings: Any) -> None:
    settings.AWS_RETRY_BASE_S = 1.0
    waits = list(delays(aws_client._FURTHER_TRIES_THROTTLED))
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits[:4]))
    assert max(waits) <= 8
    assert sum(waits) < 90  # CLAIM_TIMEOUT_S, as it comes


def test_a_throttled_read_is_asked_again(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.rules([{"action": "ListUsers", "error": {"code": "Throttling"}, "times": 4}])
    reader(aws_account).call("iam", "ListUsers")
    assert len(emulator.calls("ListUsers")) == 5


def test_half_of_all_calls_throttled(emulator: Emulator, aws_account: AwsAccount) -> None:
    for n in range(10):
        emulator.client("iam").create_user(UserName=f"user{n}")
    client = reader(aws_account)
    client.call("iam", "ListUsers")
    emulator.rules([{"action": "ListUsers", "error": {"code": "Throttling"}, "times": 3, "probability": 0.5}])
    assert sum(len(page.items["Users"]) for page in client.pages("iam", "ListUsers", MaxItems=2)) == 10


def test_a_read_that_stays_throttled_gives_up_and_says_why(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.rules([{"action": "ListUsers", "error": {"code": "Throttling"}}])
    with pytest.raises(errors.ThrottlingError) as caught:
        reader(aws_account).call("iam", "ListUsers")
    assert len(emulator.calls("ListUsers")) == 11
    assert "limit" in caught.value.sentence()


def test_a_throttled_read_slows_the_aws_account_s_other_reads(
    emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    pace = Pace(5, clock, clock.sleep)
    monkeypatch.setattr(aws_client.AwsClient, "_pace", lambda self, sending, params: pace)
    emulator.rules([{"action": "ListUsers", "error": {"code": "Throttling"}, "times": 2}])
    reader(aws_account).call("iam", "ListUsers")
    assert 1 < pace.per_second < 1.5


def test_only_reads_of_real_aws_accounts_are_paced(aws_account: AwsAccount) -> None:
    client = reader(aws_account)
    read = SentCall("iam", "ListUsers", aws_account.account_id, write=False)
    write = SentCall("iam", "CreateUser", aws_account.account_id, write=True)
    emulated = SentCall("iam", "ListUsers", aws_account.account_id, write=False, emulated=True)
    assert client._pace(read, {}) is pace_of(aws_account.account_id)
    assert client._pace(write, {}) is None
    assert client._pace(emulated, {}) is None
