"""Passwords. Parts: {"sub", "status"} of a reset; of a new password nothing shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cognito.models import CognitoUser
from cognito.people.messages import recovery_ways
from cognito.people.operations.base import PersonParams, UnseenOperation
from cognito.people.operations.user_status import StatusOperation
from cognito.permissions import SET_PASSWORDS
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operation_mixins import HasSecrets
from sync.operations import BadParams, Call, Guarantee, PreviousAttempt, Risk, SealedParameter, StepResult, Undo, Value
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft
from sync.sealed import is_reference

Status = CognitoUser.Status
# What pages call a password that the console thought up.
PASSWORD = "Password"  # noqa: S105  a name


class ResetPassword(StatusOperation):
    """The old password is void at once, and AWS sends a code to set a new one."""

    kind = "cognito.user.reset_password"
    needed_for = SET_PASSWORDS
    aws_operation = "AdminResetUserPassword"
    guarantee = Guarantee.AT_MOST_ONCE
    undo = Undo.NEVER
    bills = True

    def title(self, p: PersonParams) -> str:
        return f"Reset the password of {p.sub}"

    def after(self, p: PersonParams, value: Value) -> Value:
        return {**value, "status": str(Status.RESET_REQUIRED)}

    def changes(self, p: PersonParams, value: Value) -> bool:
        return True  # once more: another code is sent

    def limits(self, draft: Draft, p: PersonParams, value: Value) -> list[PlanFinding]:
        if value["status"] == Status.FORCE_CHANGE_PASSWORD:
            words = f"{p.sub} still has a temporary password: invite them once more, or set another one."
            return [PlanFinding("WRONG_STATE", "error", words)]
        if value["status"] not in (Status.CONFIRMED, Status.RESET_REQUIRED):
            words = f"{p.sub} has the status {value['status']}: AWS resets the passwords of confirmed people only."
            return [PlanFinding("WRONG_STATE", "error", words)]
        return [] if is_placeholder(p.sub) else self._refusals(self.row(draft, p))

    def _refusals(self, person: CognitoUser) -> list[PlanFinding]:
        if not person.enabled:
            return [PlanFinding("DISABLED", "error", f"{person.aws_id} is disabled: enable them first.")]
        if not recovery_ways(person.pool):
            words = "In this pool only administrators reset passwords, and AWS sends no code: set one instead."
            return [PlanFinding("NO_RECOVERY", "error", words)]
        return []

    def done(
        self, client: AwsClient, p: PersonParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        return StepResult() if live is not None and live["status"] == Status.RESET_REQUIRED else None


@dataclass(frozen=True)
class PersonPasswordParams(PersonParams):
    password: str = ""  # the reference of the sealed text
    permanent: bool = False  # else they must choose a new one at the next sign-in
    made_up: bool = False  # by the console: whoever applies the change sees it once

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_reference(self.password):
            raise BadParams("A password is sealed before it becomes part of a plan.")


class SetPersonPassword(UnseenOperation[PersonPasswordParams], HasSecrets[PersonPasswordParams]):
    """Sending it again sets the same password again."""

    kind = "cognito.user.set_password"
    needed_for = SET_PASSWORDS
    aws_operation = "AdminSetUserPassword"
    risk = Risk.SECRET
    params_type = PersonPasswordParams
    bills = True

    def title(self, p: PersonPasswordParams) -> str:
        return f"Set {'a' if p.permanent else 'a temporary'} password for {p.sub}"

    def note(self, p: PersonPasswordParams) -> str:
        then = "It stays until somebody changes it." if p.permanent else "It must be changed at the next sign-in."
        return f"{p.said} {then}".strip()

    def calls(self, p: PersonPasswordParams) -> list[Call]:
        return self.sent(p, Username=p.called, Password=SealedParameter(p.password), Permanent=p.permanent)

    def made_up(self, p: PersonPasswordParams) -> Mapping[str, str]:
        return {PASSWORD: p.password} if p.made_up else {}
