"""The credentials of a user: forms about one of them, which the address names (`?key=AKIA…`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount, Operator
from iamconsole.web.words import ago, counted
from identities.models import AccessKey, Credential, MfaDevice, ServiceCredential, SigningCertificate, SshKey
from identities.operations.credentials.of_user import delete_key, on_user, rotate_key
from objects.object_actions import ActionForm
from sync.operations import Refusal, StepSpec

Asked = Mapping[str, str] | None
_LABELS = {
    "key": "Access key",
    "serial": "MFA device",
    "certificate": "Signing certificate",
    "ssh_key": "SSH key",
    "credential": "Service credential",
}


class OfOneForm(ActionForm):
    """About one of the user's credentials of a kind; `of` is the field that names it."""

    of: ClassVar[str]
    model: ClassVar[type[Credential]]

    def __init__(
        self, aws_account: AwsAccount, targets: Sequence[Any], operator: Operator, asked: Asked = None, *args: Any
    ) -> None:
        super().__init__(aws_account, targets, operator, asked, *args)
        self.initial[self.of] = (asked or {}).get(self.of)
        self.rows = {row.aws_id: row for row in self.there()}
        self.fields[self.of] = forms.ChoiceField(
            label=_LABELS[self.of],
            choices=[(each, said_of(row)) for each, row in self.rows.items()],
            help_text="" if self.rows else "There is none that this can be done with.",
        )
        self.order_fields([self.of, *self.fields])

    def there(self) -> Any:
        """Those that it can be about."""
        return self.model.objects.live().filter(user=self.target).select_related("user").order_by("pk")

    @property
    def chosen(self) -> Any:
        return self.rows[self.cleaned_data[self.of]]

    def on(self, kind: str, **more: Any) -> StepSpec:
        return on_user(self.target, kind, **{self.of: self.cleaned_data[self.of]}, **more)


def said_of(row: Any) -> str:
    """ "AKIA…, active, 120 days old, used 3 days ago"."""
    described = [row.name, "" if isinstance(row, MfaDevice) else row.status.lower()]
    if row.days is not None:
        described.append(f"{counted(row.days, 'day')} old")
    if isinstance(row, AccessKey) and row.last_used_at:
        described.append(f"used {ago(row.last_used_at)}")
    if isinstance(row, ServiceCredential):
        described.insert(1, row.service)
    return ", ".join(part for part in described if part)


# ---- Access keys ---------------------------------------------------------------------------------------------------
class NewKeyForm(ActionForm):
    heading = "New access key for {names}"
    about = (
        "With it a program calls AWS as this user. AWS shows its secret once: the operator who applies the change "
        "sees it on the change’s page, for 15 minutes. To replace a key, rotate it instead."
    )

    def steps(self) -> Sequence[StepSpec]:
        return [on_user(target, "iam.key.create") for target in self.targets]


class KeyForm(OfOneForm):
    of, model = "key", AccessKey
    status: ClassVar[str] = ""  # of those that it can be about; "" for all

    def there(self) -> Any:
        return super().there().filter(status=self.status) if self.status else super().there()


class DeactivateKeyForm(KeyForm):
    heading = "Deactivate an access key of {names}"
    about = "AWS refuses what still uses it, within about a minute. It can be activated again at any time."
    status = Credential.Status.ACTIVE

    def steps(self) -> Sequence[StepSpec]:
        return [self.on("iam.key.deactivate")]


class ActivateKeyForm(KeyForm):
    heading = "Activate an access key of {names}"
    about = "Whoever has its secret can use it again."
    status = Credential.Status.INACTIVE

    def steps(self) -> Sequence[StepSpec]:
        return [self.on("iam.key.activate")]


class DeleteKeyForm(KeyForm):
    heading = "Delete an access key of {names}"
    about = "Nobody can bring it back. Only one that is inactive is deleted: so whoever uses it notices in time."
    status = Credential.Status.INACTIVE

    def steps(self) -> Sequence[StepSpec]:
        return delete_key(self.chosen)


class RotateKeyForm(KeyForm):
    heading = "Rotate an access key of {names}"
    about = (
        "The change creates a new key and shows its secret once to the operator who applies it. Once the new key was "
        "used and the old one wasn’t for some days, it deactivates the old key, and deletes it some days later. Until "
        "then everything can be undone."
    )
    status = Credential.Status.ACTIVE
    quiet_days = forms.IntegerField(
        label="Days unused",
        initial=3,
        min_value=0,
        max_value=90,
        help_text="Days without any use of the old key before it is deactivated.",
    )
    soak_days = forms.IntegerField(
        label="Days inactive",
        initial=3,
        min_value=0,
        max_value=90,
        help_text="Days between deactivation and deletion of the old key.",
    )

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return rotate_key(self.chosen, quiet_days=cleaned["quiet_days"], soak_days=cleaned["soak_days"])

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return self.cleaned_data["title"] or f"Rotate the access key {self.chosen.name} of {self.target.name}"


class StaleKeysForm(ActionForm):
    heading = "Deactivate stale access keys of {names}"
    about = "Keys that were created and last used before that day. They can be activated again at any time."
    days = forms.IntegerField(label="Not used for so many days", initial=90, min_value=1, max_value=3650)

    def steps(self) -> Sequence[StepSpec]:
        keys = AccessKey.objects.live().filter(user__in=self.targets, status=Credential.Status.ACTIVE)
        stale = [key for key in keys.select_related("user").order_by("pk") if key.is_idle(self.cleaned_data["days"])]
        if not stale:
            raise Refusal("There is no active key that wasn’t used for so long.")
        return [on_user(key.user, "iam.key.deactivate", key=key.aws_id) for key in stale]


# ---- Certificates, SSH keys, service credentials -------------------------------------------------------------------
class SwitchForm(OfOneForm):
    """Switches on what is off, and off what is on."""

    about = (
        "What is active becomes inactive, and AWS refuses it; what is inactive becomes active. Either can be undone."
    )
    kind: ClassVar[str]

    def steps(self) -> Sequence[StepSpec]:
        return [self.on(self.kind, active=not self.chosen.is_active)]


class DeleteOneForm(OfOneForm):
    about = "Nobody can bring it back."
    kind: ClassVar[str]

    def steps(self) -> Sequence[StepSpec]:
        return [self.on(self.kind)]


class SwitchCertificateForm(SwitchForm):
    heading = "Switch a signing certificate of {names} on or off"
    of, model, kind = "certificate", SigningCertificate, "iam.signing_cert.set_status"


class DeleteCertificateForm(DeleteOneForm):
    heading = "Delete a signing certificate of {names}"
    of, model, kind = "certificate", SigningCertificate, "iam.signing_cert.delete"


class SwitchSshKeyForm(SwitchForm):
    heading = "Switch an SSH key of {names} on or off"
    of, model, kind = "ssh_key", SshKey, "iam.ssh_key.set_status"


class DeleteSshKeyForm(DeleteOneForm):
    heading = "Delete an SSH key of {names}"
    of, model, kind = "ssh_key", SshKey, "iam.ssh_key.delete"


class SwitchServiceCredentialForm(SwitchForm):
    heading = "Switch a service credential of {names} on or off"
    of, model, kind = "credential", ServiceCredential, "iam.svc_cred.set_status"


class DeleteServiceCredentialForm(DeleteOneForm):
    heading = "Delete a service credential of {names}"
    of, model, kind = "credential", ServiceCredential, "iam.svc_cred.delete"


class ResetServiceCredentialForm(DeleteOneForm):
    heading = "Give a service credential of {names} a new secret"
    about = "The old secret ends at once. Whoever applies the change sees the new one on its page, for 15 minutes."
    of, model, kind = "credential", ServiceCredential, "iam.svc_cred.reset"


class NewServiceCredentialForm(ActionForm):
    heading = "New service credential for {names}"
    about = (
        "For one service only. AWS shows its secret once: the operator who applies the change sees it for 15 minutes."
    )
    service = forms.ChoiceField(
        choices=[
            ("codecommit.amazonaws.com", "CodeCommit: user name and password for Git"),
            ("cassandra.amazonaws.com", "Keyspaces: user name and password"),
            ("bedrock.amazonaws.com", "Bedrock: API key"),
            ("logs.amazonaws.com", "CloudWatch Logs: API key"),
        ]
    )
    days = forms.IntegerField(
        label="Days until it runs out",
        required=False,
        min_value=1,
        max_value=36_600,
        help_text="Left empty, it never does.",
    )

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [on_user(self.target, "iam.svc_cred.create", service=cleaned["service"], days=cleaned["days"] or 0)]


class UploadCredentialForm(ActionForm):
    kind: ClassVar[str]
    body = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}))

    def steps(self) -> Sequence[StepSpec]:
        return [on_user(self.target, self.kind, body=self.cleaned_data["body"].replace("\r\n", "\n").strip())]


class UploadSigningCertificateForm(UploadCredentialForm):
    heading = "Upload a signing certificate for {names}"
    about = "X.509, in PEM: it begins with BEGIN CERTIFICATE. Never paste the private key."
    kind = "iam.signing_cert.upload"


class UploadSshKeyForm(UploadCredentialForm):
    heading = "Upload an SSH key for {names}"
    about = "The public one, for CodeCommit: ssh-rsa or PEM, of 2048 bits or more. Never paste the private key."
    kind = "iam.ssh_key.upload"
