"""Stands before an emulator and answers from memory what was asked once: so the console is measured, not the emulator.

python -m bench.replay UPSTREAM

prints its address, and serves until it is terminated.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

Key = tuple[tuple[str, str], ...]
Answer = tuple[int, str, bytes]


@contextmanager
def replaying(upstream: str) -> Iterator[str]:
    """The address of a replay of `upstream`, in a process of its own."""
    command = [sys.executable, "-m", "bench.replay", upstream]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class Replay(BaseHTTPRequestHandler):
    """AWS's query protocol only: the body of a POST says all, in any order."""

    protocol_version = "HTTP/1.1"
    upstream = ""
    known: dict[Key, Answer] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = tuple(sorted(parse_qsl(body.decode())))
        if key not in self.known:
            self.known[key] = self._ask(body)
        status, content_type, answer = self.known[key]
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _ask(self, body: bytes) -> Answer:
        kept = {name: value for name, value in self.headers.items() if name in ("Authorization", "Content-Type")}
        with urlopen(Request(self.upstream, body, kept)) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    Replay.upstream = sys.argv[1]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
