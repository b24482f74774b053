"""Settings that a form asks for, by kind: one of some values, on or off, several, a number, a text, an ARN, lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django import forms

from cognito.setting import Setting, SettingValue, in_words
from cognito.setting_fields import ArnField, ManyField, MessageField, PairsField, SortedLinesField
from cognito.setting_values import at


@dataclass(frozen=True)
class ChoiceSetting(Setting):
    """One of some values."""

    _: KW_ONLY
    of: tuple[SettingValue, ...]
    shows_all: bool = False  # radio buttons instead of a list that opens

    @property
    def values(self) -> tuple[SettingValue, ...]:
        return self.of

    def field(self) -> forms.Field:
        choices = [(each.form_value, each.words) for each in self.of]
        widget = forms.RadioSelect if self.shows_all else forms.Select
        is_required = all(each.form_value for each in self.of)
        return forms.ChoiceField(
            label=self.label, choices=choices, widget=widget, help_text=self.help, required=is_required
        )

    def initially(self, settings: Mapping[str, Any]) -> Any:
        held = self.held(settings)
        return next((each.form_value for each in self.of if each.value == held), held)

    def value_of(self, cleaned: Any) -> Any:
        return next(each.value for each in self.of if each.form_value == cleaned)

    def words_of(self, value: Any) -> tuple[str, str]:
        found = next((each for each in self.of if each.value == value), None)
        return (found.short or found.words, found.means) if found else super().words_of(value)


_YES, _NO = SettingValue(True, "Yes"), SettingValue(False, "No")


@dataclass(frozen=True)
class TickSetting(Setting):
    """On or off. `on` and `off` are said on the settings tab alone: the form has a tick beside the label."""

    _: KW_ONLY
    on: SettingValue = _YES
    off: SettingValue = _NO

    @property
    def values(self) -> tuple[SettingValue, ...]:
        return self.on, self.off

    def field(self) -> forms.Field:
        return forms.BooleanField(label=self.label, required=False, help_text=self.help)

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return bool(self.held(settings) == self.on.value)

    def value_of(self, cleaned: Any) -> Any:
        return self.on.value if cleaned else self.off.value

    def words_of(self, value: Any) -> tuple[str, str]:
        found = self.on if value == self.on.value else self.off
        return found.words, found.means

    def default_words(self) -> str:
        """By the tick of the form."""
        return "" if self.default is None else "On" if self.default == self.on.value else "Off"


@dataclass(frozen=True)
class SeveralSetting(Setting):
    """Several of some values. `needs`: a sentence where none is chosen, of a setting that takes one."""

    _: KW_ONLY
    of: tuple[SettingValue, ...] = ()
    needs: str = ""

    @property
    def values(self) -> tuple[SettingValue, ...]:
        return self.of

    def field(self) -> forms.Field:
        choices = [(each.form_value, each.words) for each in self.of]
        return ManyField(choices, label=self.label, help_text=self.help, needs=self.needs)

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return self.held(settings) or []

    def words_of(self, value: Any) -> tuple[str, str]:
        return in_words(self.of, value or []), ""


@dataclass(frozen=True)
class FlagsSetting(Setting):
    """Several settings that are each on or off, asked for together. `path`: the member that they are in."""

    _: KW_ONLY
    of: tuple[tuple[str, str], ...]  # their names in that member, and words
    none: str = "None"  # where none is on

    def field(self) -> forms.Field:
        return ManyField(self.of, label=self.label, help_text=self.help)

    def held(self, settings: Mapping[str, Any]) -> Any:
        return [name for name, _ in self.of if at(settings, f"{self.path}.{name}")]

    def changes(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {f"{self.path}.{name}": name in cleaned[self.name] for name, _ in self.of}

    def words_of(self, value: Any) -> tuple[str, str]:
        words = [SettingValue(name, each[0].lower() + each[1:]) for name, each in self.of]
        return (in_words(words, value) if value else self.none), ""


@dataclass(frozen=True)
class NumberSetting(Setting):
    _: KW_ONLY
    least: int
    most: int
    required: bool = True

    def field(self) -> forms.Field:
        return forms.IntegerField(
            label=self.label, min_value=self.least, max_value=self.most, help_text=self.help, required=self.required
        )

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return self.held(settings)


@dataclass(frozen=True)
class TextSetting(Setting):
    """A text. `check` says, in a sentence, why AWS would refuse one that isn't empty; "" where it wouldn't."""

    _: KW_ONLY
    most: int
    least: int | None = None
    rows: int = 0  # of a text of several lines
    required: bool = False
    check: Callable[[str], str] | None = None
    field_type: type[forms.CharField] = MessageField

    def field(self) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": self.rows}) if self.rows else None
        check = self.check

        def validate(text: str) -> None:
            if check and (why := check(text)):
                raise forms.ValidationError(why)

        return self.field_type(
            label=self.label,
            required=self.required,
            min_length=self.least,
            max_length=self.most,
            help_text=self.help,
            widget=widget,
            validators=[validate],
        )


@dataclass(frozen=True)
class ArnSetting(Setting):
    """The ARN of something of a service. `own`: it has to be of this AWS account, where forms check that."""

    _: KW_ONLY
    of: tuple[str, str]  # the service, and the kind as ARNs have it: "iam", "role"
    what: str  # "a role"
    own: bool = False

    def field(self) -> forms.Field:
        return ArnField(*self.of, self.what, label=self.label, help_text=self.help)


@dataclass(frozen=True)
class PairsSetting(Setting):
    """A map of names and values, one pair a line."""

    _: KW_ONLY
    required: bool = False

    def field(self) -> forms.Field:
        return PairsField(label=self.label, required=self.required, help_text=self.help)

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return self.held(settings) or {}


@dataclass(frozen=True)
class LinesSetting(Setting):
    """A few texts, one a line."""

    def field(self) -> forms.Field:
        return SortedLinesField(label=self.label, help_text=self.help)

    def initially(self, settings: Mapping[str, Any]) -> Any:
        return self.held(settings) or []

    def words_of(self, value: Any) -> tuple[str, str]:
        return in_words((), value or []), ""


CODE, USERNAME = "{####}", "{username}"
_LINK = re.compile(r"\{##.+?##\}", re.DOTALL)


def has(*needed: str) -> Callable[[str], str]:
    """The check of a text in which each of these has to stand."""

    def check(text: str) -> str:
        missing = [each for each in needed if each not in text]
        return f"{' and '.join(missing)} has to be in it." if missing else ""

    return check


def has_link(text: str) -> bool:
    return _LINK.search(text) is not None
