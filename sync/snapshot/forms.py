"""What owners give when they import a file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from accounts.models import AwsAccount
from sync.snapshot.importing import new_aws_account

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[AwsAccount]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm


class FileForm(forms.Form):
    """A newer file of an AWS account that the console knows from files."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ".json,.gz,application/json,application/gzip"}),
        error_messages={"empty": "The file is empty."},
    )
    taken_at = forms.DateTimeField(
        label="When the AWS CLI printed it",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    lift_brake = forms.BooleanField(
        label="Mark as gone what it no longer has, even if that is a large part of the mirror", required=False
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["file"].help_text = f"Plain or gzipped, up to {settings.IMPORT_MAX_MB} MB unpacked."
        zone = timezone.get_current_timezone_name()
        self.fields["taken_at"].help_text = f"Every page says how old that is. Time zone: {zone}."
        self.fields["taken_at"].widget.attrs |= {"data-modified-of": "id_file", "data-zone": zone}

    def refuse_too_long(self) -> None:
        """The file was dropped on its way in."""
        del self.errors["file"]
        self.add_error(
            "file",
            f"The file is larger than {settings.IMPORT_MAX_MB} MB. Gzip it, if it is that unpacked too: "
            "“manage.py import_snapshot” takes any size, and an owner of the machine can raise IMPORT_MAX_MB.",
        )

    @property
    def upload(self) -> UploadedFile[bytes]:
        found: UploadedFile[bytes] = self.cleaned_data["file"]
        return found

    @property
    def time(self) -> datetime:
        found: datetime = self.cleaned_data["taken_at"]
        return found


class NewAwsAccountForm(FileForm, ModelForm):
    """… and the AWS account that it is of."""

    lift_brake = None  # type: ignore[assignment]  # there is no mirror yet

    class Meta:
        model = AwsAccount
        fields = ("account_id", "name", "environment", "partition")
        widgets = {
            "account_id": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "mono"})
        }
        labels = {"account_id": "AWS account id", "name": "Name"}
        help_texts = {
            "account_id": "12 digits. The file must be of this one.",
            "name": "How pages name it, such as Acme.",
        }
        error_messages = {"account_id": {"unique": "The console has this AWS account already: import on its own page."}}

    def aws_account(self) -> AwsAccount:
        """Not saved yet."""
        return new_aws_account(**{name: self.cleaned_data[name] for name in self.Meta.fields})
