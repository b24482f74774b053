"""States that came and went are thinned where that is asked for; each that stays still says what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import audit
from accounts.models import AwsAccount, Operator
from objects.history import _with_before
from sync import drift, equal_states, retention
from sync.models import Facet, Revision
from tests.conftest import make_aws_account
from tests.sync.planned import proposed

NOW = timezone.now()
Origin = Revision.Origin
PLACE = "retention-equal-place"


@pytest.fixture(autouse=True)
def thinned_after_30_days(settings: Any) -> Iterator[None]:
    settings.KEEP_EQUAL_STATES_DAYS = 30
    cache.delete(PLACE)
    yield
    cache.delete(PLACE)


def history(aws_account: AwsAccount, states: str, *, last_seen: int = 40) -> Facet:
    """A state for each letter, a day apart; the newest was first seen so many days ago. "-": gone."""
    about = {"aws_account": aws_account, "kind": "iam.user", "object_id": f"AIDA{Facet.objects.count()}"}
    facet = Facet.objects.create(source="details", read_at=NOW, **about)
    for number, letter in enumerate(states, start=1):
        state = {"fingerprint": letter, "content": {"name": letter}, "gone": letter == "-", "origin": Origin.AWS}
        seen_at = NOW - timedelta(days=last_seen + len(states) - number)
        Revision.objects.create(facet=facet, number=number, seen_at=seen_at, **state)
    return facet


def left(facet: Facet) -> str:
    return "".join(f"{each.fingerprint}{each.number}" for each in facet.revisions.order_by("number"))


@pytest.mark.stack
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("states", "kept"),
    [
        ("ABAC", "A1C4"),
        ("ABABABC", "A1B6C7"),
        ("ABABAC", "A1C6"),
        ("ABA", "A1B2A3"),  # the newest says how it is
        ("ABCA", "A1B2C3A4"),
        ("A-AB", "A1-2A3B4"),
        ("ABBAC", "A1B2B3A4C5"),
    ],
)
def test_what_came_and_went_goes(aws_account: AwsAccount, states: str, kept: str) -> None:
    facet = history(aws_account, states)
    equal_states.thin()
    assert left(facet) == kept


@pytest.mark.django_db
def test_what_is_not_old_stays_and_so_does_all_as_it_comes(aws_account: AwsAccount, settings: Any) -> None:
    facet = history(aws_account, "ABAC", last_seen=29)
    equal_states.thin()
    assert left(facet) == "A1B2A3C4", "the second A was in force when the time kept begins"
    settings.KEEP_EQUAL_STATES_DAYS = 0
    old = history(aws_account, "ABAC", last_seen=9_000)
    equal_states.thin()
    assert left(old) == "A1B2A3C4"


# ---- What keeps them ---------------------------------------------------------------------------------------------
def made_by_us(revision: Revision, by: Operator) -> dict[str, Any]:
    return {"origin": Origin.CHANGE, "step": proposed(revision.facet.aws_account, by).steps.get()}


def undecided(revision: Revision, by: Operator) -> dict[str, Any]:
    return {"origin": Origin.OUTSIDE, "drift_in": revision.facet.aws_account}


def accepted(revision: Revision, by: Operator) -> dict[str, Any]:
    return {**undecided(revision, by), "accepted_at": NOW, "reverted_at": NOW}


def to_be_undone(revision: Revision, by: Operator) -> dict[str, Any]:
    return {**undecided(revision, by), "reverted_at": NOW, "reversal": proposed(revision.facet.aws_account, by)}


def audited(revision: Revision, by: Operator) -> dict[str, Any]:
    account = revision.facet.aws_account
    audit.record("access_key.asked", actor=by, aws_account=account, obj=("revision", revision.pk, "x"))
    return {}


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("refer", [made_by_us, undecided, accepted, to_be_undone, audited])
def test_what_something_refers_to_stays(
    aws_account: AwsAccount, erin: Operator, refer: Callable[[Revision, Operator], dict[str, Any]], number: int
) -> None:
    facet, other = history(aws_account, "ABAC"), history(aws_account, "ABAC")
    revision = facet.revisions.get(number=number)
    Revision.objects.filter(pk=revision.pk).update(**refer(revision, erin))
    assert equal_states.thin() == 2
    assert (left(facet), left(other)) == ("A1B2A3C4", "A1C4")


@pytest.mark.django_db
def test_drift_that_came_back_goes_and_what_followed_still_says_what_it_changed(aws_account: AwsAccount) -> None:
    facet = history(aws_account, "ABAC")
    there = {"origin": Origin.OUTSIDE, "drift_in": aws_account}
    facet.revisions.filter(number__in=(2, 3)).update(**there, reverted_at=NOW)
    facet.revisions.filter(number=4).update(**there)
    equal_states.thin()
    [found] = drift.open_drift(aws_account)
    assert (found.before, found.content) == ({"name": "A"}, {"name": "C"})


@pytest.mark.django_db
def test_old_history_that_goes_leaves_what_one_that_stays_followed(aws_account: AwsAccount, settings: Any) -> None:
    settings.KEEP_HISTORY_DAYS = 30
    cache.delete("retention-place")
    facet = history(aws_account, "XABAC")
    equal_states.thin()
    retention.forget_old()
    assert left(facet) == "A2C5"


@pytest.mark.django_db
def test_it_takes_some_facets_at_a_time(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equal_states, "BATCH", 2)
    for _ in range(3):
        history(aws_account, "ABAC")
    assert [equal_states.thin() for _ in range(3)] == [4, 2, 0]


class WhatItSaid(TestCase):
    @given(st.text(alphabet="AB-C", min_size=1, max_size=12), st.integers(0, 40))
    def test_as_of_any_moment_since_stays_and_each_says_what_it_changed(self, states: str, last_seen: int) -> None:
        facet = history(make_aws_account(), states, last_seen=last_seen)
        moments = [NOW - timedelta(days=30) + timedelta(hours=12 * each) for each in range(61)]
        before = [_state(facet, at) for at in moments]
        changed = {each.number: each.before for each in _with_before(Revision.objects.all())}
        cache.delete(PLACE)
        for _ in range(2):
            equal_states.thin()
        assert [_state(facet, at) for at in moments] == before
        after = {each.number: each.before for each in _with_before(Revision.objects.all())}
        assert after == {number: changed[number] for number in after}


def _state(facet: Facet, at: Any) -> tuple[str, bool] | None:
    row = facet.revisions.filter(seen_at__lte=at).order_by("-number").first()
    return (row.fingerprint, row.gone) if row else None
