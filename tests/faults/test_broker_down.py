"""The broker is down while an operator works: nobody waits for it; a tick has the change applied once it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.test import Client

from accounts.models import Operator
from iamconsole.celery import app
from sync import queue
from sync.models import Change
from tests.conftest import wait_until
from tests.services.pages import address, get, text_of
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


def broker_that_is_down() -> Celery:
    """As the console is configured, but nobody listens there, or the folder of messages can't be written."""
    down = Celery("nobody-there", set_as_current=False)
    down.config_from_object("django.conf:settings", namespace="CELERY")
    if settings.REDIS_URL:
        down.conf.update(broker_url="redis://127.0.0.1:1/0")
    else:
        down.conf.update(broker_transport_options={"data_folder_out": "/proc/none"})
    return down


def test_a_change_is_kept_and_applied_by_the_tick(
    world: World,
    erin: Operator,
    worker: Callable[..., Worker],
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: Any,
) -> None:
    policy, client = world.policy(), client_of(erin)
    with monkeypatch.context() as down:
        down.setattr(queue, "current_app", broker_that_is_down())
        typed = {"title": "Archive", "reason": "", "document": reports_policy("s3:GetObject"), "base": "v1"}
        client.post(address("policy_action", aws_id=policy.aws_id, action="edit"), typed)
        change = Change.objects.get()
        began = time.monotonic()
        answer = client.post(address("change_apply", pk=str(change.pk)))
        took = time.monotonic() - began
    assert answer["Location"] == address("change", pk=str(change.pk))
    assert "the broker can't be reached" in caplog.text
    assert took < 1
    assert "It waits for a worker. Nothing was sent yet." in text_of(get(client, "change", pk=str(change.pk)))
    assert world.emulator.calls("CreatePolicyVersion") == []

    worker()
    app.send_task("sync.tasks.tick")  # as the beat does once a minute
    wait_until(lambda: Change.objects.filter(pk=change.pk, state=Change.State.APPLIED).exists())
    assert len(world.sent("CreatePolicyVersion")) == 1
    assert world.default(policy) == "v2"
