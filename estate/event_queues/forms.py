"""The forms of an AWS account's queues of events, and of pipelines."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import AwsAccount
from estate.event_queues.choices import OFFERED, EventChoice, chosen_in
from identities.models import IamRole
from sync.aws.target import global_region
from sync.event_queues.addresses import QueueAddress, read_address
from sync.schedule import enabled_regions


class EventTemplateForm(forms.Form):
    """Which template: for which Region, and whose events."""

    region = forms.ChoiceField(label="Region")
    services = forms.MultipleChoiceField(
        label="Besides IAM",
        required=False,
        choices=[(each.name, each.title) for each in OFFERED],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, aws_account: AwsAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.global_region = global_region(aws_account)
        others = sorted({*enabled_regions(aws_account)} - {self.global_region})
        first = f"{self.global_region}: IAM’s events, and Organizations’"
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)  # noqa: S101  it is declared above
        region.choices = [(self.global_region, first), *((each, each) for each in others)]
        region.initial = self.global_region

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "region" in cleaned and not self.chosen():
            words = f"{cleaned['region']} has no events of IAM: tick whose events the queue there is to get."
            self.add_error("services", words)
        return cleaned

    def chosen(self) -> list[EventChoice]:
        said = self.cleaned_data
        return chosen_in(said["region"], self.global_region, said.get("services", ()))


class QueueForm(forms.Form):
    url = forms.CharField(
        label="URL of the queue",
        max_length=300,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}),
        help_text="As the stack has it: QueueUrl.",
        error_messages={"required": "Enter the URL that the stack has as QueueUrl."},
    )

    def __init__(self, *args: Any, aws_account: AwsAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._aws_account = aws_account
        self.address: QueueAddress | None = None

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            self.address = read_address(url, self._aws_account)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return url


class PipelineForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="As drift is to say it, such as Terraform of the platform.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say what the pipeline is called."},
    )
    role = forms.CharField(
        label="Role",
        max_length=64,
        help_text="The role in this AWS account with which the pipeline makes its calls, by its name.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}),
        error_messages={"required": "Say with which role the pipeline works."},
    )

    def __init__(self, *args: Any, aws_account: AwsAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._aws_account = aws_account
        self.row: IamRole | None = None

    def clean_role(self) -> str:
        name = str(self.cleaned_data["role"]).strip()
        rows = IamRole.objects.live().filter(aws_account=self._aws_account, name_key=name.casefold())
        self.row = rows.first()
        if self.row is None:
            raise forms.ValidationError("The mirror of this AWS account has no role of that name.")
        if self.row.arn in (self._aws_account.read_role_arn, self._aws_account.write_role_arn):
            raise forms.ValidationError("This is the console’s own role: what others do with it is never accepted.")
        return name
