"""Tags of users and roles."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from identities.operations import tag, untag
from objects.object_actions import ActionForm
from objects.operations.tags import LONGEST_KEY, LONGEST_VALUE
from sync.operations import StepSpec


class OwnerTagForm(ActionForm):
    heading = "Tag {names}"
    about = (
        "Policies may ask for tags, so a tag can give access, or take it. A tag of that key is replaced; who has it so "
        "already is left out."
    )
    key = forms.CharField(max_length=LONGEST_KEY)
    value = forms.CharField(max_length=LONGEST_VALUE, required=False)

    def steps(self) -> Sequence[StepSpec]:
        key, value = self.cleaned_data["key"], self.cleaned_data["value"]
        others = [target for target in self.targets if target.tags.get(key) != value]
        return [tag(target, key, value) for target in others or self.targets]


class OwnerUntagForm(ActionForm):
    heading = "Remove a tag from {names}"
    about = "What a policy allows only with this tag is no longer allowed. Identities without the tag are left out."
    key = forms.CharField(max_length=LONGEST_KEY)

    def steps(self) -> Sequence[StepSpec]:
        key = self.cleaned_data["key"]
        tagged = [target for target in self.targets if key in target.tags]
        return [untag(target, key) for target in tagged or self.targets]
