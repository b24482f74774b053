"""Who may ask the emulator: whoever knows its token, which is the first part of every path.

Not any user of the machine, and no page that a browser shows: no answer lets other origins read it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Any

from emulator.gate import CONTROL, StartResponse, WsgiApp
from emulator.wire import SIGNED_PATH, Environ

_PUBLIC = f"{CONTROL}logo"  # CloudFront gives it to anybody
_REFUSAL = b'{"message": "The emulated AWS answers the processes of its console only: see EMULATOR_TOKEN."}'


class KnownOnly:
    """The WSGI application in front of the emulator's."""

    def __init__(self, app: WsgiApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
            return start_response(status, kept)

        first, _, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
        if hmac.compare_digest(first.encode("utf-8", "replace"), self._token):
            # moto finds buckets in the path, and so sees it as AWS would; clients have signed all of it.
            environ[SIGNED_PATH] = environ["PATH_INFO"]
            environ["PATH_INFO"] = f"/{rest}"
            for name in ("RAW_URI", "REQUEST_URI"):
                environ[name] = environ.get(name, "").removeprefix(f"/{first}") or "/"
        elif environ["PATH_INFO"] != _PUBLIC:
            start("403 Forbidden", [("Content-Type", "application/json"), ("Content-Length", str(len(_REFUSAL)))])
            return [_REFUSAL]
        return self._app(environ, start)
