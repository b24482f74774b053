"""Sessions, all or one, and devices that a pool remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cognito.models import CognitoUser
from cognito.people.operations.base import PersonOperation, PersonParams, UnseenOperation
from cognito.permissions import IDP
from sync.aws.client import AwsClient
from sync.mirror import Item, Reader
from sync.operations import BadParams, Call, Undo, Value
from sync.plan_draft import Draft


# ---- Ending all sessions, of which nothing shows; or one ({"sub", "open"}), where the pool tracks them -------------
class SignOut(UnseenOperation[PersonParams]):
    kind = "cognito.user.sign_out"
    only_takes = True
    aws_operation = "AdminUserGlobalSignOut"
    params_type = PersonParams

    def title(self, p: PersonParams) -> str:
        return f"Sign {p.sub} out everywhere"


@dataclass(frozen=True)
class SessionParams(PersonParams):
    session_id: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.session_id:
            raise BadParams("The id of the session is missing.")


class RevokeSession(PersonOperation[SessionParams]):
    """The mirror has no sessions: who proposes it has just seen that this one is open."""

    kind = "cognito.user.session.revoke"
    aws_operation = "AdminRevokeUserSession"
    about = "session"
    only_takes = True
    undo = Undo.NEVER
    params_type = SessionParams

    def title(self, p: SessionParams) -> str:
        return f"End the session {p.session_id} of {p.sub}"

    def calls(self, p: SessionParams) -> list[Call]:
        return self.sent(p, Username=p.called, SessionId=p.session_id)

    def part(self, p: SessionParams) -> str:
        return f"{super().part(p)} {p.session_id}"

    def describe_existing(self, value: Value) -> str:
        return "an open session" if value["open"] else "no such session"

    def of_row(self, draft: Draft, p: SessionParams, row: CognitoUser) -> Mapping[str, Value]:
        return {"open": True}

    def of_item(self, client: AwsClient, p: SessionParams, item: Item) -> Mapping[str, Value]:
        return {"open": p.session_id in {each["SessionId"] for each in sessions_of(client, p.pool_id, p.known_as)}}

    def after(self, p: SessionParams, value: Value) -> Value:
        return {**value, "open": False}


def sessions_of(client: Reader, pool_id: str, known_as: str) -> list[Item]:
    """Those that are open, by AWS's names: one page, of up to 125. Raises AwsError."""
    found: list[Item] = client.call(IDP, "AdminListUserSessions", UserPoolId=pool_id, Username=known_as)["Sessions"]
    return found


# ---- Devices that a pool remembers, so that people type no second factor there. The part is {"sub", "known"} -------
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

    def describe_existing(self, value: Value) -> str:
        return "a device that the pool remembers" if value["known"] else "no such device"

    def of_row(self, draft: Draft, p: RememberedDeviceParams, row: CognitoUser) -> Mapping[str, Value]:
        return {"known": True}

    def of_item(self, client: AwsClient, p: RememberedDeviceParams, item: Item) -> Mapping[str, Value]:
        return {"known": p.device_key in {each["DeviceKey"] for each in devices_of(client, p.pool_id, p.known_as)}}

    def after(self, p: RememberedDeviceParams, value: Value) -> Value:
        return {**value, "known": False}


def devices_of(client: Reader, pool_id: str, known_as: str) -> list[Item]:
    """By AWS's names. Raises AwsError."""
    pages = client.pages(IDP, "AdminListDevices", UserPoolId=pool_id, Username=known_as)
    return [device for page in pages for device in page.items.get("Devices") or ()]
