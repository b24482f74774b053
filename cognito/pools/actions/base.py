"""What forms about a pool have in common: they say which settings are meant, and the operation sends all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from cognito.models import UserPool
from cognito.pools.operations import update
from cognito.pools.operations.base import rows_of
from cognito.pools.operations.shapes import OF_POOL, Shape
from cognito.setting import SettingsGroup
from cognito.setting_form import EntriesForm, changes_of, different_from
from objects.object_actions import ActionForm
from sync.operations import Refusal, StepSpec


class UserPoolForm(ActionForm):
    @property
    def pool(self) -> UserPool:
        found: UserPool = self.target
        return found

    def settings(self, of: Shape) -> dict[str, Any]:
        """What the call would send of the pool as it is; {} where it wasn't read."""
        return of.payload(getattr(self.pool, of.column) or {})

    def update(self, of: Shape, changes: Mapping[str, Any]) -> list[StepSpec]:
        """The step that brings about what differs; none where nothing does."""
        differing = different_from(self.settings(of), changes)
        return [update(of, self.pool.arn, self.pool.name, differing)] if differing else []

    def steps(self) -> Sequence[StepSpec]:
        found = self.all_steps()
        if not found:
            raise Refusal("Nothing is different from how it is set.")
        return found

    def all_steps(self) -> Sequence[StepSpec]:
        """Of the cleaned form; none where nothing differs."""
        raise NotImplementedError


class SettingsForm(EntriesForm, UserPoolForm):
    """Some settings of the pool, of as many calls as have them: a step for each that differs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**self.initially({of.facet: self.settings(of) for of in OF_POOL}), **self.initial}

    def changes(self, of: Shape) -> dict[str, Any]:
        """… that this call takes, by their paths."""
        return changes_of(_asked(self.group, of), self.cleaned_data, self.settings(of))

    def all_steps(self) -> Sequence[StepSpec]:
        shapes = [of for of in OF_POOL if any(_asked(self.group, of))]
        return [step for of in shapes for step in self.update(of, self.changes(of))]


def _asked(group: SettingsGroup, of: Shape) -> Iterable[Any]:
    return (entry for entry in group.asked if entry.facet == of.facet)


class PoolObjectForm(UserPoolForm):
    """About one thing in the pool: the address says which (`?which=`)."""

    of: ClassVar[Shape]
    which = forms.CharField(max_length=300, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = str(self.initial.get("which") or (self.data.get("which") if self.is_bound else "") or "")
        self.row: Any = rows_of(self.of, self.aws_account, self.pool.arn, asked).first() if asked else None
        name = self.row.name.replace("{", "").replace("}", "") if self.row is not None else ""
        self.heading = self.heading.replace("{one}", name)
        if self.row is not None:
            self.initial = {**self.begins_with(self.held), **self.initial}

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The fields, of what is there."""
        return {}

    def clean(self) -> dict[str, Any]:
        if self.row is None:
            raise forms.ValidationError(f"The pool has no such {self.of.title}: choose one on the pool’s page.")
        return super().clean() or self.cleaned_data

    @property
    def key(self) -> str:
        """As calls name it."""
        return str(self.row.aws_id if self.of.asked_by == "ClientId" else self.row.name)

    @property
    def held(self) -> dict[str, Any]:
        """What the call would send of it as it is; {} where it wasn't read."""
        return self.of.payload(getattr(self.row, self.of.column) or {})

    def update_one(self, changes: Mapping[str, Any]) -> list[StepSpec]:
        differing = different_from(self.held, changes)
        return [update(self.of, self.pool.arn, self.row.name, differing, self.key)] if differing else []


class ObjectSettingsForm(PoolObjectForm, EntriesForm):
    """Settings of one thing in the pool."""

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return self.initially({self.of.facet: settings})

    def changes(self) -> dict[str, Any]:
        return changes_of(self.group.asked, self.cleaned_data, self.held)

    def all_steps(self) -> Sequence[StepSpec]:
        return self.update_one(self.changes())


class NewObjectForm(EntriesForm, UserPoolForm):
    """Settings of something that the pool hasn't yet."""

    def chosen(self) -> dict[str, Any]:
        """Those that are set to something, by AWS's names."""
        changes = changes_of(self.group.asked, self.cleaned_data, {})
        return {path: value for path, value in changes.items() if value is not None}


def form_of_pool(settings: SettingsGroup) -> type[SettingsForm]:
    """The form of settings that need nothing besides."""

    class FormOfGroup(SettingsForm):
        group = settings

    return FormOfGroup


def form_of_object(settings: SettingsGroup, shape: Shape) -> type[ObjectSettingsForm]:
    """… of something in the pool."""

    class FormOfGroup(ObjectSettingsForm):
        group = settings
        of = shape

    return FormOfGroup


def by_member(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: after.get(name) for name in {*before, *after}}
