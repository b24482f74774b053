"""The kinds of credentials, each with the call that lists a user's; virtual MFA devices; the last use of access keys.

None of these answers holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.db.models import Exists, OuterRef, QuerySet

from identities.account import parts
from identities.account.settings import IamAccountMirror
from identities.account.sources import OfAwsAccount
from identities.credentials.base import CredentialsMirror, Entry, Said, UserFacet, plain, renew_summary, users_of
from identities.models import AccessKey, LoginProfile, MfaDevice, ServiceCredential, SigningCertificate, SshKey
from sync.aws.errors import NotFound
from sync.aws.permission import reread
from sync.mirror import AccountRegion, Content, EachObject, Item, ParsedItem, Reader
from sync.mirror.hashing import moment
from sync.models import MirroredRow
from sync.object_ref import ObjectRef


class AccessKeysMirror(CredentialsMirror):
    source = "keys"
    title = "Access keys"
    credential_model = AccessKey
    operation = "ListAccessKeys"
    listed = "AccessKeyMetadata"
    id_member = "AccessKeyId"
    members = {"Status": "status", "CreateDate": "created_at"}


class MfaDevicesMirror(CredentialsMirror):
    source = "mfa"
    title = "MFA devices"
    credential_model = MfaDevice
    operation = "ListMFADevices"
    listed = "MFADevices"
    id_member = "SerialNumber"
    members = {"EnableDate": "created_at"}

    def row(self, entry: Entry) -> Said:
        return super().row(entry) | {"factor": str(MfaDevice.factor_of(entry["SerialNumber"]))}


class ConsolePasswordMirror(CredentialsMirror):
    """One at most, and none is an answer: AWS then says NoSuchEntity."""

    source = "login"
    operation = "GetLoginProfile"
    title = "Console password"
    credential_model = LoginProfile
    members = {
        "CreateDate": "created_at",
        "PasswordResetRequired": "reset_required",
        "MaxSigninSessionDuration": "longest_session_s",
    }
    id_member = "UserName"

    def entries(self, client: Reader, user_name: str) -> Iterator[Entry]:
        try:
            yield client.call("iam", "GetLoginProfile", UserName=user_name)["LoginProfile"]
        except NotFound as error:
            # "Login Profile for User … cannot be found." But it may be the user who is gone.
            if "login profile" not in error.message.casefold():
                client.call("iam", "GetUser", UserName=user_name)

    def identify(self, item: Item, entry: Entry) -> str:
        return f"{item['UserId']}/{plain('created_at', entry['CreateDate'])}"

    def name(self, credential: str) -> str:
        return "Console password"

    def row(self, entry: Entry) -> Said:
        said = {"reset_required": bool(entry.get("PasswordResetRequired"))}
        return super().row(entry) | said | {"longest_session_s": entry.get("MaxSigninSessionDuration")}


class SigningCertificatesMirror(CredentialsMirror):
    source = "certificates"
    title = "Signing certificates"
    credential_model = SigningCertificate
    operation = "ListSigningCertificates"
    listed = "Certificates"
    id_member = "CertificateId"
    members = {"Status": "status", "UploadDate": "created_at"}
    ignored_members = frozenset({"UserName", "CertificateBody"})

    def row(self, entry: Entry) -> Said:
        return super().row(entry) | _fields_of(entry["CertificateBody"])


def _fields_of(body: str) -> dict[str, Any]:
    """What a certificate says of itself; nothing of one that can't be read."""
    try:
        certificate = x509.load_pem_x509_certificate(body.encode())
        subject = certificate.subject.rfc4514_string()
    except ValueError:
        return {"subject": "", "expires_at": None, "sha256": ""}
    return {
        "subject": subject[:300],
        "expires_at": certificate.not_valid_after_utc.isoformat(),
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
    }


class SshKeysMirror(CredentialsMirror):
    source = "ssh_keys"
    title = "SSH keys"
    credential_model = SshKey
    operation = "ListSSHPublicKeys"
    listed = "SSHPublicKeys"
    id_member = "SSHPublicKeyId"
    members = {"Status": "status", "UploadDate": "created_at"}


class ServiceCredentialsMirror(CredentialsMirror):
    source = "service_credentials"
    title = "Service-specific credentials"
    credential_model = ServiceCredential
    operation = "ListServiceSpecificCredentials"
    listed = "ServiceSpecificCredentials"
    id_member = "ServiceSpecificCredentialId"
    members = {
        "Status": "status",
        "CreateDate": "created_at",
        "ServiceName": "service",
        "ServiceCredentialAlias": "alias",
        "ServiceUserName": "service_user_name",
        "ExpirationDate": "expires_at",
    }


KEYS = AccessKeysMirror()
MFA = MfaDevicesMirror()
LOGIN = ConsolePasswordMirror()
CERTIFICATES = SigningCertificatesMirror()
SSH_KEYS = SshKeysMirror()
SERVICE_CREDENTIALS = ServiceCredentialsMirror()
RARE = (CERTIFICATES, SSH_KEYS, SERVICE_CREDENTIALS)
KINDS: tuple[CredentialsMirror, ...] = (KEYS, MFA, LOGIN, *RARE)

# One call a user each: keys as often as the AWS account is pulled, the others less often, the rare ones seldom.
_SOMETIMES, _SELDOM = timedelta(hours=4), timedelta(hours=12)
_DETAILS = "iam.details"
SOURCES = (
    EachObject("iam.keys", KEYS.title, KEYS, after=_DETAILS),
    EachObject("iam.mfa", MFA.title, MFA, after=_DETAILS, every=_SOMETIMES),
    EachObject("iam.login", "Console passwords", LOGIN, after=_DETAILS, every=_SOMETIMES),
    *(EachObject(f"iam.{mirror.source}", mirror.title, mirror, after=_DETAILS, every=_SELDOM) for mirror in RARE),
)


# ---- Virtual MFA devices: those of the root user, of which AWS tells in no other way, and those that nobody uses
# The devices of users are `mfa`'s, user by user.
_ROOTS_FIRST = ":mfa/root-account-mfa-device"  # the serial number of what was once the root user's only device


class VirtualMfaMirror(IamAccountMirror):
    source = "virtual_mfa"
    permissions = reread(
        "iam:ListVirtualMFADevices",
        "Tell what kind of MFA the root user has, and which virtual devices are nobody's.",
        MaxItems=1,
    )
    title = "Virtual MFA devices"
    parts = parts.VIRTUAL_MFA
    known = frozenset({"AccountId", "Arn", "OfRoot", "Unassigned"})

    def ask(self, client: Reader) -> Item:
        pages = client.pages("iam", "ListVirtualMFADevices")
        of_root: list[str] = []
        unassigned: list[str] = []
        for device in (device for page in pages for device in page.items["VirtualMFADevices"]):
            serial = str(device["SerialNumber"])
            if _is_roots(device):
                of_root.append(serial)
            elif not device.get("User"):
                unassigned.append(serial)
        return {"OfRoot": of_root, "Unassigned": unassigned}

    def content(self, item: Item) -> Content:
        return {"of_root": sorted(item["OfRoot"]), "unassigned": sorted(item["Unassigned"])}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"root_mfa_apps": seen.content["of_root"], "unassigned_mfa": seen.content["unassigned"]}


def _is_roots(device: Mapping[str, Any]) -> bool:
    """IAM API Reference, "VirtualMFADevice": the user of the root user's devices has the ARN of the AWS account."""
    arn = str(device.get("User", {}).get("Arn", ""))
    return arn.endswith(":root") or str(device["SerialNumber"]).endswith(_ROOTS_FIRST)


VIRTUAL_MFA = VirtualMfaMirror()
# As often as the summary, which says whether the root user has MFA at all.
VIRTUAL_MFA_SOURCE = OfAwsAccount("iam.virtual_mfa", VIRTUAL_MFA)


# ---- When, where and for what each access key was last used: without a history, since all of it is volatile --
_NEVER = "N/A"  # AWS's word for the service and the Region of a key that was never used


NOBODYS_KEY = "AKIA0000000000000000"


class KeysLastUsed(UserFacet):
    """Asks about the keys that the mirror has: which there are is another facet's matter."""

    source = "last_used"
    permissions = reread(
        "iam:GetAccessKeyLastUsed",
        "Tell when, where and for what access keys were last used.",
        AccessKeyId=NOBODYS_KEY,
    )
    title = "Last use of access keys"
    known = frozenset({"UserId", "UserName", "Arn", "Keys"})
    keeps_history = False

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            item = self.of_user(client, ref)
        except NotFound:
            return None
        used: dict[str, Any] = {}
        for key in AccessKey.objects.live().filter(user__aws_id=item["UserId"]).order_by("pk"):
            try:
                used[key.aws_id] = client.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key.aws_id)[
                    "AccessKeyLastUsed"
                ]
            except NotFound:
                continue  # deleted since it was listed
        return item | {"Keys": used}

    def see(self, item: Item) -> ParsedItem:
        used = {key: _columns(said) for key, said in item["Keys"].items()}
        return ParsedItem(self.object_id(item), item["UserName"], item["Arn"], {}, volatile=used)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        users = users_of(place, [seen.object_id for seen in batch])
        said: Mapping[str, Any] = {key: columns for seen in batch for key, columns in seen.volatile.items()}
        keys = list(place.of(AccessKey.objects.filter(aws_id__in=said)))
        for key in keys:
            for column, value in said[key.aws_id].items():
                setattr(key, column, value)
        AccessKey.objects.bulk_update(keys, sorted(AccessKey.facet_columns))
        renew_summary(list(users.values()), self.source)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """The keys themselves end with their own facet, and keep when they were last used."""


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "last_used_at": moment(said.get("LastUsedDate")),
        "last_used_service": _said(said.get("ServiceName")),
        "last_used_region": _said(said.get("Region")),
    }


def _said(value: str | None) -> str:
    return "" if value in (None, _NEVER) else str(value)


class OfUsersWithKeys(EachObject):
    def rows(self, place: AccountRegion) -> QuerySet[MirroredRow]:
        keys = AccessKey.objects.live().filter(user=OuterRef("pk"))
        return super().rows(place).filter(Exists(keys))


LAST_USED = KeysLastUsed()
LAST_USED_SOURCE = OfUsersWithKeys(
    "iam.last_used", LAST_USED.title, LAST_USED, after="iam.keys", every=timedelta(hours=1)
)
