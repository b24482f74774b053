"""A worker that dies between receiving events, writing them down and deleting them loses none and counts none twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser
from sync import drift, queue
from sync.changes.failpoints import FailPoint
from sync.event_queues import following, taking
from sync.models import Authorship, EventQueue, ObjectHint, ReceivedEvent, Run
from tests.conftest import wait_until
from tests.faults import children
from tests.services.event_queues import left_in, made_queue, refreshes
from tests.services.pulling import seeded_and_pulled
from tests.services.workers import Worker
from tests.sync.event_queues.test_take_events import event

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    return seeded_and_pulled(emulator, aws_account)


def take(pk: int) -> int:
    return taking.take_from(EventQueue.objects.select_related("aws_account").get(pk=pk))


def come_back(emulator: Emulator) -> None:
    """SQS gives messages that nobody deleted to the next one after the time for which they were hidden."""
    emulator.trail(return_hidden=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("point", "kept"), [(FailPoint.EVENTS_RECEIVED, 0), (FailPoint.EVENTS_KEPT, 3)])
def test_killed_between_receive_record_and_delete(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, point: FailPoint, kept: int
) -> None:
    events = made_queue(emulator, aws_account)
    for name in ("a", "b", "c"):
        iam.create_group(GroupName=name)
    assert children.killed(events.pk, point, work=take)
    assert (ReceivedEvent.objects.count(), left_in(emulator)) == (kept, 3)
    come_back(emulator)
    assert take(events.pk) == 3
    events.refresh_from_db()
    assert (ReceivedEvent.objects.count(), events.events, left_in(emulator)) == (3, 3, 0)
    assert ObjectHint.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_killed_while_an_object_is_read_again(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, settings: Any
) -> None:
    """What is to be read stays in its row, and the next worker reads it."""
    settings.CLAIM_TIMEOUT_S = 0
    events = made_queue(emulator, aws_account)
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    take(events.pk)
    emulator.rules([{"action": "GetUser", "when": "before", "hold": True, "times": 1}])
    pid = children.start(aws_account.pk, work=following.follow)
    emulator.wait_for_calls("GetUser", state="held")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    emulator.release()
    assert ObjectHint.objects.count() == 1
    ObjectHint.objects.update(next_at=timezone.now())
    following.follow(aws_account.pk)
    ObjectHint.objects.update(next_at=timezone.now())
    following.follow(aws_account.pk)
    assert drift.open_drift(aws_account).count() == 1
    assert Run.objects.filter(trigger=Run.Trigger.EVENT, state=Run.State.DONE).count() == 1


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_an_outside_change_shows_with_its_doer_by_real_workers(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    """What the clock sends, a worker does: taken, read again, named."""
    made_queue(emulator, aws_account)
    worker("changes")
    emulator.trail(delay_s=3600)
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    queue.wake(queue.TAKE_EVENTS)
    row = wait_until(lambda: Authorship.objects.filter(state=Authorship.State.REPORTED).first(), seconds=60)
    assert [each.called for each in row.events.all()] == ["emulator"]
    assert refreshes() == ["iam.user"]


# ---- Whatever order they come in -------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@settings(max_examples=6)
@given(data=st.data())
def test_any_order_any_repetition_any_batches_end_the_same(data: Any) -> None:
    """The same events, shuffled, repeated and cut into batches, leave the same rows."""
    account = AwsAccount.objects.create(account_id="123456789012", name="Acme", emulated=True)
    IamUser.objects.create(
        aws_account=account, aws_id="AIDAJANE", name="jane", name_key="jane", first_seen=timezone.now()
    )
    events = EventQueue.objects.create(aws_account=account, region="us-east-1", name="iam-console-events")
    made = [event() for _ in range(5)] + ["garbage", event(account_id="999999999999")]
    try:
        sent = data.draw(st.permutations(made + data.draw(st.lists(st.sampled_from(made), max_size=6))))
        while sent:
            size = data.draw(st.integers(1, len(sent)))
            taking.write_down(events, sent[:size])
            sent = sent[size:]
        events.refresh_from_db()
        assert (events.events, ReceivedEvent.objects.count(), ObjectHint.objects.count()) == (5, 5, 1)
        newest = max(each.at for each in ReceivedEvent.objects.all())
        assert ObjectHint.objects.get().newest_at == newest
    finally:
        for model in (ObjectHint, ReceivedEvent, EventQueue, IamUser):
            model.objects.all().delete()
        account.delete()
