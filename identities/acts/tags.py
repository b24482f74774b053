"""Tags of users and roles."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from identities.operations import tag, untag
from policies.acts import ActForm
from policies.operations.tags import LONGEST_KEY, LONGEST_VALUE
from sync.operations import StepSpec


class TagForm(ActForm):
    heading = "Tag {names}"
    about = "Policies may ask for tags, so a tag can give access, or take it. A tag of that key is replaced."
    key = forms.CharField(max_length=LONGEST_KEY)
    value = forms.CharField(max_length=LONGEST_VALUE, required=False)

    def steps(self) -> Sequence[StepSpec]:
        return [tag(target, self.cleaned_data["key"], self.cleaned_data["value"]) for target in self.targets]


class UntagForm(ActForm):
    heading = "Remove a tag from {names}"
    about = "What a policy allows only to those who have the tag is no longer allowed."
    key = forms.CharField(max_length=LONGEST_KEY)

    def steps(self) -> Sequence[StepSpec]:
        return [untag(target, self.cleaned_data["key"]) for target in self.targets]
