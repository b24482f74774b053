"""Whether somebody may sign in: enabled or not, and confirmed. Parts: {"sub", "enabled"}; {"sub", "status"}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cognito.models import CognitoUser
from cognito.people.operations.base import PersonOperation, PersonParams
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.mirror import Item
from sync.operations import Guarantee, StepSpec, Undo, Value
from sync.plan_draft import Draft

Status = CognitoUser.Status


def status_words(value: Value) -> str:
    return "nobody of that sub" if value is None else f"the status {value['status']}"


class EnabledOperation(PersonOperation[PersonParams]):
    about = "enabled"
    params_type = PersonParams

    def describe(self, value: Value) -> str:
        if value is None:
            return "nobody of that sub"
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


class StatusOperation(PersonOperation[PersonParams]):
    about = "status"
    params_type = PersonParams

    def describe(self, value: Value) -> str:
        return status_words(value)

    def of_row(self, draft: Draft, p: PersonParams, row: CognitoUser) -> Mapping[str, Value]:
        return {"status": row.status}

    def of_new(self, draft: Draft, p: PersonParams) -> Mapping[str, Value]:
        return {"status": str(Status.FORCE_CHANGE_PASSWORD)}

    def of_item(self, client: AwsClient, p: PersonParams, item: Item) -> Mapping[str, Value]:
        return {"status": str(item.get("UserStatus", ""))}


class ConfirmPerson(StatusOperation):
    """Without a code. It verifies no address. Said twice, AWS refuses the second."""

    kind = "cognito.user.confirm"
    aws_operation = "AdminConfirmSignUp"
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
