"""Answers for AWS from memory, so that the console is measured and no emulator.

python -m bench.replay USERS,GROUPS,ROLES,POLICIES

prints its address once all answers are made, and serves them until it is terminated.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl

from bench.large_account import ACCOUNT_ID, FILTERS, Size, answer, pages

LISTING = "GetAccountAuthorizationDetails"
IN_PARTS = (("Group", "LocalManagedPolicy", "AWSManagedPolicy"), ("User", "Role"))  # as a pull asks


@contextmanager
def replaying(size: Size | int, module: str = "bench.replay") -> Iterator[str]:
    """The address of an AWS with an AWS account of this size, in a process of its own."""
    command = [sys.executable, "-m", module, str(size)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class Replay(BaseHTTPRequestHandler):
    """AWS's query protocol: the body of a POST says all."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body of a short answer go apart, and the second would wait 40 ms
    listing: ClassVar[dict[tuple[frozenset[str], str], bytes]] = {}  # by the filters and the marker that ask for it
    others: ClassVar[Mapping[str, bytes]] = {}  # by the operation

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer_to(dict(parse_qsl(body.decode())))

    def answer_to(self, asked: Mapping[str, str]) -> None:
        described = self.others.get(asked["Action"])
        if asked["Action"] == LISTING:
            filters = frozenset(value for name, value in asked.items() if name.startswith("Filter."))
            described = self.listing.get((filters, asked.get("Marker", "")))
        self._tell(200 if described else 403, described or _DENIED)

    def _tell(self, status: int, described: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(described)))
        self.end_headers()
        self.wfile.write(described)

    def log_message(self, format: str, *args: object) -> None:
        pass


_DENIED = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not recorded.</Message></Error></ErrorResponse>"


def others_of(size: Size) -> dict[str, bytes]:
    counts = {"Users": size.users, "Groups": size.groups, "Roles": size.roles, "Policies": size.policies}
    entries = "".join(f"<entry><key>{name}</key><value>{count}</value></entry>" for name, count in counts.items())
    summary = answer("GetAccountSummary", {"SummaryMap": "{}"}).replace(b"{}", entries.encode())
    return {"GetAccountSummary": summary, "GetCallerIdentity": identity()}


def identity() -> bytes:
    """Who the console is there: what GetCallerIdentity answers."""
    described = {"Arn": f"arn:aws:iam::{ACCOUNT_ID}:user/console", "UserId": "AIDACONSOLE", "Account": ACCOUNT_ID}
    return answer("GetCallerIdentity", dict(described))


if __name__ == "__main__":
    wanted = Size.parse(sys.argv[1])
    for filters in (FILTERS, *IN_PARTS):
        for number, page in enumerate(pages(wanted, filters=filters), 1):
            Replay.listing[frozenset(filters), str(number) if number > 1 else ""] = page
    Replay.others = others_of(wanted)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
