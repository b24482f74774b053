"""A user pool with many people, answered from memory: ListUsers, 60 a page, as AWS's JSON protocol tells of them.

python -m bench.people_replay PEOPLE

prints its address, and serves until it is terminated. A page is made when it is asked for, and the same each time.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from uuid import UUID

from bench.replay import identity

POOL_ID = "eu-west-1_Bench0000"
REGION = "eu-west-1"
_PER_PAGE = 60
_FIRST = ("anna", "bela", "chiara", "dimitri", "elena", "farid", "greta", "hugo", "ines", "jonas", "kaya", "luis")
_LAST = ("ahlberg", "brandt", "costa", "dupont", "eriksen", "fischer", "garcia", "horvat", "ivanov", "jansen", "kaya")
_PLANS = ("free", "basic", "family", "business")
_CREATED = 1_700_000_000


def sub_of(number: int) -> str:
    return str(UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC834) % 2**128))


def created(number: int) -> datetime:
    return datetime.fromtimestamp(_CREATED + number, UTC)


def person(number: int) -> str:
    """One of ListUsers' users, as JSON."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // 7 % len(_LAST)]
    said = {
        "sub": sub_of(number),
        "email": f"{first}.{last}{number}@example.org",
        "email_verified": "true",
        "name": f"{first.title()} {last.title()}",
        "phone_number": f"+4915{number:08d}",
        "phone_number_verified": "false",
        "locale": "de-DE",
        "custom:plan": _PLANS[number // len(_FIRST) % len(_PLANS)],  # whatever somebody is called
        "custom:customer": f"C-{number:07d}",
    }
    described = ",".join(f'{{"Name":"{name}","Value":"{value}"}}' for name, value in said.items())
    status = "UNCONFIRMED" if number % 97 == 0 else "CONFIRMED"
    dates = f'"UserCreateDate":{_CREATED + number}.137,"UserLastModifiedDate":{_CREATED + 2 * number}.482'
    return f'{{"Username":"{said["sub"]}","Attributes":[{described}],{dates},"Enabled":true,"UserStatus":"{status}"}}'


class Replay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    people: ClassVar[int] = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.headers.get("X-Amz-Target", "").endswith(".ListUsers"):
            self._tell("text/xml", identity())
            return
        begin = int(json.loads(body).get("PaginationToken", "0"))
        end = min(begin + _PER_PAGE, self.people)
        more = f',"PaginationToken":"{end}"' if end < self.people else ""
        users = ",".join(person(number) for number in range(begin, end))
        self._tell("application/x-amz-json-1.1", f'{{"Users":[{users}]{more}}}'.encode())

    def _tell(self, content_type: str, described: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(described)))
        self.end_headers()
        self.wfile.write(described)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    Replay.people = int(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
