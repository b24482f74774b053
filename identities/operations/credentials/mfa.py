"""Taking MFA devices off users. The part is {"object": "AIDA…", "serial": "…", "device": "on"}.

Or "off": it is nobody's; or "gone".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.models import AwsAccount
from identities.account.selectors import settings_of
from identities.account.settings import ref_of
from identities.credentials.mirrors import MFA, VIRTUAL_MFA
from identities.models import LoginProfile, MfaDevice
from identities.operations.credentials.logins import DeleteLogin
from identities.operations.credentials.of_user import UserCredentialOperation
from identities.operations.dependents import dependent_rows
from objects.permissions import iam_objects
from policies.holdings import DEVICE, CredentialFact
from sync.aws.client import AwsClient
from sync.aws.permission import write
from sync.checks import PlanFinding
from sync.mirror import AccountRegion
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, BadParams, Call, Refusal, Risk, Undo, Value
from sync.plan_draft import Draft

ON, OFF, GONE = "on", "off", "gone"


@dataclass(frozen=True)
class MfaDeviceParams:
    arn: str
    serial: str  # of the hardware, or an ARN

    def __post_init__(self) -> None:
        if not 9 <= len(self.serial) <= 256:  # IAM API Reference: DeactivateMFADevice
            raise BadParams("The serial number of an MFA device has 9 to 256 characters.")

    @property
    def is_virtual(self) -> bool:
        return MfaDevice.factor_of(self.serial) == MfaDevice.Factor.APP


P = TypeVar("P", bound=MfaDeviceParams)


class DeviceOperation(UserCredentialOperation[P]):
    facet = MFA.source

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        """With the list of those that are nobody's."""
        return [*super().affected_objects(aws_account, p), ref_of(AccountRegion(aws_account), VIRTUAL_MFA.source)]

    def part(self, p: P) -> str:
        return f"mfa:{p.arn} {p.serial}"

    def describe_existing(self, value: Value) -> str:
        return {ON: "the device switched on", OFF: "the device switched off", GONE: "no such device"}[value["device"]]

    def found(self, draft: Draft, p: P, device: str) -> Value:
        return {"object": self.row(draft, p).aws_id, "serial": p.serial, "device": device}

    def is_nobodys(self, draft: Draft, p: P) -> bool:
        account = settings_of(draft.aws_account)
        return account is not None and p.serial in (account.unassigned_mfa or ())

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        if any(entry["SerialNumber"] == p.serial for entry in MFA.entries(client, named["UserName"])):
            return {"serial": p.serial, "device": ON}
        if not p.is_virtual:
            return {"serial": p.serial, "device": OFF}
        pages = client.pages("iam", "ListVirtualMFADevices", AssignmentStatus="Unassigned")
        free = any(device["SerialNumber"] == p.serial for page in pages for device in page.items["VirtualMFADevices"])
        return {"serial": p.serial, "device": OFF if free else GONE}


class RemoveMfaDevice(DeviceOperation[MfaDeviceParams]):
    """Of what a user has, or had just now."""

    undo = Undo.NEVER
    params_type = MfaDeviceParams

    def mirrored(self, draft: Draft, p: MfaDeviceParams) -> Value:
        if any(device.aws_id == p.serial for device in dependent_rows(draft, self.row(draft, p), MfaDevice)):
            return self.found(draft, p, ON)
        if self.is_nobodys(draft, p):
            return self.found(draft, p, OFF)
        raise Refusal(f"The mirror has no MFA device {p.serial} of {self.named(p)}: pull, then try again.")


class DeactivateDevice(RemoveMfaDevice):
    aws_operation = "DeactivateMFADevice"
    known_as = "iam.mfa.deactivate"
    needed_for = "Take MFA devices off users."

    def title(self, p: MfaDeviceParams) -> str:
        return f"Take the MFA device {p.serial} off {self.named(p)}"

    def note(self, p: MfaDeviceParams) -> str:
        return "Can’t be undone from here: to enable it again takes two codes from the device."

    def calls(self, p: MfaDeviceParams) -> list[Call]:
        return self.call(p, self.aws_operation, SerialNumber=p.serial)

    def after(self, p: MfaDeviceParams, value: Value) -> Value:
        return {**value, "device": OFF}

    def access_changes(self, aws_account: AwsAccount, p: MfaDeviceParams) -> Sequence[AccessChange]:
        return [CredentialFact(p.arn, DEVICE, False, p.serial)]

    def is_so_already(self, p: MfaDeviceParams) -> str:
        return f"The MFA device {p.serial} is nobody’s already."

    def limits(self, draft: Draft, p: MfaDeviceParams, value: Value) -> list[PlanFinding]:
        return self._last_factor(draft, p)

    def _last_factor(self, draft: Draft, p: MfaDeviceParams) -> list[PlanFinding]:
        user, earlier = self.row(draft, p), self.earlier(draft, p)
        if any(isinstance(step.operation, DeleteLogin) for step in earlier):
            return []
        off = {step.params.serial for step in earlier if step.operation is self} | {p.serial}
        others = [device for device in dependent_rows(draft, user, MfaDevice) if device.aws_id not in off]
        if others or not dependent_rows(draft, user, LoginProfile):
            return []
        words = f"It is the last MFA device of {self.named(p)}: the password alone is enough to sign in afterwards."
        return [PlanFinding("LAST_FACTOR", "warning", words, about=())]

    def dependent(self, p: MfaDeviceParams) -> tuple[str, bool] | None:
        return f"MFA device {p.serial}", False


class DeleteVirtualDevice(RemoveMfaDevice):
    aws_operation = "DeleteVirtualMFADevice"
    known_as = "iam.mfa.delete_virtual"
    permissions = (write("iam:DeleteVirtualMFADevice", "Delete virtual MFA devices.", iam_objects("mfa")),)
    risk = Risk.DESTRUCTIVE

    def title(self, p: MfaDeviceParams) -> str:
        return f"Delete the virtual MFA device {p.serial}"

    def note(self, p: MfaDeviceParams) -> str:
        return "Can’t be undone: its seed is gone, and the app’s codes are of no use any more."

    def calls(self, p: MfaDeviceParams) -> list[Call]:
        action = self.aws_operation
        return [Call("iam", action, {"SerialNumber": p.serial}, resource_arns=(p.serial,), actions=(f"iam:{action}",))]

    def after(self, p: MfaDeviceParams, value: Value) -> Value:
        return {**value, "device": GONE}

    def is_so_already(self, p: MfaDeviceParams) -> str:
        return f"The MFA device {p.serial} is gone already."

    def limits(self, draft: Draft, p: MfaDeviceParams, value: Value) -> list[PlanFinding]:
        if not p.is_virtual:
            return [PlanFinding("NOT_VIRTUAL", "error", f"{p.serial} isn’t a virtual device: to take it off is all.")]
        if value["device"] == ON:
            return [PlanFinding("DEVICE_IS_ON", "error", f"{p.serial} is in use: take it off its user first.")]
        return []
