"""What owners type on the page of an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import Group

from accounts.models import AwsAccount, Operator
from accounts.roles import Role

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[AwsAccount]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm


def reason_field() -> forms.CharField:
    return forms.CharField(label="Reason", max_length=1000, required=False, help_text="The audit trail keeps it.")


class AwsAccountForm(ModelForm):
    class Meta:
        model = AwsAccount
        fields = ("name", "environment", "default_region", "pull_every_minutes", "approvals_required")
        labels = {
            "name": "Name",
            "default_region": "Region",
            "pull_every_minutes": "Minutes between pulls",
            "approvals_required": "Approvals that a change needs",
        }
        help_texts = {
            "environment": "Production is marked on every page, by colour and word.",
            "pull_every_minutes": "0: only when somebody asks.",
            "approvals_required": "By others than the one who asks. 0: none.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_connected:  # nothing is pulled there, and nothing changed
            for name in ("default_region", "pull_every_minutes", "approvals_required"):
                del self.fields[name]

    def before(self) -> dict[str, object]:
        """The values as they were when the page was sent, by field."""
        return {name: self.initial[name] for name in self.fields}


class WritesForm(forms.Form):
    on = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = reason_field()


class GrantForm(forms.Form):
    """Who gets a role: an operator by e-mail address, or a group of operators by name."""

    who = forms.CharField(
        label="Operator or group",
        max_length=254,
        help_text="The e-mail address of an operator, or the name of a group.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices)
    reason = reason_field()

    def clean_who(self) -> Operator | Group:
        who = str(self.cleaned_data["who"]).strip()
        found: Operator | Group | None
        if "@" in who:
            found = Operator.objects.filter(email__iexact=who).first()
            words = f"Nobody here signs in with {who}. An owner of all AWS accounts makes operators."
        else:
            found = Group.objects.filter(name__iexact=who).first()
            words = f"There is no group “{who}”. For an operator, type the e-mail address."
        if found is None:
            raise forms.ValidationError(words)
        return found

    def grantee(self) -> dict[str, Any]:
        """`operator` or `group`, as a Grant takes it."""
        who = self.cleaned_data["who"]
        return {"operator": who} if isinstance(who, Operator) else {"group": who}
