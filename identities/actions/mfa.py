"""The MFA devices of a user: making one, switching it on with two codes, bringing it into step, taking it off."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount
from identities.account.selectors import settings_of
from identities.actions.credentials import OfOneForm
from identities.models import MfaDevice
from identities.operations.credentials.mfa_enrolment import LONGEST_NAME
from identities.operations.credentials.of_user import on_user
from objects.object_actions import ActionForm
from sync.operations import StepSpec
from sync.sealed import keep_typed

_TWO_CODES = (
    "Ask its user for two codes that follow one another, and apply the change at once: codes are good for 5 minutes. "
    "Where this AWS account asks for approval first, that must come as fast."
)


def serial_of(aws_account: AwsAccount, name: str) -> str:
    """Of a virtual device of that name."""
    return f"arn:{aws_account.partition}:iam::{aws_account.account_id}:mfa/{name}"


class NewDeviceForm(ActionForm):
    named_otherwise = MappingProxyType({"serial": "name"})
    heading = "New MFA device for {names}"
    about = (
        "An authenticator app. AWS shows its secret once: the operator who applies the change sees it, also as a QR "
        "code, on the change’s page, for 15 minutes. The user scans it; then two codes from the app activate the "
        "device. A hardware device only has to be activated."
    )
    name = forms.RegexField(
        r"^[\w+=,.@-]+\Z",
        max_length=LONGEST_NAME,
        help_text="Unique in the AWS account.",
        error_messages={"invalid": "Letters, digits and +=,.@_- only."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": self.target.name, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        serial = serial_of(self.aws_account, self.cleaned_data["name"])
        return [on_user(self.target, "iam.mfa.create_virtual", serial=serial)]


class CodeField(forms.RegexField):
    """No page ever has it again: after a mistake it has to be typed anew."""

    def __init__(self, label: str) -> None:
        super().__init__(
            r"^[0-9]{6}\Z",
            label=label,
            error_messages={"invalid": "A code has 6 digits."},
            widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        )


class CodesForm(forms.Form):
    """Two codes of a device; derive from it and from ActForm. `kind` is that of the step."""

    kind: ClassVar[str]
    code1 = CodeField("First code")
    code2 = CodeField("The code after it")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("code1") and cleaned.get("code1") == cleaned.get("code2"):
            self.add_error("code2", "That is the same code: wait until the device shows the next one.")
        return cleaned


class EnableMfaDeviceForm(CodesForm, ActionForm):
    heading = "Switch on an MFA device for {names}"
    about = _TWO_CODES
    kind = "iam.mfa.enable"
    serial = forms.RegexField(
        r"^[\w+=/:,.@-]+\Z",
        min_length=9,
        max_length=256,
        label="Serial number",
        help_text="For hardware, the number printed on it; for an app, the ARN of the virtual device: arn:aws:iam:…",
        error_messages={"invalid": "Letters, digits and +=/:,.@_- only."},
    )
    field_order = ("serial", "code1", "code2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account, own = settings_of(self.aws_account), serial_of(self.aws_account, self.target.name)
        if account is not None and own in (account.unassigned_mfa or ()):
            self.initial = {"serial": own, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        return [with_codes(self, self.kind, self.cleaned_data["serial"])]


class ResyncForm(CodesForm, OfOneForm):
    heading = "Bring an MFA device of {names} into step"
    about = f"For a device whose codes AWS refuses, because its clock is off. {_TWO_CODES}"
    kind = "iam.mfa.resync"
    of, model = "serial", MfaDevice

    def there(self) -> Any:
        """A passkey gives no codes."""
        return super().there().exclude(factor=MfaDevice.Factor.PASSKEY)

    def steps(self) -> Sequence[StepSpec]:
        return [with_codes(self, self.kind, self.cleaned_data["serial"])]


def with_codes(form: ActionForm, kind: str, serial: str) -> StepSpec:
    codes = {
        name: keep_typed(form.cleaned_data[name], name="MFA code", aws_account=form.aws_account, operator=form.operator)
        for name in ("code1", "code2")
    }
    return on_user(form.target, kind, serial=serial, **codes)


class MfaOffForm(OfOneForm):
    heading = "Take an MFA device off {names}"
    about = (
        "For a device that is lost or broken. To switch one on again takes two codes from it; of a passkey, a touch of "
        "its user."
    )
    of, model = "serial", MfaDevice
    delete = forms.BooleanField(
        label="Delete the device too, where it is virtual",
        required=False,
        initial=True,
        help_text="Otherwise the device stays in the AWS account, without a user.",
    )

    def steps(self) -> Sequence[StepSpec]:
        deletes = self.cleaned_data["delete"] and self.chosen.factor == MfaDevice.Factor.APP
        return [self.on("iam.mfa.deactivate"), *([self.on("iam.mfa.delete_virtual")] if deletes else [])]
