"""Celery. The database is the queue; messages only wake workers (docs/architecture.md)."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import after_task_publish, beat_init, heartbeat_sent, worker_init, worker_shutdown

from iamconsole import heartbeats
from iamconsole.checks import refuse_to_beat, refuse_to_start
from iamconsole.startup import read_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")

app = Celery("iamconsole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.on_configure.connect(lambda **kwargs: read_settings(), weak=False)  # when it first needs one, not at import
worker_init.connect(refuse_to_start)
beat_init.connect(refuse_to_beat)
heartbeat_sent.connect(heartbeats.note)
worker_shutdown.connect(heartbeats.forget)


@beat_init.connect
def _note_what_beat_sends(**kwargs: object) -> None:
    heartbeats.note_beat()
    after_task_publish.connect(heartbeats.note_beat)
