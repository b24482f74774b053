"""The broker is down while an operator works: the change is kept, and applied once the broker is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery

from accounts.models import Operator
from policies.operations import plan_update
from sync import changes, queue
from sync.models import Change
from tests.conftest import wait_until
from tests.services.changing import propose
from tests.services.workers import Worker
from tests.services.world import World, document

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


def test_a_change_is_kept_and_applied_when_the_broker_is_back(
    world: World, erin: Operator, worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    policy = world.policy()
    with monkeypatch.context() as down:
        down.setattr(queue, "current_app", Celery("nobody-there", broker="redis://127.0.0.1:1/0", set_as_current=False))
        change = propose(world.aws_account, erin, plan_update(policy, document("s3:GetObject")))
        changes.apply(change=change, actor=erin)
    assert "the broker can't be reached" in caplog.text
    change.refresh_from_db()
    assert change.state == Change.State.QUEUED

    worker()
    changes.sweep_due()
    wait_until(lambda: Change.objects.filter(pk=change.pk, state=Change.State.APPLIED).exists())
    assert world.default(policy) == "v2"

