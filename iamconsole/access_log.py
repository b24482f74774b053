"""gunicorn's access log, without what people searched for and without the keys of links."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from iamconsole.logs import masked

ADDRESSES = ("r", "U", "f", "{referer}i", "{raw_uri}e", "{http_referer}e")
QUERIES = ("q", "{query_string}e")


class AccessLogger(Logger):  # type: ignore[misc]
    """`gunicorn --logger-class iamconsole.access_log.AccessLogger`."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms |= {name: masked(str(atoms[name])) for name in ADDRESSES if name in atoms}
        return atoms | {name: "…" for name in QUERIES if atoms.get(name)}
