from __future__ import annotations

from django import forms

from infrastructure.owned.states import MOST_MB


class StateForm(forms.Form):
    """A state, and what to call it."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="As your people call it, such as the repository or the workspace. A newer state of that name takes "
        "the place of the older one.",
    )
    file = forms.FileField(
        label="Output of terraform show -json",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text=f"Up to {MOST_MB} MB. The file is read and not kept; values of resources are passed over.",
        error_messages={"empty": "The file is empty."},
    )

    def refuse_too_long(self) -> None:
        """The file was dropped on its way in."""
        self.errors.pop("file", None)
        self.add_error("file", f"The file is larger than {MOST_MB} MB. “manage.py read_state” takes any size.")
