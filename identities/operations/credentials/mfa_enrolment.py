"""Giving a user an MFA device: a virtual one is made, its secret shown once, and two codes from it switch it on.

The part is that of `mfa.py`. The codes are typed in secret: for a minute or so they open what the device opens.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from django.utils import timezone

from accounts.models import AwsAccount
from aws_constraints.arn import Arn, account_in, name_of, path_of
from identities.models import MfaDevice
from identities.operations.credentials.mfa import GONE, OFF, ON, DeviceOperation, MfaDeviceParams
from objects.permissions import iam_objects
from policies.holdings import DEVICE, CredentialFact
from sync.aws.client import AwsClient
from sync.aws.permission import write
from sync.aws.secrets import Secret
from sync.checks import PlanFinding
from sync.operation_mixins import AppearsAfterwards, HasSecrets
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    Refusal,
    Risk,
    SealedParameter,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import NotKept, is_reference, typed_at

MOST_DEVICES = 8  # IAM User Guide, "IAM and AWS STS quotas"
LONGEST_NAME = 226  # IAM API Reference, "CreateVirtualMFADevice"
SECRET = "Secret key"  # noqa: S105  what pages call it
# AWS takes older codes, too, but then the device's clock is off for it and the user can't sign in (IAM User Guide,
# "Assign a virtual MFA device in the AWS Management Console").
CODES_GOOD = timedelta(minutes=5)
_SERIAL = re.compile(r"[\w+=/:,.@-]+", re.ASCII)
_BASE32 = re.compile(r"[A-Z2-7]+=*")

P = TypeVar("P", bound=MfaDeviceParams)


class Enrolment(DeviceOperation[P]):
    """On a device that may be nobody's yet."""

    undo = Undo.REVERSIBLE

    def mirrored(self, draft: Draft, p: P) -> Value:
        """Of hardware AWS tells nothing until it is on."""
        holders = MfaDevice.objects.live().filter(aws_account=draft.aws_account, aws_id=p.serial)
        holder = holders.select_related("user").first()
        if holder is None:
            return self.found(draft, p, GONE if p.is_virtual and not self.is_nobodys(draft, p) else OFF)
        if holder.user_id != self.row(draft, p).pk:
            raise Refusal(
                f"The MFA device {p.serial} is that of {holder.user.name}: take it off there first.", field="serial"
            )
        return self.found(draft, p, ON)


@dataclass(frozen=True)
class NewDeviceParams(MfaDeviceParams):
    def __post_init__(self) -> None:
        super().__post_init__()
        if not Arn.match(self.serial, "iam", "mfa") or len(name_of(self.serial)) > LONGEST_NAME:
            raise BadParams(
                f"The name of a virtual MFA device has 1 to {LONGEST_NAME} letters, digits and +=,.@_- only."
            )


class CreateVirtualDevice(Enrolment[NewDeviceParams], HasSecrets[NewDeviceParams], AppearsAfterwards[NewDeviceParams]):
    aws_operation = "CreateVirtualMFADevice"
    known_as = "iam.mfa.create_virtual"
    permissions = (write("iam:CreateVirtualMFADevice", "Make virtual MFA devices.", iam_objects("mfa")),)
    guarantee = Guarantee.AT_MOST_ONCE
    risk = Risk.SECRET
    params_type = NewDeviceParams

    def title(self, p: NewDeviceParams) -> str:
        return f"Make the virtual MFA device {name_of(p.serial)} for {self.named(p)}"

    def note(self, p: NewDeviceParams) -> str:
        return (
            "AWS shows its secret once: the operator who applies this sees it on this page, also as a QR code. "
            "The device is nobody’s until two codes from it switch it on."
        )

    def calls(self, p: NewDeviceParams) -> list[Call]:
        action, path = self.aws_operation, path_of(p.serial)
        sent = {"VirtualMFADeviceName": name_of(p.serial), **({"Path": path} if path != "/" else {})}
        return [Call("iam", action, sent, resource_arns=(p.serial,), actions=(f"iam:{action}",))]

    def after(self, p: NewDeviceParams, value: Value) -> Value:
        return {**value, "device": OFF}

    def is_so_already(self, p: NewDeviceParams) -> str:
        return f"There is a virtual MFA device {name_of(p.serial)} already: choose another name, or delete that one."

    def limits(self, draft: Draft, p: NewDeviceParams, value: Value) -> list[PlanFinding]:
        if value["device"] == GONE:
            return []
        return [PlanFinding("DEVICE_IS_THERE", "error", self.is_so_already(p))]

    def appeared(self, found: Value, live: Value) -> list[str] | None:
        if not found or not live or found["object"] != live["object"]:
            return []
        return [live["serial"]] if found["device"] == GONE and live["device"] != GONE else []

    def discard(self, p: NewDeviceParams, appeared: str) -> list[StepSpec]:
        return [StepSpec("iam.mfa.delete_virtual", {"arn": p.arn, "serial": p.serial})]

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"id": answer["VirtualMFADevice"]["SerialNumber"]}

    def secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Secret]:
        return {SECRET: Secret(_seed(answer["VirtualMFADevice"]["Base32StringSeed"].open()))}

    def scanned(self, p: NewDeviceParams, name: str, secret: str) -> str:
        """As apps want it: "Key Uri Format" of Google Authenticator, which AWS's own QR codes follow, too."""
        account_id = account_in(p.serial)
        label = quote(f"Amazon Web Services:{name_of(p.serial)}@{account_id}")
        about = urlencode({"secret": secret, "issuer": "Amazon Web Services"}, quote_via=quote)
        return f"otpauth://totp/{label}?{about}"

    def reverse(self, p: NewDeviceParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return self.discard(p, p.serial)


def _seed(text: str) -> str:
    """In Base32, for people and apps. Sent in Base64 on top of that, although the API reference's example isn't."""
    try:
        decoded = b64decode(text).decode()
    except ValueError:
        return text
    return decoded if _BASE32.fullmatch(decoded) else text


# ---- With two codes from the device --------------------------------------------------------------------------
@dataclass(frozen=True)
class CodesParams(MfaDeviceParams):
    code1: str  # references of the sealed texts
    code2: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _SERIAL.fullmatch(self.serial):
            raise BadParams(
                "The serial number of an MFA device has letters, digits and +=/:,.@_- only.", field="serial"
            )
        if MfaDevice.factor_of(self.serial) == MfaDevice.Factor.PASSKEY:
            raise BadParams(
                "A passkey or security key gives no codes: its user registers it in the AWS Management Console."
            )
        if not is_reference(self.code1) or not is_reference(self.code2):
            raise BadParams("Codes are sealed before they become part of a plan.")


class CodesEnrolment(Enrolment[CodesParams]):
    params_type = CodesParams
    needed_for = "Give users MFA devices."

    def calls(self, p: CodesParams) -> list[Call]:
        codes = {"AuthenticationCode1": SealedParameter(p.code1), "AuthenticationCode2": SealedParameter(p.code2)}
        return self.call(p, self.aws_operation, SerialNumber=p.serial, **codes)

    def send(self, client: AwsClient, p: CodesParams) -> Mapping[str, Any]:
        """Raises NotKept also where the codes are too old by now."""
        if typed_at(p.code1) < timezone.now() - CODES_GOOD:
            raise NotKept("The codes are older than 5 minutes: nothing was sent. Make the change again, with new ones.")
        return super().send(client, p)


class EnableDevice(CodesEnrolment):
    known_as = "iam.mfa.enable"
    aws_operation = "EnableMFADevice"
    guarantee = Guarantee.DETECTABLE

    def title(self, p: CodesParams) -> str:
        return f"Switch on the MFA device {p.serial} for {self.named(p)}"

    def note(self, p: CodesParams) -> str:
        return "Apply it at once: the codes are good for 5 minutes. Its reverse takes the device off the user."

    def mirrored(self, draft: Draft, p: CodesParams) -> Value:
        value = super().mirrored(draft, p)
        if value["device"] == GONE:
            raise Refusal(f"The mirror has no MFA device {p.serial}: pull, or make it first.")
        return value

    def after(self, p: CodesParams, value: Value) -> Value:
        return {**value, "device": ON}

    def access_changes(self, aws_account: AwsAccount, p: CodesParams) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, DEVICE, True, p.serial)]

    def is_so_already(self, p: CodesParams) -> str:
        return f"The MFA device {p.serial} is on already."

    def limits(self, draft: Draft, p: CodesParams, value: Value) -> list[PlanFinding]:
        there = MfaDevice.objects.live().filter(user=self.row(draft, p)).count()
        if value["device"] != ON and there >= MOST_DEVICES:
            words = f"{there} MFA devices are on for {self.named(p)}, the most that AWS allows: take one off first."
            return [PlanFinding("TOO_MANY_DEVICES", "error", words)]
        return []

    def dependent(self, p: CodesParams) -> tuple[str, bool] | None:
        return f"MFA device {p.serial}", True

    def reverse(self, p: CodesParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec("iam.mfa.deactivate", {"arn": p.arn, "serial": p.serial})]


class ResyncDevice(CodesEnrolment):
    """AWS counts anew from these codes on. Nothing shows that it did, and it takes no code twice."""

    known_as = "iam.mfa.resync"
    aws_operation = "ResyncMFADevice"
    guarantee = Guarantee.AT_MOST_ONCE
    shows = False
    undo = Undo.NEVER

    def title(self, p: CodesParams) -> str:
        return f"Bring the MFA device {p.serial} of {self.named(p)} into step with AWS"

    def note(self, p: CodesParams) -> str:
        return "Apply it at once: the codes are good for 5 minutes. Nothing to undo: it sets AWS’s clock of it."

    def is_destructive(self, p: CodesParams) -> bool:
        return False

    def mirrored(self, draft: Draft, p: CodesParams) -> Value:
        value = super().mirrored(draft, p)
        if value["device"] != ON:
            raise Refusal(f"The MFA device {p.serial} isn’t on for {self.named(p)}: pull, then try again.")
        return value

    def limits(self, draft: Draft, p: CodesParams, value: Value) -> list[PlanFinding]:
        if value["device"] == ON:
            return []
        return [PlanFinding("DEVICE_IS_OFF", "error", f"An earlier step takes {p.serial} off its user.")]
