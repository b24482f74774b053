"""Second factors. No list tells of them: AdminGetUser does, at the apply only, and AWS bills for that month then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cognito.people.operations.base import PersonOperation, PersonParams, UnseenOperation
from cognito.permissions import SET_PASSWORDS
from cognito.pools.mirrors.pool import IDP
from sync.aws.client import AwsClient
from sync.operations import BadParams, Call, PreviousAttempt, StepResult, StepSpec, Undo, Value

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

    def describe(self, value: Value) -> str:
        return "nobody of that sub" if value is None else "the person"

    def after(self, p: PersonParams, value: Value) -> Value:
        return value

    def changes(self, p: PersonParams, value: Value) -> bool:
        return True

    def done(
        self, client: AwsClient, p: PersonParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        gone = live is not None and TOTP not in read_factors(client, p)["factors"]
        return StepResult() if gone else None


def read_factors(client: AwsClient, p: PersonParams) -> dict[str, Any]:
    """{"factors": those that are on, "preferred": the first or ""}. Raises what the door raises."""
    described = client.at(p.region).call(IDP, "AdminGetUser", UserPoolId=p.pool_id, Username=p.known_as)
    factors = sorted(described.get("UserMFASettingList") or ())
    return {"factors": factors, "preferred": described.get("PreferredMfaSetting") or ""}


def _settings(p: PreferenceParams) -> dict[str, dict[str, bool]]:
    on = {FACTORS[each][1]: {"Enabled": True, "PreferredMfa": each == p.preferred} for each in p.on}
    return on | {FACTORS[each][1]: {"Enabled": False, "PreferredMfa": False} for each in p.off}


def _named(factors: Sequence[str]) -> str:
    return ", ".join(FACTORS[factor][0] for factor in factors)
