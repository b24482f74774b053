"""AWS's credential report: one file about all users and the root user, which AWS makes every four hours at most.

AWS Identity and Access Management User Guide, "Generate credential reports for your AWS account".
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from identities.credentials.base import UserFacet, renew_summary, users_of
from identities.former_names import arns_of
from identities.models import IamUser, ReportedUser, RootUser
from identities.trust import account_of
from sync import clock
from sync.aws.errors import Conflict, LimitExceeded, MalformedAnswerError, NotFound
from sync.aws.permission import read
from sync.mirror import AccountRegion, Item, Mirror, NotYet, ParsedItem, Reader, Source, SourcePage
from sync.mirror.hashing import moment
from sync.mirror.rows import columns, write
from sync.object_ref import ObjectRef
from sync.texts import storable

Line = dict[str, str]  # of the report, by the names in its head: columns come and go, their order too

ROOT = "<root_account>"
_LINES_A_PAGE = 500
_LONGEST_NAME = 64  # of a user
_CREDENTIAL = re.compile(r"(access_key|cert)_(\d+)_active")
# The columns without which a line would say that there is nothing, where it doesn't say.
_NEEDED = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "mfa_active",
    "access_key_1_active",
    "cert_1_active",
)


@dataclass(frozen=True)
class Report:
    made_at: str  # in ISO 8601
    lines: Sequence[Line]
    remarks: Sequence[str]  # about lines that were left out


_FEATURE = "Tell when passwords were set and used, and what is true of the root user."


class CredentialReport(Source):
    name = "iam.credential_report"
    title = "Credential report"
    facet = "report"
    kinds = (RootUser.kind, IamUser.kind)
    permissions = (
        read("iam:GenerateCredentialReport", _FEATURE),
        read("iam:GetCredentialReport", _FEATURE),
    )
    every = timedelta(hours=4)
    after = ("iam.details",)
    sweeps = False  # it may lack the newest users; a facet ends with its object

    PAUSES_S = (1, 2, 4, 8)  # between looks whether AWS is done; after that the next tick looks again

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        return place.of(IamUser.objects.live()).count() + 1

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        requested_at = clock.now()
        report = self._awaited(client)
        made_at = report.made_at
        before, _, number = (marker or "").partition(" ")
        done = int(number) if before == made_at else 0  # a newer report begins anew
        remarks = () if done else report.remarks
        while True:
            page = report.lines[done : done + _LINES_A_PAGE]
            done += len(page)
            more = f"{made_at} {done}" if done < len(report.lines) else None
            yield SourcePage(_items(page, made_at, place), more, requested_at, remarks=remarks)
            if more is None:
                return
            remarks = ()

    def _awaited(self, client: Reader) -> Report:
        """The report, which AWS makes when there is none, or only an old one. Raises NotYet."""
        for pause in (*self.PAUSES_S, None):
            if (report := read_report(client)) is not None:
                return report
            if pause is not None:
                time.sleep(pause)
        raise NotYet("AWS is still making the credential report.")


def read_report(client: Reader) -> Report | None:
    """What AWS has, made within the last four hours; None while it is making it. Raises MalformedAnswerError."""
    if (answer := _fetched(client)) is None:
        return None
    try:
        lines, remarks = lines_of(answer.get("Content") or b"")
        return Report(answer["GeneratedTime"].isoformat(), lines, remarks)
    except KeyError as error:
        raise _malformed("It doesn't say when it was made.") from error
    except (ValueError, csv.Error) as error:
        raise _malformed(f"It can't be read as a credential report: {error}.") from error


def _fetched(client: Reader) -> dict[str, Any] | None:
    try:
        if client.call("iam", "GenerateCredentialReport").get("State") != "COMPLETE":
            return None
        return client.call("iam", "GetCredentialReport")
    except (NotFound, Conflict, LimitExceeded):
        return None  # it grew too old just now, is in the making, or was asked for too often


def _malformed(what: str) -> MalformedAnswerError:
    return MalformedAnswerError(what, operation="iam:GetCredentialReport")


def lines_of(content: bytes) -> tuple[list[Line], list[str]]:
    """The lines that are whole, and a sentence about each that isn't.

    Raises ValueError or csv.Error where it isn't a report, or not all of one: half of it would be told as the whole.
    """
    rows = list(csv.reader(io.StringIO(storable(content.decode("utf-8-sig")), newline=""), strict=True))
    head = rows[0] if rows else []
    if missing := [name for name in _NEEDED if name not in head]:
        raise ValueError(f"it has no column {missing[0]}")
    rows = [row for row in rows[1:] if row]
    lines = [dict(zip(head, row, strict=True)) for row in rows if len(row) == len(head)]
    if not lines or len(rows[-1]) < len(head):
        raise ValueError("it breaks off")
    odd = [row[0][:_LONGEST_NAME] for row in rows if len(row) != len(head)]
    return lines, [f"Left out: the line of {name}, which has not one cell for each column." for name in odd]


def _items(lines: Sequence[Line], made_at: str, place: AccountRegion) -> dict[str, list[Item]]:
    users = {row.arn: row for row in place.of(IamUser.objects.live()).filter(arn__in=[line["arn"] for line in lines])}
    others = [line for line in lines if (user := users.get(line["arn"])) is None or not is_of(line, user)]
    users |= _renamed(others, place)
    items: dict[str, list[Item]] = {RootUser.kind: [], IamUser.kind: []}
    for line in lines:
        if line["user"] == ROOT:
            root = {"AccountId": place.aws_account.account_id, "GeneratedTime": made_at}
            items[RootUser.kind].append(root | line)
        elif (user := users.get(line["arn"])) is not None and is_of(line, user):
            items[IamUser.kind].append({"UserId": user.aws_id, "GeneratedTime": made_at} | line)
    return items


def _renamed(lines: Sequence[Line], place: AccountRegion) -> dict[str, IamUser]:
    """Who had these ARNs when AWS made the report, and is called otherwise now."""
    made = [at for line in lines if (at := _time(line["user_creation_time"])) is not None]
    users = place.of(IamUser.objects.live()).filter(created_at__in=made)
    known = arns_of(users.values_list("aws_id", flat=True)) if made else {}
    return {
        line["arn"]: user for user in users for line in lines if line["arn"] in known[user.aws_id] and is_of(line, user)
    }


def is_of(line: Line, user: IamUser) -> bool:
    """A user of that ARN may have been deleted and made again since: the report tells of the first one."""
    return user.created_at is not None and _time(line.get("user_creation_time")) == user.created_at


# ---- What a line says ----------------------------------------------------------------------------------------

# All that is understood of a line; what a newer report adds is kept aside by the facet.
KNOWN_LINE = frozenset(
    {
        "user",
        "arn",
        "user_creation_time",
        "password_enabled",
        "password_last_used",
        "password_last_changed",
        "password_next_rotation",
        "mfa_active",
        "GeneratedTime",
    }
    | {
        f"access_key_{number}_{what}"
        for number in (1, 2)
        for what in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
    }
    | {f"cert_{number}_{what}" for number in (1, 2) for what in ("active", "last_rotated")}
)


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
    except (ValueError, OverflowError):  # and a time before the first there is
        return None


def _iso(word: str | None) -> str | None:
    found = _time(word)
    return found.isoformat() if found else None


def _word(word: str | None) -> str:
    return "" if word in (None, "N/A", "no_information", "not_supported") else str(word)


# ---- The mirrors of its lines: of each user without a history, of the root user with one ---------------------
class ReportOfUser(UserFacet):
    """What its other facets don't say: when the password was set and used. The rest is theirs, and fresher."""

    source = "report"
    title = "Credential report"
    known = KNOWN_LINE | {"UserId"}
    keeps_history = False

    def see(self, item: Item) -> ParsedItem:
        return ParsedItem(self.object_id(item), item["user"], item["arn"], {}, volatile=facts(item))

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        users = users_of(place, [seen.object_id for seen in batch])
        rows = [
            columns(place, at, aws_id=user.aws_id, name=user.name, arn=user.arn, user_id=user.pk, **seen.volatile)
            for seen in batch
            if (user := users.get(seen.object_id)) is not None
        ]
        write(ReportedUser, rows)
        renew_summary(list(users.values()), self.source)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(ReportedUser.objects.live()).filter(aws_id__in=object_ids).update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        report = _latest_report(client)
        account_id = account_of(ref.arn)
        user = IamUser.objects.live().filter(aws_account__account_id=account_id, aws_id=ref.object_id).first()
        known = arns_of([ref.object_id])[ref.object_id]  # it may have been renamed since the report was made
        for line in report.lines:
            if user is not None and line["arn"] in known and is_of(line, user):
                return {"UserId": user.aws_id, "GeneratedTime": report.made_at} | line
        raise NotYet("The report that AWS has doesn’t know this user yet. AWS makes one every four hours.")


class RootUserMirror(Mirror):
    """The root user. What it uses is volatile; that it has keys, a password, MFA makes its history."""

    kind = RootUser.kind
    source = "report"
    title = "Root user"
    model = RootUser
    page = "root_user"
    one_of_it = True
    known = KNOWN_LINE | {"AccountId"}

    def object_id(self, item: Item) -> str:
        return str(item["AccountId"])

    def see(self, item: Item) -> ParsedItem:
        described = facts(item)
        content = {
            "password": described["password_enabled"],
            "mfa": described["mfa_active"],
            "access_keys": [_lasting(key) for key in described["keys"]],
            "certificates": [_lasting(certificate) for certificate in described["certificates"]],
        }
        return ParsedItem(self.object_id(item), "Root user", item["arn"], content, volatile=described)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        rows = [
            columns(place, at, aws_id=seen.object_id, name=seen.name, arn=seen.arn, **seen.volatile) for seen in batch
        ]
        write(RootUser, rows)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(RootUser.objects.live()).filter(aws_id__in=object_ids).update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        report = _latest_report(client)
        line = next((line for line in report.lines if line["user"] == ROOT), None)
        return {"AccountId": ref.object_id, "GeneratedTime": report.made_at} | line if line else None


def _lasting(credential: dict[str, Any]) -> dict[str, Any]:
    return {name: credential[name] for name in ("number", "active", "rotated_at")}


def _latest_report(client: Reader) -> Report:
    """Raises NotYet and MalformedAnswerError."""
    report = read_report(client)
    if report is None:
        raise NotYet
    return report
