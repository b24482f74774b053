"""A reverse proxy on this machine, which serves the console below a path and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def serving_below(prefix: str, port: int, of: int) -> Iterator[list[str]]:
    """On `port`; asks port `of`. Gives the paths asked for that don't lie below it."""
    outside: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                outside.append(self.path)
                self.send_error(404)
                return
            asked = HTTPConnection("127.0.0.1", of, timeout=60)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.request(self.command, self.path, body, dict(self.headers.items()))
            answer = asked.getresponse()
            said = answer.read()
            asked.close()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield outside
    finally:
        server.shutdown()
        server.server_close()
