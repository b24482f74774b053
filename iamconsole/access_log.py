"""gunicorn's log, without what people searched for and without the keys of links; as JSON where LOG_FORMAT says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from iamconsole.env import log_format
from iamconsole.logs import JsonFormatter, masked

ADDRESSES = ("r", "U", "f", "{referer}i", "{raw_uri}e", "{http_referer}e")
QUERIES = ("q", "{query_string}e")


class AccessLogger(Logger):  # type: ignore[misc]
    """`gunicorn --logger-class iamconsole.access_log.AccessLogger`."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self._as_json = log_format() == "json"
        if self._as_json:
            for handler in (*self.error_log.handlers, *self.access_log.handlers):
                handler.setFormatter(JsonFormatter())

    def access(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> None:
        if not self._as_json:
            super().access(resp, req, environ, request_time)
        elif self.access_log_enabled:
            atoms = self.atoms(resp, req, environ, request_time)
            said = {
                "request_id": atoms.get("{x-request-id}o", ""),
                "address": atoms["h"],
                "method": atoms["m"],
                "path": atoms["U"],
                "status": int(atoms["s"]),
                "duration_ms": atoms["M"],
            }
            self.access_log.info("%s %s", atoms["r"], atoms["s"], extra=said)

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms |= {name: masked(str(atoms[name])) for name in ADDRESSES if name in atoms}
        return atoms | {name: "…" for name in QUERIES if atoms.get(name)}
