"""Access keys and passwords that nobody uses, of users who may be in use otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from accounts.models import AwsAccount
from iamconsole.web.words import day
from identities.models import AccessKey, IamUser, LoginProfile, ReportedUser
from identities.operations.credentials.of_user import on_user
from identities.posture.credentials import keys_told
from sync.models import Ownership
from unused.kinds.base import CleanUp, UnusedFound, UnusedKind, latest
from unused.operations import key_still_unused, password_still_unused


class _OfUser(UnusedKind):
    page = "user_credentials"

    def rows(self, aws_account: AwsAccount, object_ids: Sequence[str]) -> dict[str, Any]:
        rows: Any = self.model
        found = rows.objects.live().filter(aws_account=aws_account, aws_id__in=object_ids)
        return {row.aws_id: row for row in found.select_related("user__aws_account", "aws_account")}

    def principal(self, row: Any) -> IamUser:
        user: IamUser = row.user
        return user


def _owners(aws_account: AwsAccount) -> Any:
    return IamUser.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)


class UnusedKeys(_OfUser):
    slug, one, many, icon = "key", "access key", "access keys", "key-round"
    source = "iam.last_used"
    model = AccessKey
    off = "The key is deactivated: it can be activated again at any time."
    caveats = (
        "AWS notes one use in 15 minutes, with its Region, and shows it late. A key that is deactivated isn’t noticed "
        "when somebody tries it: whoever misses it has to say so.",
    )

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        told, evidence = keys_told(aws_account), self.evidence(aws_account, now)
        keys = AccessKey.objects.live().filter(aws_account=aws_account, user__in=_owners(aws_account))
        for key in keys.select_related("user").order_by("pk"):
            used, user = key.last_used_at, key.user
            where = f" in {key.last_used_region}" if key.last_used_region else ""
            for_what = f" for {key.last_used_service}" if key.last_used_service else ""
            is_off = "" if key.is_active else "It is inactive already."
            yield UnusedFound(
                object_id=key.aws_id,
                name=key.name,
                whose=user.name,
                page_id=user.aws_id,
                created_at=key.created_at,
                last_used_at=used,
                idle_since=latest(key.created_at, used),
                unknown=evidence.why_not if user.aws_id in told else "When it was used wasn’t read yet.",
                why=f"Last used on {day(used)}{for_what}{where}." if used else "Never used.",
                caveats=[is_off] if is_off else [],
                tags=user.tags,
            )

    def clean_up(self, row: AccessKey, used: datetime | None, at: datetime) -> CleanUp:
        of = {"key": row.name}
        off = [on_user(row.user, "iam.key.deactivate", **of)] if row.is_active else []
        return CleanUp(off, key_still_unused(row, used=used), [on_user(row.user, "iam.key.delete", **of)])


class UnusedPasswords(_OfUser):
    slug, one, many, icon = "password", "password", "passwords", "lock-keyhole"
    source = "iam.credential_report"
    model = LoginProfile
    off = (
        "Nothing is switched off: AWS can’t switch a password off, and doesn’t give a deleted one back. It is deleted "
        "after the wait, unless somebody signs in with it by then."
    )
    caveats = ("AWS’s credential report has the last sign-in, and is up to four hours old.",)

    def found(self, aws_account: AwsAccount, now: datetime) -> Iterator[UnusedFound]:
        evidence = self.evidence(aws_account, now)
        reported = ReportedUser.objects.live().filter(aws_account=aws_account, password_enabled=True)
        known = {row.user_id: row for row in reported}
        logins = LoginProfile.objects.live().filter(aws_account=aws_account, user__in=_owners(aws_account))
        for login in logins.select_related("user").order_by("pk"):
            report, user = known.get(login.user_id), login.user
            used = report.password_last_used_at if report else None
            changed = report.password_changed_at if report else None
            yield UnusedFound(
                object_id=login.aws_id,
                name=f"Password of {user.name}",
                whose=user.name,
                page_id=user.aws_id,
                created_at=login.created_at,
                last_used_at=used,
                idle_since=latest(login.created_at, used, changed),
                unknown=evidence.why_not if report else "The credential report doesn’t have it yet.",
                why=f"Last signed in on {day(used)}." if used else "Nobody signed in with it.",
                tags=user.tags,
            )

    def clean_up(self, row: LoginProfile, used: datetime | None, at: datetime) -> CleanUp:
        return CleanUp([], password_still_unused(row, used=used, at=at), [on_user(row.user, "iam.login.delete")])
