"""The form to invite an operator."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import reason_field
from accounts.models import AwsAccount, Operator
from accounts.names import on_one_line
from accounts.roles import Role

ALL = "all"


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label="Name",
        max_length=120,
        validators=[on_one_line],
        help_text="Shown on pages and in the audit trail.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.VIEWER)
    aws_accounts = forms.MultipleChoiceField(label="AWS accounts", widget=forms.CheckboxSelectMultiple)
    reason = reason_field()

    def __init__(self, *args: Any, owner: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owned = {each.account_id: each for each in owner.owned_aws_accounts()}
        field = self.fields["aws_accounts"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        every = [(ALL, "All AWS accounts, including future ones")] if owner.owns_all() else []
        field.choices = [*every, *((account_id, str(each)) for account_id, each in self._owned.items())]

    def chosen(self) -> list[AwsAccount | None]:
        """None: all of them."""
        picked = self.cleaned_data["aws_accounts"]
        return [None] if ALL in picked else [self._owned[account_id] for account_id in picked]
