"""What owners type of how the people of a pool are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from cognito.models import PoolPeopleSettings, UserPool
from cognito.people.retention import FIELDS

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[PoolPeopleSettings]  # generic for the type checker only
else:
    ModelForm = forms.ModelForm

ATTRIBUTE = re.compile(r"[\w:.-]{1,40}", re.ASCII)
MOST_ATTRIBUTES = 60


class PoolPeopleSettingsForm(ModelForm):
    attributes = forms.CharField(
        label="Attributes that are stored",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )

    class Meta:
        model = PoolPeopleSettings
        fields = FIELDS
        labels = {
            "mirrors_people": "Store the people of this pool",
            "erase_after_days": "Days until a person deleted in AWS is erased here",
            "helpdesk_per_hour": "People that a helpdesk operator may change per hour",
        }
        help_texts = {
            "mirrors_people": "Off, this console stores the pool’s settings only: nobody is found here, and at the "
            "next pull all stored people are erased.",
            "erase_after_days": "Then only the subject (sub) of the person is left. 0: at once.",
        }

    def __init__(self, pool: UserPool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["attributes"] = "\n".join(sorted(self.instance.attributes))
        named = sorted(str(each["Name"]) for each in pool.settings.get("SchemaAttributes", ()) if each.get("Name"))
        self._of_pool = {*named}
        self.fields["attributes"].help_text = (
            "One a line. Searches and exported files have only these. An attribute that you remove from the list is "
            "erased at the next pull, or at once on this page."
            + (f" This pool has: {', '.join(named)}." if named else "")
        )

    def clean_attributes(self) -> list[str]:
        value = [line.strip() for line in self.cleaned_data["attributes"].replace(",", "\n").splitlines()]
        names = sorted({name for name in value if name})
        if wrong := [name for name in names if not ATTRIBUTE.fullmatch(name)]:
            raise forms.ValidationError(f"“{wrong[0][:60]}” can’t be the name of an attribute.")
        if unknown := [name for name in names if self._of_pool and name not in self._of_pool]:
            raise forms.ValidationError(f"This pool has no attribute “{unknown[0]}”. Those it has are named below.")
        if len(names) > MOST_ATTRIBUTES:
            raise forms.ValidationError(f"A pool has at most {MOST_ATTRIBUTES} attributes that can be stored.")
        return names
