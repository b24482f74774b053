"""Actions that many kinds of objects have alike: their tags, and their end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from objects.kinds import AwsKind
from objects.object_actions import ActionForm, ObjectAction
from objects.operations.existence import delete
from objects.operations.tags import LONGEST_KEY, LONGEST_VALUE, tag, untag
from sync.operations import StepSpec


class ObjectForm(ActionForm):
    """About objects of one kind; `acts_on` below makes a form of it for each kind."""

    of: ClassVar[AwsKind]


class ObjectTagForm(ObjectForm):
    heading = "Tag {names}"
    about = "Tags tell whose it is and what for; policies can ask for them. A tag of that key is replaced."
    key = forms.CharField(max_length=LONGEST_KEY)
    value = forms.CharField(max_length=LONGEST_VALUE, required=False)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [tag(self.of, target.arn, cleaned["key"], cleaned["value"]) for target in self.targets]


class ObjectUntagForm(ObjectForm):
    heading = "Remove a tag from {names}"
    about = "What a policy allows only where the tag is there is no longer allowed."
    key = forms.CharField(max_length=LONGEST_KEY)

    def steps(self) -> Sequence[StepSpec]:
        return [untag(self.of, target.arn, self.cleaned_data["key"]) for target in self.targets]


class ObjectDeleteForm(ObjectForm):
    heading = "Delete {names}"
    about = "You read the plan, with what depends on it, before anything is sent."

    def steps(self) -> Sequence[StepSpec]:
        return [delete(self.of, target.arn) for target in self.targets]


def form_of(form: type[ObjectForm], of: AwsKind) -> type[ObjectForm]:
    return type(f"{form.__name__}Of{of.name}", (form,), {"of": of})


def tag_actions(of: AwsKind) -> tuple[ObjectAction, ObjectAction]:
    add, remove = form_of(ObjectTagForm, of), form_of(ObjectUntagForm, of)
    return (
        ObjectAction("tag", "Add a tag…", add, icon="tag", many=True, offered=_is_ours, position=60),
        ObjectAction("untag", "Remove a tag…", remove, icon="tag", many=True, offered=_is_tagged, position=61),
    )


def delete_action(of: AwsKind) -> ObjectAction:
    return ObjectAction("delete", "Delete…", form_of(ObjectDeleteForm, of), icon="trash-2", danger=True, position=90)


def _is_ours(target: Any) -> bool:
    return not target.kept_by_aws


def _is_tagged(target: Any) -> bool:
    return _is_ours(target) and bool(target.tags)
