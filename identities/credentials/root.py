"""What is known of the root user of an AWS account: from the account summary, and from the credential report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from identities.account.selectors import settings_of
from identities.models import RootUser
from identities.models.credentials import days_since
from sync.mirror.hashing import moment
from sync.selectors import SourceCoverage

# CIS AWS Foundations Benchmark, "Eliminate use of the 'root' user for administrative and daily tasks".
RECENT = timedelta(days=90)


@dataclass(frozen=True)
class RootKey:
    active: bool
    created_at: datetime | None
    used_at: datetime | None
    service: str
    region: str

    @property
    def days(self) -> int | None:
        return days_since(self.created_at)


@dataclass(frozen=True)
class RootUserView:
    """`mfa`, `has_keys`, `has_password` are None where nobody knows. They are as old as `read_at`, all else is as old
    as the report."""

    row: RootUser | None  # the line of the report
    mfa: bool | None
    apps: list[str] | None  # its virtual MFA devices, by serial number; None: not read
    has_keys: bool | None
    has_password: bool | None  # False: AWS Organizations keeps it without root credentials
    read_at: datetime | None

    def mfa_kind(self, virtual: SourceCoverage) -> str:
        """ "app", "other" or "", by what was read of virtual MFA devices.

        AWS lists the root user's apps. That it has another second factor is what is left when there are none.
        """
        if not self.mfa or self.apps is None or not virtual.is_read:
            return ""
        return "app" if self.apps else "other"

    @property
    def keys(self) -> list[RootKey]:
        return [_key(key) for key in self.row.keys] if self.row else []

    @property
    def has_inactive_keys(self) -> bool:
        """By the report, where that is the newer one: they can be activated again."""
        is_newer = self.row is not None and self.read_at == self.row.generated_at
        return is_newer and any(not key.active for key in self.keys)

    @property
    def last_used_at(self) -> datetime | None:
        """The password or a key."""
        used = [self.row.password_last_used_at, *(key.used_at for key in self.keys)] if self.row else []
        return max((at for at in used if at), default=None)

    @property
    def used_recently(self) -> bool:
        return self.last_used_at is not None and self.last_used_at > timezone.now() - RECENT


def root_of(aws_account: AwsAccount) -> RootUserView:
    """Of both sources the newer one says whether there is MFA, and whether there are keys."""
    account = _settings(aws_account)
    row = RootUser.objects.live().filter(aws_account=aws_account).first()
    flags, read_at = _summary(account)
    mfa, has_keys = _flag(flags, "AccountMFAEnabled"), _flag(flags, "AccountAccessKeysPresent")
    has_password = _flag(flags, "AccountPasswordPresent")
    if row is not None and (read_at is None or read_at < row.generated_at):
        mfa, has_keys, read_at = row.mfa_active, bool(row.active_keys), row.generated_at
        has_password = row.password_enabled if row.password_enabled is not None else has_password
    return RootUserView(row, mfa, account.root_mfa_apps if account else None, has_keys, has_password, read_at)


def _settings(aws_account: AwsAccount) -> Any:
    account = settings_of(aws_account)
    return account if account is not None and account.gone_at is None else None


def _summary(account: Any) -> tuple[Mapping[str, int], datetime | None]:
    if account is None or not account.summary:
        return {}, None
    return account.summary, account.summary_read_at


def _flag(flags: Mapping[str, int], name: str) -> bool | None:
    return bool(flags[name]) if name in flags else None


def _key(said: Mapping[str, Any]) -> RootKey:
    return RootKey(said["active"], moment(said["rotated_at"]), moment(said["used_at"]), said["service"], said["region"])
