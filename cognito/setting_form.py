"""A form of settings that are entries (cognito/setting.py): its fields, what they begin with, and what is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms

from cognito.setting import Setting, SettingsGroup
from cognito.setting_fields import check_own
from cognito.setting_kinds import ArnSetting
from cognito.setting_values import at, merged
from objects.object_actions import ActionForm


class EntriesForm(ActionForm):
    """The fields of its group come before those that a class declares besides, but for its `field_order`."""

    group: ClassVar[SettingsGroup]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fields = {name: field for entry in self.group.asked for name, field in entry.fields().items()}
        self.base_fields = {**fields, **self.base_fields}  # type: ignore[misc]  # of the instance
        self.heading, self.about = self.group.heading, self.group.about
        super().__init__(*args, **kwargs)

    def initially(self, of: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What the fields begin with. `of`: the settings by their facet."""
        found: dict[str, Any] = {}
        for entry in self.group.asked:
            found |= entry.initial(of.get(entry.facet, {}))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for entry in self.group.asked:
            if isinstance(entry, ArnSetting) and entry.own and entry.name in cleaned:
                self._check_own(entry)
        for name, wrong in self.group.check(cleaned) if self.group.check else ():
            self.add_error(name, wrong)
        return cleaned

    def _check_own(self, entry: Setting) -> None:
        try:
            check_own(self.cleaned_data[entry.name], self.aws_account.account_id)
        except forms.ValidationError as wrong:
            self.add_error(entry.name, wrong)


def changes_of(entries: Iterable[Setting], cleaned: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """New values by their paths, of a cleaned form; what is sent as a whole is laid over what is there."""
    changes: dict[str, Any] = {}
    wholes: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.stays and is_nothing(cleaned[entry.name]):
            continue
        for path, value in entry.changes(cleaned).items():
            unset = entry.only_when_set and value == entry.default and at(settings, path) is None
            new = None if unset or is_nothing(value) else value
            if entry.whole and path.startswith(f"{entry.whole}."):
                wholes.setdefault(entry.whole, {})[path] = new
            else:
                changes[path] = new
    for whole, members in wholes.items():
        changes[whole] = at(merged(settings, members), whole) or None
    return changes


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
