"""What an operator says to stage a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms

from sync.forms import NO_PEOPLE
from sync.params import ForOperator


class StageForm(forms.Form):
    """What every proposal says of itself."""

    # Where a field has another name than the parameter that it is for: the parameter's, and the field's.
    named_otherwise: ClassVar[Mapping[str, str]] = {"until": "ends"}

    title = forms.CharField(
        max_length=200, label="What it does", help_text=f"In a few words, for the list of changes. {NO_PEOPLE}"
    )
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason",
        help_text="Approvers and the audit trail show it: no names or addresses of customers here either.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def refuse(self, refusal: ForOperator, sentence: str = "") -> None:
        """Puts it beside the field that it is about, if there is one, else above them. `sentence`: said instead."""
        name = self.named_otherwise.get(refusal.field, refusal.field)
        beside = name in self.fields and not self.fields[name].widget.is_hidden
        self.add_error(name if beside else None, sentence or str(refusal))
