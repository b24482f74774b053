"""Who decides about a change across AWS accounts and who decides about one of its changes, at once: one waits for the
other, and neither for ever. On PostgreSQL, where transactions run side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from sync import changes, spanning
from sync.models import Change, SpanningChange
from tests.services.across import Three, at, grant, in_mirror, released, states
from tests.services.two_writers import both

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def three(aws_account: AwsAccount) -> Three:
    return in_mirror(aws_account)


@pytest.fixture
def erin(three: Three, erin: Operator) -> Operator:
    return grant(erin, Role.EDITOR, three.accounts)


@pytest.fixture
def halted(three: Three, erin: Operator) -> SpanningChange:
    """Its second change has conflicted, and nothing of it was done."""
    span = released(three.span(erin), erin)
    first, second, _ = at(span).changes
    Change.objects.filter(pk=first.pk).update(state="applied")
    Change.objects.filter(pk=second.pk).update(state="failed", started_at=second.created_at)
    spanning.advance(span.pk)
    return SpanningChange.objects.get(pk=span.pk)


def hold(change: Change) -> Callable[[], None]:
    def lock() -> None:
        Change.objects.select_for_update().get(pk=change.pk)

    return lock


def ignoring_refusals(act: Callable[[], object]) -> Callable[[], None]:
    def acted() -> None:
        with suppress(changes.PlanError):  # who comes second may find it decided
            act()

    return acted


def test_one_is_planned_again_while_all_of_it_is_cancelled(halted: SpanningChange, erin: Operator) -> None:
    second = at(halted).stopped[0]
    both(
        hold(second),
        ignoring_refusals(lambda: changes.replan(change=second, actor=erin)),
        lambda: spanning.cancel(span=halted, actor=erin),
    )
    assert at(halted).span.cancelled_at is not None
    assert not Change.objects.filter(span=halted, state__in=Change.MOVING).exists()


def test_one_is_retried_while_another_is_left_out(halted: SpanningChange, erin: Operator) -> None:
    """Who retries holds the change and then its operator."""
    second, third = at(halted).changes[1:]
    both(
        hold(second),
        lambda: changes.retry(change=second, actor=erin),
        lambda: spanning.leave_out(span=halted, actor=erin, which=third.pk, reason="Later"),
    )
    assert states(halted) == ["applied", "queued", "cancelled"]


def test_a_worker_goes_on_while_somebody_holds_one_of_its_changes(three: Three, erin: Operator) -> None:
    """It passes over what is held, and doesn't wait for it."""
    span = released(three.span(erin, waves=(1, 1, 1)), erin)
    second = at(span).changes[1]
    both(
        hold(second),
        lambda: changes.cancel(change=second, actor=erin),
        lambda: spanning.cancel(span=span, actor=erin),
    )
    assert states(span) == ["cancelled"] * 3
