"""The console below a path of a host that serves other things too: `https://tools.example.org/iam/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import get_script_prefix

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def below(prefix: str, application: WsgiApplication) -> WsgiApplication:
    """The application, asked with the path (`"/iam"`) or, by a proxy that cuts it off, without; `""`: it has none."""
    if not prefix:
        return application

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
        return application(environ, start_response)

    return answer


def without_prefix(path: str) -> str:
    """The path of an address of ours as `resolve` takes it."""
    return f"/{path.removeprefix(get_script_prefix())}" if path.startswith(get_script_prefix()) else path
