"""The kinds of credentials, each with the call that lists a user's. None of these answers holds a secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from identities.credentials.base import CredentialsMirror, Entry, Said, plain
from identities.models import AccessKey, LoginProfile, MfaDevice, ServiceCredential, SigningCertificate, SshKey
from sync.aws.errors import NotFound
from sync.mirror import EachObject, Item, Reader


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
