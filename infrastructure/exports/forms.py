from __future__ import annotations

from django import forms

from infrastructure.exports.files import FORMATS, TERRAFORM


class ExportForm(forms.Form):
    """What the file is to be."""

    wanted = forms.ChoiceField(
        label="Format", choices=list(FORMATS.items()), initial=TERRAFORM, widget=forms.RadioSelect
    )
    with_policies = forms.BooleanField(
        label="With their customer managed policies",
        required=False,
        initial=True,
        help_text="Those attached to them, and their permissions boundaries. Without, the file names them by ARN.",
    )
