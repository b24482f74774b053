"""What somebody signs in with: passwords, and second factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cognito.models import CognitoUser
from cognito.people.messages import recovery_ways
from cognito.people.operations.base import PersonOperation, PersonParams, UnseenOperation
from cognito.people.operations.user_status import StatusOperation
from cognito.permissions import IDP, SET_PASSWORDS
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.operation_mixins import HasSecrets
from sync.operations import (
    BadParams,
    Call,
    Guarantee,
    PreviousAttempt,
    Risk,
    SealedParameter,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft
from sync.sealed import is_reference

# ---- Passwords. Parts: {"sub", "status"} of a reset; of a new password nothing shows -------------------------------
Status = CognitoUser.Status
# What pages call a password that the console thought up.
PASSWORD = "Password"  # noqa: S105  a name


class ResetPassword(StatusOperation[PersonParams]):
    """The old password is void at once, and AWS sends a code to set a new one."""

    kind = "cognito.user.reset_password"
    needed_for = SET_PASSWORDS
    aws_operation = "AdminResetUserPassword"
    params_type = PersonParams
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


# ---------------------------------------------------------------------------------------------------------------------
# Second factors. No list tells of them: AdminGetUser does, at the apply only, and AWS bills for that month then.
TOTP, SMS, EMAIL = "SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"
FACTORS: Mapping[str, tuple[str, str]] = {  # by AWS's name: what it is called here, and the parameter that sets it
    TOTP: ("authenticator app", "SoftwareTokenMfaSettings"),
    SMS: ("text message", "SMSMfaSettings"),
    EMAIL: ("e-mail", "EmailMfaSettings"),
}


@dataclass(frozen=True)
class PreferenceParams(PersonParams):
    """Factors by AWS's names. Those that are in neither list stay as they are."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    preferred: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if unknown := {*self.on, *self.off} - FACTORS.keys():
            raise BadParams(f"There is no second factor {min(unknown)}.")
        if set(self.on) & set(self.off) or (self.preferred and self.preferred not in self.on):
            raise BadParams("A factor is on or off, and the preferred one is on.")
        if not self.on and not self.off:
            raise BadParams("Say which factor is to be on or off.")


class SetPreference(UnseenOperation[PreferenceParams]):
    """The factors that were on before are in the result, for the reverse."""

    kind = "cognito.user.mfa.preference"
    needed_for = SET_PASSWORDS
    aws_operation = "AdminSetUserMFAPreference"
    undo = Undo.REVERSIBLE
    params_type = PreferenceParams
    bills = True

    def title(self, p: PreferenceParams) -> str:
        on, off = _named(p.on), _named(p.off)
        words = [f"on: {on}" if on else "", f"off: {off}" if off else ""]
        first = f", {_named([p.preferred])} first" if p.preferred else ""
        return f"Set the second factors of {p.sub}, {', '.join(filter(None, words))}{first}"

    def calls(self, p: PreferenceParams) -> list[Call]:
        return self.sent(p, Username=p.called, **_settings(p))

    def send(self, client: AwsClient, p: PreferenceParams) -> Mapping[str, Any]:
        before = read_factors(client, p)
        super().send(client, p)
        return before

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"before": dict(answer)}

    def reverse(self, p: PreferenceParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        """Of the factors that it set; where nobody knows what was before, nothing."""
        known = result.get("before")
        if known is None:
            return []
        set_here = [*p.on, *p.off]
        on = [factor for factor in set_here if factor in known["factors"]]
        off = [factor for factor in set_here if factor not in known["factors"]]
        preferred = known["preferred"] if known["preferred"] in on else ""
        return [self.spec_of(self.kind, p, "No message is sent.", on=on, off=off, preferred=preferred)]


class DeleteToken(PersonOperation[PersonParams]):
    """A lost authenticator app. Once it is gone, AWS finds none any more."""

    kind = "cognito.user.mfa.delete_totp"
    needed_for = SET_PASSWORDS
    aws_operation = "AdminDeleteSoftwareToken"
    about = "there"
    undo = Undo.NEVER
    params_type = PersonParams
    bills = True

    def title(self, p: PersonParams) -> str:
        return f"Remove the authenticator app of {p.sub}"

    def changes(self, p: PersonParams, value: Value) -> bool:
        return True

    def done(
        self, client: AwsClient, p: PersonParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        gone = live is not None and TOTP not in read_factors(client, p)["factors"]
        return StepResult() if gone else None


def read_factors(client: AwsClient, p: PersonParams) -> dict[str, Any]:
    """{"factors": those that are on, "preferred": the first or ""}. Raises AwsError."""
    described = client.at(p.region).call(IDP, "AdminGetUser", UserPoolId=p.pool_id, Username=p.known_as)
    factors = sorted(described.get("UserMFASettingList") or ())
    return {"factors": factors, "preferred": described.get("PreferredMfaSetting") or ""}


def _settings(p: PreferenceParams) -> dict[str, dict[str, bool]]:
    on = {FACTORS[each][1]: {"Enabled": True, "PreferredMfa": each == p.preferred} for each in p.on}
    return on | {FACTORS[each][1]: {"Enabled": False, "PreferredMfa": False} for each in p.off}


def _named(factors: Sequence[str]) -> str:
    return ", ".join(FACTORS[factor][0] for factor in factors)
