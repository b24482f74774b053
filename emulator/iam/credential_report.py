"""The credential report: made at the second question, one every four hours, and as old as it says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.iam.exceptions import IAMException

from emulator import clock
from emulator.iam.credentials import Credentials
from emulator.iam.root import Root

_LASTS = timedelta(hours=4)
_KEYS, _CERTIFICATES = 2, 2  # the report has columns for so many

Line = dict[str, str]


@dataclass(frozen=True)
class Report:
    made_at: datetime
    text: str


@dataclass(frozen=True)
class _Key:
    active: bool = False
    created: datetime | None = None
    used: datetime | None = None
    region: str = "N/A"
    service: str = "N/A"


class CredentialReports(Credentials, Root):
    report: Report | None
    report_begun: bool

    def ask_for_report(self) -> str:
        """STARTED at first, COMPLETE at the next question."""
        if self.report is not None and clock.utcnow() - self.report.made_at < _LASTS:
            return "COMPLETE"
        if not self.report_begun:
            self.report_begun = True
            return "STARTED"
        self._make_report()
        return "COMPLETE"

    def newest_report(self) -> Report:
        if self.report_begun:
            self._make_report()
            raise IAMException("ReportInProgress", "Credential report is being generated.")
        if self.report is None:
            raise IAMException("ReportNotPresent", "Credential report is not present.")
        if clock.utcnow() - self.report.made_at >= _LASTS:
            raise IAMException("ReportExpired", "Credential report is expired.")
        return self.report

    def _make_report(self) -> None:
        lines = list(self._lines())
        text = io.StringIO()
        writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        self.report, self.report_begun = Report(clock.utcnow(), text.getvalue()), False

    def _lines(self) -> Iterator[Line]:
        root = self.root
        arn = f"arn:{self.partition}:iam::{self.account_id}:root"
        password = ["not_supported", _date(root.signed_in, "no_information"), "not_supported", "not_supported"]
        keys = [_Key(key.active, key.created, key.last_used, key.region, key.service) for key in root.keys]
        yield _line("<root_account>", arn, root.created, password, bool(root.mfa), keys, [])
        for user in sorted(self.users.values(), key=lambda user: (user.create_date, user.name)):
            keys = [_key(key) for key in user.access_keys]
            certificates = list(user.signing_certificates.values())
            mfa = bool(user.mfa_devices)
            yield _line(user.name, user.arn, user.create_date, self._password(user), mfa, keys, certificates)

    def _password(self, user: Any) -> list[str]:
        """Enabled, last used, last changed, next rotation."""
        held = self.passwords.get(user.id)
        if held is None:
            return ["false", "N/A", "N/A", "N/A"]
        policy = self.account_password_policy
        age = policy.max_password_age if policy else None
        rotation = _date(held.changed + timedelta(days=age)) if age else "N/A"
        return ["true", _date(user.password_last_used, "no_information"), _date(held.changed), rotation]


def shuffled(text: str) -> str:
    """The same report with its columns in another order, one more of them, and its flags in capitals."""
    described = io.StringIO()
    for number, line in enumerate(csv.reader(io.StringIO(text))):
        more = "additional_credentials_info" if number == 0 else "2 more keys"
        csv.writer(described, lineterminator="\r\n").writerow(
            [more, *(value.upper() if value in ("true", "false") else value for value in reversed(line))]
        )
    return described.getvalue()


def _line(
    name: str, arn: str, created: datetime, password: list[str], mfa: bool, keys: list[_Key], certificates: list[Any]
) -> Line:
    fields = ("enabled", "last_used", "last_changed", "next_rotation")
    line = {"user": name, "arn": arn, "user_creation_time": _date(created)}
    line |= {f"password_{field}": said for field, said in zip(fields, password, strict=True)}
    line["mfa_active"] = _flag(mfa)
    for number in range(_KEYS):
        key = keys[number] if number < len(keys) else _Key()
        line |= {
            f"access_key_{number + 1}_active": _flag(key.active),
            f"access_key_{number + 1}_last_rotated": _date(key.created),
            f"access_key_{number + 1}_last_used_date": _date(key.used),
            f"access_key_{number + 1}_last_used_region": key.region,
            f"access_key_{number + 1}_last_used_service": key.service,
        }
    for number in range(_CERTIFICATES):
        held = certificates[number] if number < len(certificates) else None
        line[f"cert_{number + 1}_active"] = _flag(held is not None and held.status == "Active")
        line[f"cert_{number + 1}_last_rotated"] = _date(held.upload_date if held else None)
    return line


def _key(key: Any) -> _Key:
    """Of moto's."""
    active, used = key.status == "Active", key.last_used
    if used is None:
        return _Key(active, key.create_date)
    return _Key(active, key.create_date, used.timestamp, used.region, used.service)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _date(moment: datetime | None, none: str = "N/A") -> str:
    return none if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"
