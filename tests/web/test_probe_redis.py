"""Probes ask a Redis that hangs once, whatever they ask for, and threads of the web process stay free."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from iamconsole import parts


@pytest.mark.django_db
def test_a_redis_that_hangs_is_asked_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "KEPT_S", 600.0)
    with socket.create_server(("127.0.0.1", 0)) as hangs:
        settings.REDIS_URL = f"redis://127.0.0.1:{hangs.getsockname()[1]}/0"
        found = parts.ready(["broker", "worker_changes", "beat"])
        unknown = parts.NOT_KNOWN.format("queue")
        assert found == {"broker": "The queue can’t be reached", "worker_changes": unknown, "beat": unknown}
        asked = _connections(hangs)
        assert asked
        parts.ready(["broker", "worker_changes", "beat"])
        assert _connections(hangs) == 0


def _connections(server: socket.socket) -> int:
    """How many wait to be accepted."""
    server.setblocking(False)
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1
