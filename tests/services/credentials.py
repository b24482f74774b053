"""Users with credentials of every kind in the emulated AWS, and pulls of their facets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from emulator.iam.totp import codes_at
from emulator.sample_estate.data.credentials import SIGNING_CERTIFICATE, SSH_KEY
from identities.models import Credential, IamUser
from sync.models import Facet, Revision, Run
from tests.services.pulling import pulled

SOURCES = (
    "iam.details",
    "iam.keys",
    "iam.last_used",
    "iam.mfa",
    "iam.login",
    "iam.certificates",
    "iam.ssh_keys",
    "iam.service_credentials",
    "iam.credential_report",
)


def give_everything(iam: Any, name: str) -> list[str]:
    """A new user with a credential of every kind. Returns the secrets that AWS shows once."""
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    iam.create_login_profile(UserName=name, Password="Correct-Horse-7-Battery", PasswordResetRequired=True)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    enable(iam, name, device["SerialNumber"], device["Base32StringSeed"])
    iam.upload_signing_certificate(UserName=name, CertificateBody=SIGNING_CERTIFICATE.text)
    iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody=SSH_KEY.text)
    service: dict[str, Any] = {"UserName": name, "ServiceName": "codecommit.amazonaws.com"}
    git = iam.create_service_specific_credential(**service)["ServiceSpecificCredential"]
    service |= {"ServiceName": "bedrock.amazonaws.com", "CredentialAgeDays": 30}
    models = iam.create_service_specific_credential(**service)["ServiceSpecificCredential"]
    return [
        key["SecretAccessKey"],
        "Correct-Horse-7-Battery",
        device["Base32StringSeed"].decode(),
        git["ServicePassword"],
        models["ServiceCredentialSecret"],
    ]


def enable(iam: Any, user: str, serial: str, seed: bytes = b"") -> None:
    """Of hardware the emulator takes any codes; of a virtual device those that its seed gives."""
    first, second = codes_at(seed.decode(), timezone.now()) if seed else ("123456", "654321")
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second)


def pull(aws_account: AwsAccount, *sources: str) -> Run:
    """Pulls these sources, all unless said otherwise. Returns the last run."""
    for source in sources or SOURCES:
        run = pulled(aws_account, source=source)
    return run


def facet_of(user: IamUser, name: str) -> Facet:
    return Facet.objects.get(kind="iam.user", object_id=user.aws_id, source=name)


def credentials_read(*users: IamUser) -> None:
    """As if a pull had listed all of their credentials: they have the keys that are there."""
    said = {"raw_hash": "x", "fingerprint": "x", "read_at": timezone.now(), "kind": IamUser.kind}
    for user in users:
        for source in ("ssh_keys", "service_credentials"):
            Facet.objects.create(aws_account=user.aws_account, object_id=user.aws_id, source=source, **said)
        keys = user.accesskeys.filter(gone_at=None)
        active = keys.filter(status=Credential.Status.ACTIVE).count()
        IamUser.objects.filter(pk=user.pk).update(key_count=keys.count(), active_key_count=active)


def contents(user: IamUser, name: str) -> list[Any]:
    """What the revisions of the facet say, the oldest first."""
    return list(
        Revision.objects.filter(facet=facet_of(user, name)).order_by("number").values_list("content", flat=True)
    )


def at_that_time(iam: Any, moment: datetime) -> None:
    """From now on the calls of this client, which nobody else has, come at `moment`."""

    def date(request: Any, **_: Any) -> None:
        request.headers["X-Emulator-Date"] = moment.isoformat()

    iam.meta.events.register("before-send.iam", date)
