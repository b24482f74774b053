"""The console below a path of a host that serves other things too: `https://tools.example.org/iam/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import get_script_prefix

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What asks the process itself and not through the proxy.
_PROBED = ("/health/", "/metrics")


def below(prefix: str, application: WsgiApplication) -> WsgiApplication:
    """The application, whose addresses begin with the prefix (`"/iam"`); `""`: with none. Others are 404.

    The proxy hands the path on as it is: what may have cut it off or not could be asked past the proxy's own rules.
    """
    if not prefix:
        return application

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
        elif not path.startswith(_PROBED):
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"The console is below {prefix}/ here: the proxy must hand that path on.\n".encode()]
        return application(environ, start_response)

    return answer


def without_prefix(path: str) -> str:
    """The path of an address of ours as `resolve` takes it."""
    return f"/{path.removeprefix(get_script_prefix())}" if path.startswith(get_script_prefix()) else path
