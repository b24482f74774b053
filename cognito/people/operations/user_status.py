"""Whether somebody may sign in: enabled or not, confirmed, deleted. Parts: {"sub", "enabled"}; {"sub", "status"}."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from accounts.roles import PROPOSE
from cognito.models import AppClient, CognitoUser, UserPool
from cognito.people.messages import code_goes_to
from cognito.people.operations.base import PersonOperation, PersonParams
from cognito.permissions import IDP
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.mirror import Item
from sync.operations import (
    BadParams,
    Call,
    DeletesObject,
    Guarantee,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

Status = CognitoUser.Status


class EnabledOperation(PersonOperation[PersonParams]):
    about = "enabled"
    params_type = PersonParams

    def describe_existing(self, value: Value) -> str:
        return "an enabled person" if value["enabled"] else "a disabled person"

    def of_row(self, draft: Draft, p: PersonParams, row: CognitoUser) -> Mapping[str, Value]:
        return {"enabled": row.enabled}

    def of_new(self, draft: Draft, p: PersonParams) -> Mapping[str, Value]:
        return {"enabled": True}

    def of_item(self, client: AwsClient, p: PersonParams, item: Item) -> Mapping[str, Value]:
        return {"enabled": item.get("Enabled", True)}


class SetEnabled(EnabledOperation):
    enables: ClassVar[bool]
    opposite: ClassVar[str]

    def after(self, p: PersonParams, value: Value) -> Value:
        return {**value, "enabled": self.enables}

    def is_so_already(self, p: PersonParams) -> str:
        return f"{p.sub} is {'enabled' if self.enables else 'disabled'} already."

    def reverse(self, p: PersonParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.spec_of(self.opposite, p, "No message is sent.")]


class EnablePerson(SetEnabled):
    kind = "cognito.user.enable"
    opposite = "cognito.user.disable"
    aws_operation = "AdminEnableUser"
    enables = True

    def title(self, p: PersonParams) -> str:
        return f"Enable {p.sub}"


class DisablePerson(SetEnabled):
    kind = "cognito.user.disable"
    only_takes = True
    bills = True
    opposite = "cognito.user.enable"
    aws_operation = "AdminDisableUser"
    enables = False

    def title(self, p: PersonParams) -> str:
        return f"Disable {p.sub}"


P = TypeVar("P", bound=PersonParams)


class StatusOperation(PersonOperation[P]):
    about = "status"

    def describe_existing(self, value: Value) -> str:
        return f"the status {value['status']}"

    def of_row(self, draft: Draft, p: P, row: CognitoUser) -> Mapping[str, Value]:
        return {"status": row.status}

    def of_new(self, draft: Draft, p: P) -> Mapping[str, Value]:
        return {"status": str(Status.FORCE_CHANGE_PASSWORD)}

    def of_item(self, client: AwsClient, p: P, item: Item) -> Mapping[str, Value]:
        return {"status": str(item.get("UserStatus", ""))}


class ConfirmPerson(StatusOperation[PersonParams]):
    """Without a code. It verifies no address. Said twice, AWS refuses the second."""

    kind = "cognito.user.confirm"
    aws_operation = "AdminConfirmSignUp"
    params_type = PersonParams
    guarantee = Guarantee.DETECTABLE
    undo = Undo.NEVER
    bills = True

    def title(self, p: PersonParams) -> str:
        return f"Confirm the sign-up of {p.sub}"

    def note(self, p: PersonParams) -> str:
        return f"{p.said} The e-mail address and the phone number stay as verified as they are.".strip()

    def after(self, p: PersonParams, value: Value) -> Value:
        return {**value, "status": str(Status.CONFIRMED)}

    def is_so_already(self, p: PersonParams) -> str:
        return self._not_with(p, str(Status.CONFIRMED))

    def limits(self, draft: Draft, p: PersonParams, value: Value) -> list[PlanFinding]:
        if value["status"] == Status.UNCONFIRMED:
            return []
        return [PlanFinding("WRONG_STATE", "error", self._not_with(p, value["status"]))]

    def _not_with(self, p: PersonParams, status: str) -> str:
        return f"{p.sub} has the status {status}: only who never finished signing up can be confirmed."


# ---- The code of a sign-up, sent once more. The part is {"sub", "status"} ------------------------------------------
# AWS has no call of administrators for it: ResendConfirmationCode is what the person's own app calls, by an app
# client and without a signature. So it goes out as from that app, and takes no right of the console's.
@dataclass(frozen=True)
class CodeParams(PersonParams):
    client_id: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.client_id:
            raise BadParams("The id of an app client is missing.")


class ResendCode(StatusOperation[CodeParams]):
    kind = "cognito.user.resend_code"
    permissions = ()  # its call isn't signed
    aws_operation = "ResendConfirmationCode"
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.NEVER
    shows = False
    params_type = CodeParams
    bills = True

    def title(self, p: CodeParams) -> str:
        return f"Send {p.sub} the code of the sign-up once more"

    def note(self, p: CodeParams) -> str:
        return f"{p.said} The code that was sent before is void.".strip()

    def calls(self, p: CodeParams) -> list[Call]:
        sent = {"ClientId": p.client_id, "Username": p.called}
        return [Call(IDP, self.aws_operation, sent, resource_arns=(), actions=(), region=p.region)]

    def send(self, client: AwsClient, p: CodeParams) -> Mapping[str, Any]:
        return super().send(client.as_app(), p)

    def limits(self, draft: Draft, p: CodeParams, value: Value) -> list[PlanFinding]:
        if value["status"] != CognitoUser.Status.UNCONFIRMED:
            words = f"{p.sub} has the status {value['status']}: only who never finished signing up waits for a code."
            return [PlanFinding("WRONG_STATE", "error", words)]
        pool = self.row(draft, p).pool
        if not code_goes_to(pool):
            return [PlanFinding("NO_CODE", "error", f"{pool.name} verifies nothing at sign-up, so AWS sends no code.")]
        if p.client_id not in {client.aws_id for client in clients_without_secret(pool)}:
            words = f"{pool.name} has no app client {p.client_id} without a secret: the call takes one."
            return [PlanFinding("NO_CLIENT", "error", words)]
        return []


def clients_without_secret(pool: UserPool) -> list[AppClient]:
    """Those by which the console can ask: with a secret, Cognito wants a hash that only the app can make."""
    return list(AppClient.objects.live().filter(pool=pool, has_secret=False).order_by("name_key"))


# ---- The end of a person: for ever, under a new `sub` if she signs up again ----------------------------------------
class DeletePerson(EnabledOperation, DeletesObject[PersonParams]):
    kind = "cognito.user.delete"
    aws_operation = "AdminDeleteUser"
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    needs = PROPOSE
    only_takes = True
    bills = True

    def title(self, p: PersonParams) -> str:
        return f"Delete {p.sub}"

    def note(self, p: PersonParams) -> str:
        words = "Can’t be undone: who signs up again gets a new sub. What identity pools know of them stays."
        return f"{p.said} {words}".strip()

    def limits(self, draft: Draft, p: PersonParams, value: Value) -> list[PlanFinding]:
        if value is None or not value["enabled"]:
            return []
        words = f"{p.sub} is enabled: disable them first, so that nobody is deleted who still signs in."
        return [PlanFinding("STILL_ENABLED", "error", words)]

    def deletes(self, p: PersonParams) -> str:
        return next(iter(self.objects(p)), "")
