"""Devices that a pool remembers, so that people type no second factor there. The part is {"sub", "known"}."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cognito.models import CognitoUser
from cognito.people.operations.base import PersonOperation, PersonParams
from cognito.pools.mirrors.pool import IDP
from sync.aws.client import AwsClient
from sync.mirror import Item, Reader
from sync.operations import BadParams, Call, Undo, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class RememberedDeviceParams(PersonParams):
    device_key: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.device_key:
            raise BadParams("The key of the device is missing.")


class ForgetDevice(PersonOperation[RememberedDeviceParams]):
    """The mirror has no devices: who proposes it has just seen that the pool remembers this one."""

    kind = "cognito.user.device.forget"
    aws_operation = "AdminForgetDevice"
    about = "device"
    undo = Undo.NEVER
    params_type = RememberedDeviceParams
    bills = True

    def title(self, p: RememberedDeviceParams) -> str:
        return f"Forget the device {p.device_key} of {p.sub}"

    def note(self, p: RememberedDeviceParams) -> str:
        return f"{p.said} The pool remembers it again where they sign in with it and say so.".strip()

    def calls(self, p: RememberedDeviceParams) -> list[Call]:
        return self.sent(p, Username=p.called, DeviceKey=p.device_key)

    def part(self, p: RememberedDeviceParams) -> str:
        return f"{super().part(p)} {p.device_key}"

    def describe(self, value: Value) -> str:
        if value is None:
            return "nobody of that sub"
        return "a device that the pool remembers" if value["known"] else "no such device"

    def of_row(self, draft: Draft, p: RememberedDeviceParams, row: CognitoUser) -> Mapping[str, Value]:
        return {"known": True}

    def of_item(self, client: AwsClient, p: RememberedDeviceParams, item: Item) -> Mapping[str, Value]:
        return {"known": p.device_key in {each["DeviceKey"] for each in devices_of(client, p.pool_id, p.known_as)}}

    def after(self, p: RememberedDeviceParams, value: Value) -> Value:
        return {**value, "known": False}


def devices_of(client: Reader, pool_id: str, known_as: str) -> list[Item]:
    """By AWS's names. Raises what the door raises."""
    pages = client.pages(IDP, "AdminListDevices", UserPoolId=pool_id, Username=known_as)
    return [device for page in pages for device in page.items.get("Devices") or ()]
