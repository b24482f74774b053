"""AWS's credential report: one file about all users and the root user, which AWS makes every four hours at most.

AWS Identity and Access Management User Guide, "Generate credential reports for your AWS account".
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from identities.models import IamUser, RootUser
from sync.aws.errors import Conflict, Limit, NotFound
from sync.mirror import Item, NotYet, Place, Reader, Source, SourcePage
from sync.mirror.hashing import moment

Line = dict[str, str]  # of the report, by the names in its head: columns come and go, their order too

ROOT = "<root_account>"
_LINES_A_PAGE = 500
_CREDENTIAL = re.compile(r"(access_key|cert)_(\d+)_active")


class CredentialReport(Source):
    name = "iam.credential_report"
    title = "Credential report"
    facet = "report"
    kinds = (RootUser.kind, IamUser.kind)
    every = timedelta(hours=4)
    after = ("iam.details",)
    sweeps = False  # it may lack the newest users; a facet ends with its object

    PAUSES_S = (1, 2, 4, 8)  # between looks whether AWS is done; after that the next tick looks again

    def expected(self, client: Reader, place: Place) -> int | None:
        return place.of(IamUser.objects.live()).count() + 1

    def pages(self, client: Reader, marker: str | None, place: Place) -> Iterator[SourcePage]:
        requested_at = timezone.now()
        report = self._awaited(client)
        made_at = report["GeneratedTime"].isoformat()
        before, _, number = (marker or "").partition(" ")
        done = int(number) if before == made_at else 0  # a newer report begins anew
        lines = islice(lines_of(report["Content"]), done, None)
        while True:
            page = list(islice(lines, _LINES_A_PAGE))
            done += len(page)
            more = len(page) == _LINES_A_PAGE
            yield SourcePage(_items(page, made_at, place), f"{made_at} {done}" if more else None, requested_at)
            if not more:
                return

    def _awaited(self, client: Reader) -> dict[str, Any]:
        """The report, which AWS makes when there is none, or only an old one. Raises NotYet."""
        for pause in (*self.PAUSES_S, None):
            if (report := read_report(client)) is not None:
                return report
            if pause is not None:
                time.sleep(pause)
        raise NotYet("AWS is still making the credential report.")


def read_report(client: Reader) -> dict[str, Any] | None:
    """What AWS has, made within the last four hours; None while it is making it."""
    try:
        if client.call("iam", "GenerateCredentialReport").get("State") != "COMPLETE":
            return None
        return client.call("iam", "GetCredentialReport")
    except (NotFound, Conflict, Limit):
        return None  # it grew too old just now, is in the making, or was asked for too often


def lines_of(content: bytes) -> Iterator[Line]:
    yield from csv.DictReader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline=""))


def _items(lines: list[Line], made_at: str, place: Place) -> dict[str, list[Item]]:
    users = {row.arn: row for row in place.of(IamUser.objects.live()).filter(arn__in=[line["arn"] for line in lines])}
    items: dict[str, list[Item]] = {RootUser.kind: [], IamUser.kind: []}
    for line in lines:
        if line["user"] == ROOT:
            root = {"AccountId": place.aws_account.account_id, "GeneratedTime": made_at}
            items[RootUser.kind].append(root | line)
        elif (user := users.get(line["arn"])) is not None and is_of(line, user):
            items[IamUser.kind].append({"UserId": user.aws_id, "GeneratedTime": made_at} | line)
    return items


def is_of(line: Line, user: IamUser) -> bool:
    """A user of that ARN may have been deleted and made again since: the report tells of the first one."""
    return user.created_at is not None and _time(line.get("user_creation_time")) == user.created_at


# ---- What a line says ----------------------------------------------------------------------------------------

# All that is understood of a line; what a newer report adds is kept aside by the facet.
KNOWN_LINE = frozenset(
    {"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
     "password_next_rotation", "mfa_active", "GeneratedTime"}
    | {f"access_key_{number}_{what}" for number in (1, 2) for what in
       ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")}
    | {f"cert_{number}_{what}" for number in (1, 2) for what in ("active", "last_rotated")}
)  # fmt: skip


def facts(line: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `Reported`; "N/A", "no_information" and "not_supported" are None."""
    return {
        "generated_at": moment(line["GeneratedTime"]),
        "password_enabled": _flag(line.get("password_enabled")),
        "password_last_used_at": _time(line.get("password_last_used")),
        "password_changed_at": _time(line.get("password_last_changed")),
        "password_next_rotation_at": _time(line.get("password_next_rotation")),
        "mfa_active": _flag(line.get("mfa_active")),
        "keys": [_key(line, number) for number in _numbers(line, "access_key")],
        "certificates": [_dated(line, f"cert_{number}", number) for number in _numbers(line, "cert")],
    }


def _numbers(line: Mapping[str, Any], kind: str) -> list[int]:
    """Which of them are there, or were: an inactive one without a date never was."""
    found = (match for name in line if (match := _CREDENTIAL.fullmatch(name)) and match[1] == kind)
    numbers = sorted(int(match[2]) for match in found)
    return [n for n in numbers if _flag(line[f"{kind}_{n}_active"]) or _time(line.get(f"{kind}_{n}_last_rotated"))]


def _key(line: Mapping[str, Any], number: int) -> dict[str, Any]:
    prefix = f"access_key_{number}"
    return _dated(line, prefix, number) | {
        "used_at": _iso(line.get(f"{prefix}_last_used_date")),
        "region": _word(line.get(f"{prefix}_last_used_region")),
        "service": _word(line.get(f"{prefix}_last_used_service")),
    }


def _dated(line: Mapping[str, Any], prefix: str, number: int) -> dict[str, Any]:
    active = bool(_flag(line[f"{prefix}_active"]))
    return {"number": number, "active": active, "rotated_at": _iso(line.get(f"{prefix}_last_rotated"))}


def _flag(word: str | None) -> bool | None:
    return {"true": True, "false": False}.get((word or "").strip().casefold())


def _time(word: str | None) -> datetime | None:
    try:
        return moment((word or "").strip())
    except ValueError:
        return None


def _iso(word: str | None) -> str | None:
    found = _time(word)
    return found.isoformat() if found else None


def _word(word: str | None) -> str:
    return "" if word in (None, "N/A", "no_information", "not_supported") else str(word)
