"""The mirrors of the credential report's lines: of each user without a history, of the root user with one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from identities.credentials import summary
from identities.credentials.base import UserFacet, users_of
from identities.credentials.report import KNOWN_LINE, ROOT, Report, facts, is_of, read_report
from identities.former_names import arns_of
from identities.models import IamUser, ReportedUser, RootUser
from identities.trust import account_of
from sync.mirror import AccountRegion, Item, Mirror, NotYet, ParsedItem, Reader
from sync.mirror.rows import columns, write
from sync.object_ref import ObjectRef


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
        summary.renew(list(users.values()), self.source)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(ReportedUser.objects.live()).filter(aws_id__in=object_ids).update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        report = _report(client)
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
        report = _report(client)
        line = next((line for line in report.lines if line["user"] == ROOT), None)
        return {"AccountId": ref.object_id, "GeneratedTime": report.made_at} | line if line else None


def _lasting(credential: dict[str, Any]) -> dict[str, Any]:
    return {name: credential[name] for name in ("number", "active", "rotated_at")}


def _report(client: Reader) -> Report:
    """Raises NotYet and MalformedAnswerError."""
    report = read_report(client)
    if report is None:
        raise NotYet
    return report
