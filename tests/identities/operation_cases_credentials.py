"""One case for each operation on a user's credentials: what is there before, the step, what AWS shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Operator
from emulator.iam.totp import codes_at
from emulator.sample_estate.data.credentials import SIGNING_CERTIFICATE
from identities.models import IamUser
from sync import mirror, sealed
from sync.aws.client import reader
from sync.operations import StepSpec
from tests.services.credentials import enable
from tests.services.operation_cases import GATE, OperationCase, PreparedCase, SendingCase
from tests.services.pulling import pulled
from tests.services.world import World

CODECOMMIT = "codecommit.amazonaws.com"
# Of 2048 bits, made for this test; nobody has the private one.
SSH_KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCHGqCqnisBqpBencop3DQKD7w/x8aeHIlyGavrk1LwxN/ofy1PJRakff+OqL2Z"
    "dt660NXUlQAc4P29yPZ9k3vFqkNJBMKJsZ7+lv5m2PXLONTaWyE7y1S8pIPh47mVs6+iMCTiKoVR9P8B8vqoNPPfRh5Jm928OUcd"
    "Dv4qsTa4ma/l1Ex4Myeqk1KToBRPp8fH5/Ar8L4dVAc79KCkbD3R49TC7ppQ6+BNturjnCBX+xfOmn81ERd8IDHC5ARrPhOWvsgS"
    "R3Isp+GQ/brZSXVv3CzTYRiADycu0l5pzgvIBFgLnaKf4IIt+48yjcI5ApRwoykM2y6mXOZ3UlA6+6nP"
)
NEW_PASSWORD = "Correct-Horse-9-Battery"


@dataclass(frozen=True)
class Case(SendingCase):
    """`arrange` gives the user and what the step is about; `shows` is what is compared before, after, and reversed."""

    arrange: Callable[[World], Any]
    step: Callable[..., StepSpec]
    shows: Callable[[World, Any], object]
    after: object
    reverses: bool = True

    def prepared(self, world: World, operator: Operator) -> StepSpec:
        return self.step(self.arrange(world), operator)


@dataclass(frozen=True)
class Of:
    user: IamUser
    credential: str = ""
    seed: bytes = b""  # of a virtual MFA device


def knows(world: World, user: IamUser, *facets: str) -> None:
    """Mirrors what AWS has of the user's credentials now."""
    for facet in facets:
        about = mirror.mirror_of(IamUser.kind, facet).ref(user)
        requested_at = timezone.now()
        item = mirror.mirror_of(IamUser.kind, facet).read_one(reader(world.aws_account), about)
        with transaction.atomic():
            mirror.store_one(world.aws_account, about, item, requested_at=requested_at, step=None)
    world.emulator.forget_calls()


def with_key(world: World, *, active: bool = True) -> Of:
    user = world.user()
    key = world.iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    if not active:
        world.iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Inactive")
    knows(world, user, "keys", "last_used")
    return Of(user, key)


def with_password(world: World) -> Of:
    user = world.user()
    world.iam.create_login_profile(UserName=user.name, Password="Correct-Horse-7-Battery")
    knows(world, user, "login")
    return Of(user)


def with_device(world: World) -> Of:
    of = with_free_device(world)
    enable(world.iam, of.user.name, of.credential, of.seed)
    knows(world, of.user, "mfa")
    return of


def with_free_device(world: World) -> Of:
    """Nobody's yet."""
    user = world.user()
    device = world.iam.create_virtual_mfa_device(VirtualMFADeviceName="lena")["VirtualMFADevice"]
    pulled(world.aws_account, source="iam.virtual_mfa")
    world.emulator.forget_calls()
    return Of(user, device["SerialNumber"], device["Base32StringSeed"])


def with_certificate(world: World) -> Of:
    user = world.user()
    body = SIGNING_CERTIFICATE.text
    made = world.iam.upload_signing_certificate(UserName=user.name, CertificateBody=body)["Certificate"]
    knows(world, user, "certificates")
    return Of(user, made["CertificateId"])


def with_ssh_key(world: World) -> Of:
    user = world.user()
    made = world.iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=SSH_KEY)["SSHPublicKey"]
    knows(world, user, "ssh_keys")
    return Of(user, made["SSHPublicKeyId"])


def with_service_credential(world: World) -> Of:
    user = world.user()
    made = world.iam.create_service_specific_credential(UserName=user.name, ServiceName=CODECOMMIT)
    knows(world, user, "service_credentials")
    return Of(user, made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])


def alone(world: World) -> Of:
    return Of(world.user())


def keys(world: World, of: Of) -> list[str]:
    listed = world.iam.list_access_keys(UserName=of.user.name)["AccessKeyMetadata"]
    return [key["Status"] for key in listed]


def has_password(world: World, of: Of) -> bool:
    try:
        return bool(world.iam.get_login_profile(UserName=of.user.name))
    except world.iam.exceptions.NoSuchEntityException:
        return False


def devices(world: World, of: Of) -> int:
    return len(world.iam.list_mfa_devices(UserName=of.user.name)["MFADevices"])


def certificates(world: World, of: Of) -> list[str]:
    listed = world.iam.list_signing_certificates(UserName=of.user.name)["Certificates"]
    return [certificate["Status"] for certificate in listed]


def ssh_keys(world: World, of: Of) -> list[str]:
    return [key["Status"] for key in world.iam.list_ssh_public_keys(UserName=of.user.name)["SSHPublicKeys"]]


def service_credentials(world: World, of: Of) -> list[str]:
    listed = world.iam.list_service_specific_credentials(UserName=of.user.name)["ServiceSpecificCredentials"]
    return [credential["Status"] for credential in listed]


def on(kind: str, parameter: str = "", **more: Any) -> Callable[..., StepSpec]:
    """A step on the user, with the credential's id as that parameter."""

    def step(of: Of, operator: Operator) -> StepSpec:
        about = {parameter: of.credential} if parameter else {}
        return StepSpec(kind, {"arn": of.user.arn, **about, **more})

    return step


def typed(kind: str, **more: Any) -> Callable[..., StepSpec]:
    """A step with a password that the operator typed."""

    def step(of: Of, operator: Operator) -> StepSpec:
        reference = sealed.keep_typed(
            NEW_PASSWORD, name="Console password", aws_account=of.user.aws_account, operator=operator
        )
        return StepSpec(kind, {"arn": of.user.arn, "password": reference, **more})

    return step


def with_codes(kind: str) -> Callable[..., StepSpec]:
    """A step with two codes that the operator typed."""

    def step(of: Of, operator: Operator) -> StepSpec:
        codes = codes_at(of.seed.decode(), timezone.now()) if of.seed else ("123456", "654321")
        kept = [
            sealed.keep_typed(code, name="Code", aws_account=of.user.aws_account, operator=operator) for code in codes
        ]
        return on(kind, "serial", code1=kept[0], code2=kept[1])(of, operator)

    return step


def new_device(of: Of, operator: Operator) -> StepSpec:
    serial = f"arn:aws:iam::{of.user.aws_account.account_id}:mfa/{of.user.name}"
    return StepSpec("iam.mfa.create_virtual", {"arn": of.user.arn, "serial": serial})


def free_devices(world: World, of: Of) -> int:
    return len(world.iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"])


CASES = (
    Case("iam.key.create", alone, on("iam.key.create"), keys, ["Active"], page="user/key-create"),
    Case(
        "iam.key.deactivate", with_key, on("iam.key.deactivate", "key"), keys, ["Inactive"], page="user/key-deactivate"
    ),
    Case(
        "iam.key.activate",
        lambda world: with_key(world, active=False),
        on("iam.key.activate", "key"),
        keys,
        ["Active"],
        page="user/key-activate",
    ),
    Case(
        "iam.key.delete",
        lambda world: with_key(world, active=False),
        on("iam.key.delete", "key"),
        keys,
        [],
        reverses=False,
        page="user/key-delete",
    ),
    Case("iam.login.create", alone, typed("iam.login.create"), has_password, True, page="user/password-create"),
    Case(
        "iam.login.reset",
        with_password,
        typed("iam.login.reset"),
        has_password,
        True,
        reverses=False,
        page="user/password-reset",
    ),
    Case(
        "iam.login.delete",
        with_password,
        on("iam.login.delete"),
        has_password,
        False,
        reverses=False,
        page="user/password-delete",
    ),
    Case(
        "iam.mfa.create_virtual",
        alone,
        new_device,
        free_devices,
        1,
        page="user/mfa-create",
        no_access="It is nobody's until it is switched on.",
    ),
    Case("iam.mfa.enable", with_free_device, with_codes("iam.mfa.enable"), devices, 1, page="user/mfa-enable"),
    Case(
        "iam.mfa.resync",
        with_device,
        with_codes("iam.mfa.resync"),
        devices,
        1,
        reverses=False,
        page="user/mfa-resync",
        no_access="The same device of the same user.",
    ),
    Case(
        "iam.mfa.deactivate",
        with_device,
        on("iam.mfa.deactivate", "serial"),
        devices,
        0,
        reverses=False,
        page="user/mfa-off",
    ),
    Case(
        "iam.signing_cert.upload",
        alone,
        on("iam.signing_cert.upload", body=SIGNING_CERTIFICATE.text),
        certificates,
        ["Active"],
        page="user/certificate-upload",
    ),
    Case(
        "iam.signing_cert.set_status",
        with_certificate,
        on("iam.signing_cert.set_status", "certificate", active=False),
        certificates,
        ["Inactive"],
        page="user/certificate-switch",
    ),
    Case(
        "iam.signing_cert.delete",
        with_certificate,
        on("iam.signing_cert.delete", "certificate"),
        certificates,
        [],
        reverses=False,
        page="user/certificate-delete",
    ),
    Case(
        "iam.ssh_key.upload",
        alone,
        on("iam.ssh_key.upload", body=SSH_KEY),
        ssh_keys,
        ["Active"],
        page="user/ssh-key-upload",
    ),
    Case(
        "iam.ssh_key.set_status",
        with_ssh_key,
        on("iam.ssh_key.set_status", "ssh_key", active=False),
        ssh_keys,
        ["Inactive"],
        page="user/ssh-key-switch",
    ),
    Case(
        "iam.ssh_key.delete",
        with_ssh_key,
        on("iam.ssh_key.delete", "ssh_key"),
        ssh_keys,
        [],
        reverses=False,
        page="user/ssh-key-delete",
    ),
    Case(
        "iam.svc_cred.create",
        alone,
        on("iam.svc_cred.create", service=CODECOMMIT),
        service_credentials,
        ["Active"],
        page="user/service-create",
    ),
    Case(
        "iam.svc_cred.reset",
        with_service_credential,
        on("iam.svc_cred.reset", "credential"),
        service_credentials,
        ["Active"],
        reverses=False,
        page="user/service-reset",
    ),
    Case(
        "iam.svc_cred.set_status",
        with_service_credential,
        on("iam.svc_cred.set_status", "credential", active=False),
        service_credentials,
        ["Inactive"],
        page="user/service-switch",
    ),
    Case(
        "iam.svc_cred.delete",
        with_service_credential,
        on("iam.svc_cred.delete", "credential"),
        service_credentials,
        [],
        reverses=False,
        page="user/service-delete",
    ),
)


def a_device_of_nobody(world: World, operator: Operator) -> StepSpec:
    of = with_device(world)
    world.iam.deactivate_mfa_device(UserName=of.user.name, SerialNumber=of.credential)
    for source in ("iam.mfa", "iam.virtual_mfa"):
        pulled(world.aws_account, source=source)
    return on("iam.mfa.delete_virtual", "serial")(of, operator)


OTHER_CASES = (
    PreparedCase(
        "iam.mfa.delete_virtual", a_device_of_nobody, page="user/mfa-off", no_access="It was taken off its user before."
    ),
    OperationCase("iam.key.await_quiet", page="user/key-rotate", no_access=GATE),
    OperationCase("iam.key.await_soak", page="user/key-rotate", no_access=GATE),
    OperationCase("iam.key.await_use", page="user/key-rotate", no_access=GATE),
)
