"""What forms about a pool have in common: they say which settings are meant, and the operation sends all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from cognito.models import UserPool
from cognito.pools.operations import update
from cognito.pools.operations.merging import at
from cognito.pools.operations.replacing import rows_of
from cognito.pools.operations.shapes import MFA, POOL, Shape
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


class SettingsForm(UserPoolForm):
    """Some settings of the pool: `initially` fills the form in, `changes` reads it."""

    of: ClassVar[Shape] = POOL

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**self.initially(self.settings(self.of)), **self.initial}

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def changes(self) -> dict[str, Any]:
        raise NotImplementedError

    def all_steps(self) -> Sequence[StepSpec]:
        return self.update(self.of, self.changes())


class PoolObjectForm(UserPoolForm):
    """About one thing in the pool: the address says which (`?which=`)."""

    of: ClassVar[Shape]
    which = forms.CharField(max_length=300, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = str(self.initial.get("which") or (self.data.get("which") if self.is_bound else "") or "")
        self.row: Any = rows_of(self.of, self.aws_account, self.pool.arn, asked).first() if asked else None
        if self.row is not None:
            self.heading = self.heading.replace("{one}", self.row.name.replace("{", "").replace("}", ""))
            self.initial = {**self.initially(self.held), **self.initial}
        else:
            self.heading = self.heading.replace("{one}", "")

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
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


class JsonForm(SettingsForm):
    """All that the call sends. Members that differ are what is meant."""

    settings_json: Any

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"settings_json": settings}

    def changes(self) -> dict[str, Any]:
        return by_member(self.settings(self.of), self.cleaned_data["settings_json"])


def by_member(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: after.get(name) for name in {*before, *after}}


def different_from(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that would change something: what is empty and what isn't there are the same."""
    return {
        path: None if is_nothing(value) else value
        for path, value in changes.items()
        if (at(settings, path) if not is_nothing(at(settings, path)) else None)
        != (value if not is_nothing(value) else None)
    }


def is_nothing(value: Any) -> bool:
    """As the mirror leaves it out: false and 0 are something."""
    return value is None or (isinstance(value, str | list | dict) and not value)


__all__ = ["MFA", "JsonForm", "PoolObjectForm", "SettingsForm", "UserPoolForm", "by_member", "different_from"]
