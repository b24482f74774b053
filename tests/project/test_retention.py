"""How long each thing is kept is set once, said in docs/retention.md, and done by the tick."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from iamconsole import retention
from iamconsole.retention import LIMITS, Limit, by_setting
from iamconsole.web.management.commands.document_retention import TARGET, written
from sync import ticks

SETTINGS = sorted({limit.setting for limit in LIMITS if limit.setting})


def test_the_table_is_not_stale() -> None:
    page = TARGET.read_text()
    assert page == written(page), "Run `make retention`, and look at what it changes."


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.what)
def test_each_is_about_a_table_and_done_by_the_tick(limit: Limit) -> None:
    assert apps.get_model(limit.model)
    assert limit.forget in [name for name, _ in ticks.parts()]


def test_nothing_is_done_twice() -> None:
    names = [name for name, _ in ticks.parts()]
    assert sorted(set(names)) == sorted(names)
    assert len(list(retention.parts())) == len({limit.forget for limit in LIMITS})


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_has_what_the_table_says(name: str) -> None:
    assert getattr(settings, name) == by_setting(name).usual
    same = {(limit.usual, limit.least, limit.may_stay) for limit in LIMITS if limit.setting == name}
    assert len(same) == 1
    assert set(SETTINGS) == {each for each in dir(settings) if each.startswith("KEEP_") and each.endswith("_DAYS")}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("days", [-1, 1_000_000])
def test_a_limit_that_makes_no_sense_is_refused(name: str, days: int) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        by_setting(name).checked(days)


def test_what_can_t_stay_for_ever_is_refused() -> None:
    assert by_setting("KEEP_RUNS_DAYS").checked(0) == 0
    with pytest.raises(ImproperlyConfigured, match="1 to 36500 days; not 0"):
        by_setting("KEEP_MESSAGES_DAYS").checked(0)
