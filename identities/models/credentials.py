"""What proves that somebody is an IAM user, or the root user: keys, MFA devices, passwords, certificates.

Each kind is a projection of one facet of its user, and keeps its tombstone. A secret is never here: AWS shows one once,
to whoever makes it. What AWS's credential report adds is a row of its own, since it is up to four hours older.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from identities.models.account import ExpiringObject
from sync.models import MirroredRow

# CIS AWS Foundations Benchmark, "Ensure access keys are rotated every 90 days or less".
KEY_LASTS = timedelta(days=90)


def key_cutoff() -> datetime:
    """Keys made before are old. To the minute, so that what a page counted is remembered for so long."""
    return timezone.now().replace(second=0, microsecond=0) - KEY_LASTS


def days_since(moment: datetime | None) -> int | None:
    return (timezone.now() - moment).days if moment else None


class CredentialSummary(models.Model):
    """Columns of a user, for lists to show and sort: the mirrors of its credentials keep them. Null: not read yet."""

    COLUMNS: ClassVar[frozenset[str]] = frozenset(
        {
            "key_count",
            "active_key_count",
            "oldest_key_at",
            "keys_used_at",
            "mfa_count",
            "mfa_kinds",
            "has_password",
            "is_reported",
            "reported_use_at",
            "last_activity_at",
        }
    )

    key_count = models.PositiveSmallIntegerField(null=True, editable=False)
    active_key_count = models.PositiveSmallIntegerField(null=True, editable=False)
    oldest_key_at = models.DateTimeField(null=True, editable=False)  # when the oldest active key was made
    keys_used_at = models.DateTimeField(null=True, editable=False)
    mfa_count = models.PositiveSmallIntegerField(null=True, editable=False)
    mfa_kinds = models.CharField(max_length=60, default="", blank=True, editable=False)  # "Passkey, App"
    has_password = models.BooleanField(null=True, editable=False)
    # What the credential report tells of the use of passwords and keys; without it nobody can say "never".
    is_reported = models.BooleanField(default=False, editable=False)
    reported_use_at = models.DateTimeField(null=True, editable=False)
    last_activity_at = models.DateTimeField(null=True, editable=False)  # the later one of both uses

    class Meta:
        abstract = True

    @property
    def lacks_mfa(self) -> bool:
        """Can sign in to AWS's own console with nothing but a password."""
        return bool(self.has_password) and self.mfa_count == 0

    @property
    def oldest_key_days(self) -> int | None:
        return days_since(self.oldest_key_at)

    @property
    def has_old_key(self) -> bool:
        return self.oldest_key_at is not None and self.oldest_key_at < key_cutoff()


class Credential(MirroredRow):
    """One credential of an IAM user; `aws_id` and `name` are AWS's id of it."""

    class Status(models.TextChoices):
        ACTIVE = "Active"
        INACTIVE = "Inactive"
        EXPIRED = "Expired"

    user = models.ForeignKey("identities.IamUser", models.PROTECT, related_name="%(class)ss")
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(null=True)  # made, uploaded or switched on

    class Meta(MirroredRow.Meta):
        abstract = True
        indexes = []

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def days(self) -> int | None:
        """How old it is."""
        return days_since(self.created_at)


class AccessKey(Credential):
    """With it programs call AWS. `name` is the id, AKIA…; the secret is nowhere."""

    kind = "iam.key"
    facet_columns = frozenset({"last_used_at", "last_used_service", "last_used_region"})

    last_used_at = models.DateTimeField(null=True)  # volatile
    last_used_service = models.CharField(max_length=64, blank=True)  # volatile
    last_used_region = models.CharField(max_length=32, blank=True)  # volatile

    class Meta(Credential.Meta):
        indexes = MirroredRow.Meta.indexes  # search finds a key by the beginning of its id

    @property
    def is_old(self) -> bool:
        return self.is_active and self.created_at is not None and self.created_at < key_cutoff()

    def is_idle(self, days: int) -> bool:
        """Made, and last used, longer ago than that; as far as AWS has told."""
        moments = [moment for moment in (self.created_at, self.last_used_at) if moment]
        return bool(moments) and max(moments) < timezone.now() - timedelta(days=days)

    @property
    def is_stale(self) -> bool:
        return self.is_idle(KEY_LASTS.days)

    @property
    def short(self) -> str:
        """AKIA…7QPL, as lists show it."""
        return f"{self.name[:4]}…{self.name[-4:]}"


class MfaDevice(Credential):
    """A second factor. `name` is the serial number; AWS says its kind in no other way."""

    class Factor(models.TextChoices):
        PASSKEY = "passkey", "Passkey"
        APP = "app", "App"
        HARDWARE = "hardware", "Hardware"

    kind = "iam.mfa"

    factor = models.CharField(max_length=8, choices=Factor)

    @classmethod
    def factor_of(cls, serial: str) -> Factor:
        """The serial number is an ARN for apps (`…:mfa/name`) and for passkeys (`…:u2f/…`), else it is a device's own.

        IAM API Reference, "MFADevice".
        """
        if not serial.startswith("arn:"):
            return cls.Factor.HARDWARE
        return cls.Factor.APP if serial.split(":", 5)[-1].startswith("mfa/") else cls.Factor.PASSKEY


class LoginProfile(Credential):
    """A password for AWS's own console; `aws_id` is the user's and when it was made: AWS gives none."""

    kind = "iam.login"

    reset_required = models.BooleanField(default=False)
    longest_session_s = models.PositiveIntegerField(null=True)


class SigningCertificate(ExpiringObject, Credential):
    """An X.509 certificate that signs requests in the old way (SOAP); `name` is AWS's id of it."""

    kind = "iam.certificate"

    subject = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    @property
    def ends_at(self) -> datetime | None:
        return self.expires_at


class SshKey(Credential):
    """A public key for CodeCommit; `name` is AWS's id of it, APKA…."""

    kind = "iam.ssh_key"


class ServiceCredential(ExpiringObject, Credential):
    """A user name and password, or an API key, for one service; `name` is AWS's id of it, ACCA…."""

    kind = "iam.service_credential"

    service = models.CharField(max_length=128)
    alias = models.CharField(max_length=256, blank=True)
    service_user_name = models.CharField(max_length=256, blank=True)
    expires_at = models.DateTimeField(null=True)

    @property
    def ends_at(self) -> datetime | None:
        return self.expires_at


class Reported(MirroredRow):
    """One line of AWS's credential report, which is up to four hours old. Null is what AWS leaves open."""

    generated_at = models.DateTimeField()
    password_enabled = models.BooleanField(null=True)
    password_last_used_at = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    password_next_rotation_at = models.DateTimeField(null=True)
    mfa_active = models.BooleanField(null=True)
    # [{"number", "active", "rotated_at", "used_at", "region", "service"}]: those that are or were there
    keys: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    certificates: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)  # [{"number", "active", …}]

    class Meta(MirroredRow.Meta):
        abstract = True
        indexes = []


class ReportedUser(Reported):
    """`aws_id` is that of the user."""

    kind = "iam.reported_user"

    user = models.OneToOneField("identities.IamUser", models.PROTECT, related_name="reported")


class RootUser(Reported):
    """Who owns an AWS account: the e-mail address that it was opened with. `aws_id` is the AWS account's id."""

    kind = "iam.root"
    called_by = "aws_account__name"

    @property
    def active_keys(self) -> list[dict[str, Any]]:
        return [key for key in self.keys if key["active"]]
