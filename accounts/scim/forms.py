"""Forms of the page about SCIM."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group

from accounts.models import Operator, ScimGroup, ScimUser
from accounts.names import on_one_line
from accounts.services.scim_tokens import networks_of

NEW = "new"


class ScimTokenForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        validators=[on_one_line],
        help_text="Which directory uses it. The audit trail names it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        label="Works for",
        coerce=int,
        choices=[(90, "90 days"), (180, "180 days"), (365, "One year"), (730, "Two years")],
        initial=365,
    )
    networks = forms.CharField(
        label="Only from these networks",
        required=False,
        max_length=2000,
        help_text="One a line, such as 192.0.2.0/24. Empty: from everywhere.",
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}),
    )

    def clean_networks(self) -> str:
        text = str(self.cleaned_data["networks"])
        networks_of(text)
        return text


class ScimGroupForm(forms.Form):
    """The group of operators that members of a group of the directory are in."""

    group = forms.ChoiceField(label="Are members of", required=False)
    may_own = forms.BooleanField(label="Also where it has the role owner", required=False)

    def __init__(self, data: Any = None, *, row: ScimGroup) -> None:
        initial = {"group": str(row.group_id or ""), "may_own": row.may_own}
        super().__init__(data, initial=initial, auto_id=f"id_{row.pk}_%s")
        self._row = row
        self._groups = {str(group.pk): group for group in Group.objects.order_by("name")}
        made = [] if any(each.name == self._new_name for each in self._groups.values()) else [(NEW, self._new_words)]
        field = self.fields["group"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "No group"), *((pk, str(each)) for pk, each in self._groups.items()), *made]

    @property
    def _new_words(self) -> str:
        return f"A new group, {self._new_name}"

    @property
    def _new_name(self) -> str:
        """As much of the directory’s as a group of operators keeps."""
        return self._row.display_name[:150]

    def chosen(self) -> Group | None:
        """Not saved, where it is a new one."""
        said = self.cleaned_data["group"]
        return Group(name=self._new_name) if said == NEW else self._groups.get(said)


class HandOverForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address of the operator",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> Operator:
        said = str(self.cleaned_data["email"])
        found = Operator.objects.filter(email__iexact=said, is_demo=False).first()
        if found is None:
            raise forms.ValidationError(f"Nobody here signs in with {said}.")
        if ScimUser.objects.there().filter(operator=found).exists():
            raise forms.ValidationError(f"The directory looks after {found} already.")
        return found
