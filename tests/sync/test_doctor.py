"""`manage.py doctor`."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import health
from sync.doctor import machine
from sync.doctor.finding import guarded
from tests.services.set_up import set_up
from tests.services.workers import empty_queue


@pytest.fixture(autouse=True)
def no_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PING_S", 0.1)


def doctor() -> tuple[int, dict[str, Any]]:
    """The exit status and the findings by name."""
    printed = io.StringIO()
    status = 0
    try:
        call_command("doctor", "--json", stdout=printed)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, {finding["name"]: finding for finding in json.loads(printed.getvalue())}


@pytest.mark.django_db
def test_names_what_is_missing_and_what_to_do() -> None:
    status, found = doctor()
    assert status == 1
    assert found["database"]["ok"]
    assert not found["beat"]["ok"]
    assert "celery -A iamconsole beat" in found["beat"]["what_to_do"]


@pytest.mark.django_db
def test_a_new_console_may_be_starting() -> None:
    empty_queue()
    cache.clear()
    for ago, words in ((timedelta(0), "yet: the console was set up just now"), (timedelta(days=1), "lately")):
        set_up(ago)
        found = doctor()[1]
        assert found["worker for pulls"]["detail"] == f"none was seen {words}"


@pytest.mark.django_db
def test_a_recent_tick_is_enough() -> None:
    cache.set("beat-tick", timezone.now().isoformat())
    assert doctor()[1]["beat"]["ok"]


def test_reaches_the_aws_accounts(emulator: Emulator, aws_account: AwsAccount) -> None:
    found = doctor()[1]["AWS account Acme (123456789012)"]
    assert found["ok"]
    assert "writes on" in found["detail"]


def test_an_aws_account_that_is_out_of_reach(aws_account: AwsAccount, settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    status, found = doctor()
    assert status == 1
    assert "could not be reached" in found["AWS account Acme (123456789012)"]["detail"]


@pytest.mark.django_db
def test_a_missing_key(settings: Any) -> None:
    settings.SEAL_KEYS = []
    assert "SEAL_KEYS_FILE" in doctor()[1]["key SEAL_KEYS"]["what_to_do"]


def test_metrics_by_an_address_that_anybody_may_claim(settings: Any) -> None:
    settings.METRICS_ALLOWED, settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")], 1
    assert "Give METRICS_TOKEN" in next(guarded("metrics", machine.check_metrics)).what_to_do
    settings.METRICS_TOKEN = "a" * 32
    assert next(guarded("metrics", machine.check_metrics)).ok
