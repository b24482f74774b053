"""A change across AWS accounts whose workers die, stop or come twice: each of its changes is begun once, and no write
is lost or doubled.
"""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from sync import changes, spanning
from sync.changes.failpoints import FailPoint
from sync.models import Change, SpanningChange, Step
from sync.spanning.state import SpanState
from tests.faults import children
from tests.services.across import Three, at, grant, in_aws, in_mirror, released, states, worked

pytestmark = pytest.mark.django_db(transaction=True)


def begun(emulated: bool, emulator: Emulator, aws_account: AwsAccount, erin: Operator) -> tuple[Three, SpanningChange]:
    three = in_aws(emulator, aws_account) if emulated else in_mirror(aws_account)
    operator = grant(erin, Role.EDITOR, three.accounts)
    return three, released(three.span(operator, waves=(1, 1, 2)), operator)


def asked() -> int:
    return AuditEntry.objects.filter(verb="change.apply_asked").count()


@pytest.mark.parametrize(("passing", "queued"), [(1, 0), (2, 1)])
def test_killed_between_two_that_it_begins(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, passing: int, queued: int
) -> None:
    _, span = begun(False, emulator, aws_account, erin)
    assert children.killed(span.pk, f"{FailPoint.IN_WAVE}:{passing}", work=spanning.advance)
    assert states(span).count("queued") == queued
    spanning.advance_open()
    assert (states(span), asked()) == (["queued", "queued", "proposed"], 2)


def test_frozen_before_it_begins_one_and_woken_after_all_was_cancelled(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator
) -> None:
    _, span = begun(False, emulator, aws_account, erin)
    pid = children.stopped(span.pk, FailPoint.IN_WAVE, work=spanning.advance)
    spanning.cancel(span=span, actor=Operator.objects.get(pk=erin.pk))
    assert children.woken(pid)
    spanning.advance_open()
    assert (states(span), asked(), at(span).state) == (["cancelled"] * 3, 0, SpanState.CANCELLED)


def test_two_begin_a_wave_at_once(emulator: Emulator, aws_account: AwsAccount, erin: Operator) -> None:
    _, span = begun(False, emulator, aws_account, erin)
    pids = [children.start(span.pk, work=spanning.advance) for _ in range(2)]
    assert [children.ended(pid) for pid in pids] == [True, True]
    spanning.advance_open()
    assert (states(span), asked()) == (["queued", "queued", "proposed"], 2)


def test_workers_die_in_every_wave_and_each_is_written_once(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, settings: Any
) -> None:
    """Before the answer is written down in the first one, before the next wave is begun, and over the last."""
    three, span = begun(True, emulator, aws_account, erin)
    settings.VERIFY_DEADLINE_S, settings.CLAIM_TIMEOUT_S = 0.3, 0
    spanning.advance(span.pk)
    first, second = Change.objects.filter(span=span, state="queued").order_by("pk")
    assert children.killed(first.pk, FailPoint.ANSWERED)
    changes.work(second.pk)
    spanning.advance(span.pk)
    assert states(span) == ["applying", "applied", "proposed"], "a wave waits for all of the last"
    changes.sweep_due()
    changes.work(first.pk)
    assert children.killed(span.pk, FailPoint.IN_WAVE, work=spanning.advance)
    spanning.advance_open()
    third = Change.objects.get(span=span, state="queued")
    assert children.killed(third.pk, FailPoint.TO_BE_SENT)
    changes.sweep_due()
    span = worked(span)
    assert (states(span), three.attached(), at(span).state) == (["applied"] * 3, [True] * 3, SpanState.APPLIED)
    assert len(three.worlds[0].sent("AttachRolePolicy")) == 3
    assert list(Step.objects.order_by("pk").values_list("state", flat=True)) == ["already_done", "done", "done"]
    assert asked() == 3
