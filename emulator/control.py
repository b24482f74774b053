"""The control endpoints under `/_emulator/`; the docstring of `emulator.__main__` describes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from emulator.authorization_details import switch
from emulator.cognito_idp.outbox import Outbox
from emulator.gate import CONTROL, Gate
from emulator.wire import Answer, Environ

# Endpoints that make AWS another than calls made it.
_STEERING = {"rules", "activity", "root", "people", "identity-center", "trail"}


class Control:
    def __init__(
        self,
        gate: Gate,
        *,
        reset: Callable[[], None],
        note_activity: Callable[..., None],
        describe_root: Callable[..., None],
        bring_in: Callable[..., Any],
        identity_center: Callable[..., Any],
        trail: Callable[..., Any],
        keep: Callable[[], dict[str, int]],
        put_back: Callable[..., None],
        outbox: Outbox,
        logo: Callable[..., bytes],
    ) -> None:
        self._gate = gate
        self._reset = reset
        self._origin: int | None = 0
        self._keep, self._put_back = keep, put_back
        self._endpoints: dict[tuple[str, str], Callable[[Environ], Any]] = {
            ("GET", "health"): lambda environ: {"status": "ok"},
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): lambda environ: gate.calls.clear(),
            ("GET", "rules"): lambda environ: gate.faults.current(),
            ("PUT", "rules"): lambda environ: gate.faults.replace(_json_of(environ)),
            ("POST", "release"): lambda environ: gate.faults.release(),
            ("POST", "reset"): self._empty,
            ("POST", "activity"): lambda environ: note_activity(**_json_of(environ)),
            ("POST", "root"): lambda environ: describe_root(**_json_of(environ)),
            ("GET", "outbox"): lambda environ: outbox.since(_since(environ)),
            ("GET", "logo"): lambda environ: _image(logo(**_asked(environ))),
            ("POST", "keep"): self._kept,
            ("POST", "put-back"): self._as_kept,
            ("GET", "origin"): lambda environ: {"origin": self._origin},
            ("POST", "authorization-ids"): lambda environ: switch(**_json_of(environ)),
            ("POST", "people"): lambda environ: bring_in(**_json_of(environ)),
            ("POST", "identity-center"): lambda environ: identity_center(**_json_of(environ)),
            ("POST", "trail"): lambda environ: trail(**_json_of(environ)),
        }

    def __call__(self, environ: Environ) -> Answer:
        name = environ["PATH_INFO"].removeprefix(CONTROL).strip("/")
        endpoint = self._endpoints.get((environ["REQUEST_METHOD"], name))
        if endpoint is None:
            return _answer({"error": "There is no such endpoint."}, status=404)
        if environ["REQUEST_METHOD"] != "GET" and name in _STEERING:
            self._origin = None
        try:
            result = endpoint(environ)
        except (TypeError, ValueError, KeyError) as problem:
            return _answer({"error": str(problem)}, status=400)
        if isinstance(result, Answer):
            return result
        return _answer({"status": "ok"} if result is None else result)

    def _calls(self, environ: Environ) -> list[dict[str, Any]]:
        return self._gate.calls.since(_since(environ))

    def note_write(self) -> None:
        """AWS is no longer what was kept, put back or emptied."""
        self._origin = None

    def _kept(self, environ: Environ) -> dict[str, int]:
        answer = self._keep()
        self._origin = answer["kept"]
        return answer

    def _as_kept(self, environ: Environ) -> None:
        asked = _json_of(environ)
        self._put_back(**asked)
        self._origin = asked["kept"]

    def _empty(self, environ: Environ) -> None:
        self._origin = 0
        self._gate.faults.replace([])
        self._gate.faults.release()
        self._reset()
        self._gate.calls.clear()


def _asked(environ: Environ) -> dict[str, str]:
    return {f"{name}_id": values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}


def _image(content: bytes) -> Answer:
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Answer(200 if content else 404, content, [("Content-Type", kind)])


def _since(environ: Environ) -> int:
    return int(parse_qs(environ.get("QUERY_STRING", "")).get("since", ["0"])[0])


def _json_of(environ: Environ) -> Any:
    return json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))


def _answer(content: Any, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(content).encode(), headers=[("Content-Type", "application/json")])
