"""What proves that somebody is an IAM user: making it, switching it on and off, taking it away."""

from identities.operations.credentials.existing import on_existing
from identities.operations.credentials.gates import AwaitKeySoak, AwaitQuiet, AwaitUse
from identities.operations.credentials.logins import CreateLogin, DeleteLogin, ResetLogin
from identities.operations.credentials.making import CreateKey, CreateServiceCredential, ResetServiceCredential
from identities.operations.credentials.mfa import DeactivateDevice, DeleteVirtualDevice
from identities.operations.credentials.mfa_enrolment import CreateVirtualDevice, EnableDevice, ResyncDevice
from identities.operations.credentials.of_user import CERTIFICATE, KEY, SERVICE, SSH_KEY
from identities.operations.credentials.uploads import UploadSigningCertificate, UploadSshKey
from sync import operations

__all__ = ["register"]


def register() -> None:
    for of in (KEY, CERTIFICATE, SSH_KEY, SERVICE):
        operations.register(*on_existing(of))
    operations.register(CreateKey(), AwaitUse(), AwaitQuiet(), AwaitKeySoak())
    operations.register(CreateLogin(), ResetLogin(), DeleteLogin())
    operations.register(CreateVirtualDevice(), EnableDevice(), ResyncDevice())
    operations.register(DeactivateDevice(), DeleteVirtualDevice(), UploadSigningCertificate(), UploadSshKey())
    operations.register(CreateServiceCredential(), ResetServiceCredential())
