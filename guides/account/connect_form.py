"""Which AWS account is connected by the stack with the console's role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.conf import settings
from django.http import QueryDict

from accounts.models import AwsAccount
from guides.account import stack
from sync.connect import external_id_for
from sync.forms import ConnectForm

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[AwsAccount]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm


class FirstAwsAccountForm(ModelForm):
    """What is typed stands in the address of the page: it can be left, and opened again by a colleague."""

    class Meta(ConnectForm.Meta):
        fields = ("account_id", "name", "environment", "partition", "default_region", "emulated")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.AWS_EMULATOR_URL:
            del self.fields["emulated"]
        else:
            self.fields["emulated"].label = "The emulator plays AWS"
            self.fields["emulated"].help_text = ""

    @classmethod
    def of(cls, typed: QueryDict) -> Self:
        """An AWS account that was imported from a file keeps its mirror and gets a connection."""
        return cls(typed, instance=AwsAccount.objects.imported().filter(account_id=typed.get("account_id")).first())

    def aws_account(self) -> AwsAccount:
        """Of the valid form, not saved: connected by the role of the stack, to read only."""
        made = self.save(commit=False)
        made.connection = AwsAccount.Connection.ASSUME_ROLE
        made.read_role_arn = stack.role_arn(made.partition, made.account_id)
        made.write_role_arn = ""
        made.external_id = external_id_for(made.account_id)
        return made
