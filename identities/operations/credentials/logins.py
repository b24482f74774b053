"""The password for AWS's own console. The part is {"object": "AIDA…", "made": "2026-…"}; None for no password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accounts.models import AwsAccount
from identities.credentials.base import plain
from identities.credentials.mirrors import LOGIN
from identities.models import LoginProfile
from identities.operations.credentials.of_user import UserCredentialOperation
from identities.operations.dependents import dependent_rows
from identities.operations.owners import OwnerParams
from policies import holdings
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operation_mixins import HasSecrets
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    PreviousAttempt,
    Refusal,
    Risk,
    SealedParameter,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import is_reference

# What pages call a password that the console thought up.
PASSWORD = "Console password"  # noqa: S105  a name


@dataclass(frozen=True)
class ConsolePasswordParams(OwnerParams):
    password: str  # the reference of the sealed text
    reset_required: bool = True  # its user must choose a new one at the next sign-in
    made_up: bool = False  # by the console: whoever applies the change sees it once

    def __post_init__(self) -> None:
        if not is_reference(self.password):
            raise BadParams("A password is sealed before it becomes part of a plan.")


P = TypeVar("P", bound=OwnerParams)


class LoginOperation(UserCredentialOperation[P]):
    facet = LOGIN.source
    needed_for = "Give users a password for AWS's own console, reset it, or take it away."

    def part(self, p: P) -> str:
        return f"login:{p.arn}"

    def describe_existing(self, value: Value) -> str:
        return f"a console password, since {value['made'][:10]}" if value["made"] else "no console password"

    def mirrored(self, draft: Draft, p: P) -> Value:
        user = self.row(draft, p)
        row = next(iter(dependent_rows(draft, user, LoginProfile)), None)
        return {"object": user.aws_id, "made": row.created_at.isoformat() if row and row.created_at else None}

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        profile = next(iter(LOGIN.entries(client, named["UserName"])), None)
        return {"made": plain("created_at", profile["CreateDate"]) if profile else None}

    def is_so_already(self, p: P) -> str:
        return f"{self.named(p)} has no console password."


class SetConsolePassword(LoginOperation[ConsolePasswordParams], HasSecrets[ConsolePasswordParams]):
    risk = Risk.SECRET
    params_type = ConsolePasswordParams

    def calls(self, p: ConsolePasswordParams) -> list[Call]:
        return self.call(
            p, self.aws_operation, Password=SealedParameter(p.password), PasswordResetRequired=p.reset_required
        )

    def access_changes(self, aws_account: AwsAccount, p: ConsolePasswordParams) -> Sequence[AccessChange]:
        return [holdings.CredentialFact(p.arn, holdings.PASSWORD, True, new=not self.shows)]

    def made_up(self, p: ConsolePasswordParams) -> Mapping[str, str]:
        return {PASSWORD: p.password} if p.made_up else {}


class CreateLogin(SetConsolePassword):
    known_as = "iam.login.create"
    aws_operation = "CreateLoginProfile"
    guarantee = Guarantee.DETECTABLE

    def title(self, p: ConsolePasswordParams) -> str:
        return f"Give {self.named(p)} a console password"

    def note(self, p: ConsolePasswordParams) -> str:
        return "It must be changed at the first sign-in." if p.reset_required else "It stays until somebody changes it."

    def after(self, p: ConsolePasswordParams, value: Value) -> Value:
        return {**value, "made": ""}

    def is_so_already(self, p: ConsolePasswordParams) -> str:
        words = f"{self.named(p)} has a console password already: reset it instead."
        return f"{words[0].upper()}{words[1:]}"

    def limits(self, draft: Draft, p: ConsolePasswordParams, value: Value) -> list[PlanFinding]:
        if value["made"] is None:
            return []
        return [PlanFinding("HAS_PASSWORD", "error", self.is_so_already(p))]

    def done(
        self, client: AwsClient, p: ConsolePasswordParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One that wasn't there before our first try, and was made since then."""
        before = tried[0].found
        if not live or not live["made"] or not before or before["made"] or live["object"] != before["object"]:
            return None
        return StepResult() if tried[0].may_have_made(live["made"]) else None

    def dependent(self, p: ConsolePasswordParams) -> tuple[str, bool] | None:
        return "password", True

    def reverse(self, p: ConsolePasswordParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(DeleteLogin.known_as, {"arn": p.arn})]


class ResetLogin(SetConsolePassword):
    """Sending it again sets the same password again."""

    known_as = "iam.login.reset"
    aws_operation = "UpdateLoginProfile"
    shows = False
    undo = Undo.NEVER

    def title(self, p: ConsolePasswordParams) -> str:
        return f"Reset the console password of {self.named(p)}"

    def note(self, p: ConsolePasswordParams) -> str:
        must = " It must be changed at the next sign-in." if p.reset_required else ""
        return f"Can’t be undone: nobody knows the old one. Sessions that are open go on.{must}"

    def mirrored(self, draft: Draft, p: ConsolePasswordParams) -> Value:
        value = super().mirrored(draft, p)
        if value["made"] is None:
            raise Refusal(f"The mirror has no console password of {self.named(p)}: pull, or give it one.")
        return value


class DeleteLogin(LoginOperation[OwnerParams]):
    aws_operation = "DeleteLoginProfile"
    known_as = "iam.login.delete"
    undo = Undo.NEVER
    params_type = OwnerParams

    def title(self, p: OwnerParams) -> str:
        return f"Delete the console password of {self.named(p)}"

    def note(self, p: OwnerParams) -> str:
        return "The password can’t come back; a new one can be given. Access keys and open sessions go on."

    def calls(self, p: OwnerParams) -> list[Call]:
        return self.call(p, self.aws_operation)

    def after(self, p: OwnerParams, value: Value) -> Value:
        return {**value, "made": None}

    def access_changes(self, aws_account: AwsAccount, p: OwnerParams) -> Sequence[AccessChange]:
        return [holdings.CredentialFact(p.arn, holdings.PASSWORD, False)]

    def dependent(self, p: OwnerParams) -> tuple[str, bool] | None:
        return "password", False
