"""Finds which of moto's applications serves a call, without looking through moto's folder and classes at every one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import moto.core.responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

_WITHOUT_MOTO = ("account-access", "rolesanywhere")  # services of which it has none at all


def with_applications(make_app: Callable[[str], Any], ours: Mapping[str, Any]) -> Callable[[str], Any]:
    """`make_app` makes moto's application of one of its modules; those that are named get ours."""
    return lambda service: ours[service] if service in ours else make_app(service)


class Dispatcher(DomainDispatcherApplication):  # type: ignore[misc]
    """moto's, which keeps what it found: two lists of folders for each call are a fifth of its work."""

    def __init__(self, create_app: Callable[[str], Any]) -> None:
        super().__init__(create_app)
        self._by_host: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if (found := self._by_host.get(host)) is None:
            found = next((each for each in _WITHOUT_MOTO if host and host.startswith(f"{each}.")), None)
            found = found or super().get_backend_for_host(host)
            if found is not None:
                self._by_host[host] = found
        return found


def install() -> None:
    """Looks for the calls of a service in its class once: a tenth of a call's work, else."""
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
