"""A setting of a pool as an entry: where AWS has it, how a form asks for it, what it is called, what is wrong with it.

From entries come the call that sends them, forms, words of plans, of history and of the settings tab, findings about
one value, and the table in docs/cognito.md (docs/adding-a-setting.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django import forms

from cognito.setting_values import at
from iamconsole.web.words import some
from sync.mirror.base import DETAILS
from sync.mirror.differences import ContentPart

# Why AWS refuses what its model of the call lets through: of what the call sends, and of what the pool has by then.
Refuses = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[str]]


@dataclass(frozen=True)
class SettingLine:
    """What the settings tab says of one setting."""

    label: str
    value: str
    means: str = ""


@dataclass(frozen=True)
class ValueFinding:
    """What is wrong with a value. In `title` stands {name} for the name of what is set so."""

    code: str
    severity: str  # of panels.SEVERITIES
    title: str
    text: str
    action: str  # the form that fixes it
    fix: tuple[tuple[str, str], ...]  # its fields, by name
    severity_with_access: str = ""  # where an identity pool gives the pool's people AWS credentials; "": the same
    holds: Callable[[Mapping[str, Any]], bool] = lambda settings: True  # whether it is wrong beside the other settings


@dataclass(frozen=True)
class SettingValue:
    """A value that AWS takes."""

    value: Any  # as AWS has it; None: the setting isn't there
    words: str  # in a form
    _: KW_ONLY
    key: str | None = None  # in a form's data, where the value itself is no text
    short: str = ""  # on the settings tab, where that is said otherwise
    means: str = ""  # on the settings tab: what comes of it
    finding: ValueFinding | None = None

    @property
    def form_value(self) -> str:
        return str(self.value) if self.key is None else self.key


@dataclass(frozen=True)
class Setting:
    """An entry. This one has no field in a form: AWS describes it, and it is set by AWS's name (as JSON), or never."""

    path: str  # in AWS's answer and call: "Policies.PasswordPolicy.MinimumLength"
    name: str = ""  # of the field, and of the parameter of an address that fills it in
    label: str = ""  # of the field
    help: str = ""
    _: KW_ONLY
    facet: str = DETAILS  # of the mirror: which answer has it
    called: str = ""  # in the words of plans: "deletion protection"
    history: ContentPart | None = None  # how history and drift describe a change of this member of the answer
    is_sent: bool = True  # whether the call that replaces the settings takes it
    sent_as: str = ""  # its name in that call, where it is another one
    default: Any = None  # what AWS does where it is left out
    only_when_set: bool = False  # not sent while it is AWS's default and isn't set
    whole: str = ""  # the member that is sent as a whole when this one changes: "Policies.PasswordPolicy"
    line: str | None = ""  # what the settings tab calls it; "": as the form does; None: nothing
    quiet: bool = False  # on the settings tab only where it is set
    describe: Callable[[Any], str] = str  # the value in words
    means: str = ""  # on the settings tab, whatever the value is
    means_nothing: str = ""  # … where it isn't set
    stays: bool = False  # an empty field leaves it as it is
    refuses: Refuses | None = None

    @property
    def member(self) -> str:
        """Of AWS's answer."""
        return self.path.partition(".")[0]

    @property
    def values(self) -> tuple[SettingValue, ...]:
        return ()

    # ---- In a form -------------------------------------------------------------------------------------------
    def field(self) -> forms.Field:
        raise NotImplementedError

    def fields(self) -> dict[str, forms.Field]:
        """By their names; most have one."""
        return {self.name: self.field()} if self.name else {}

    def held(self, settings: Mapping[str, Any]) -> Any:
        """As AWS has it, or does without."""
        found = at(settings, self.path)
        return self.default if found is None else found

    def is_set(self, settings: Mapping[str, Any]) -> bool:
        return at(settings, self.path) is not None

    def initially(self, settings: Mapping[str, Any]) -> Any:
        """For the form's field."""
        found = self.held(settings)
        return "" if found is None else found

    def initial(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {self.name: self.initially(settings)} if self.name else {}

    def value_of(self, cleaned: Any) -> Any:
        """As AWS takes it, of the cleaned field."""
        return cleaned

    def changes(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """New values by their paths, of the cleaned form."""
        return {self.path: self.value_of(cleaned[self.name])} if self.name else {}

    # ---- In words --------------------------------------------------------------------------------------------
    def lines(self, settings: Mapping[str, Any]) -> Iterator[SettingLine]:
        """What the settings tab shows of it: one line, of most."""
        value = self.held(settings)
        if self.line is None or (self.quiet and value in (None, "", [], 0, False)):
            return
        words, means = self.words_of(value)
        yield SettingLine(self.line or self.label, words, means or self.means)

    def words_of(self, value: Any) -> tuple[str, str]:
        """What it is, and what comes of it."""
        return (self.describe(value), "") if value is not None else ("None", self.means_nothing)

    def default_words(self) -> str:
        """What AWS does where it is left out, for the docs; "" where that is nothing."""
        return "" if self.default is None else self.words_of(self.default)[0]

    def findings(self, settings: Mapping[str, Any]) -> Iterator[ValueFinding]:
        value = self.held(settings)
        for each in self.values:
            if each.finding and each.value == value and each.finding.holds(settings):
                yield each.finding


@dataclass(frozen=True)
class SettingsGroup:
    """The settings of one form, which stand together on the settings tab."""

    action: str  # the last part of the form's address
    title: str  # on the settings tab
    heading: str  # of the form; {names} or {one} stands for what it is about
    about: str
    entries: tuple[Setting, ...]
    check: Callable[[Mapping[str, Any]], Iterator[tuple[str | None, str]]] | None = None  # cleaned fields → what is
    # wrong between them: which field, None for all, and a sentence
    needs: str = ""  # the permission that it takes beside the one to propose changes

    @property
    def asked(self) -> tuple[Setting, ...]:
        """Those that the form has fields for."""
        return tuple(each for each in self.entries if each.name)

    def lines(self, of: Mapping[str, Mapping[str, Any]]) -> Iterator[SettingLine]:
        """`of`: the settings by their facet."""
        for entry in self.entries:
            yield from entry.lines(of.get(entry.facet, {}))


def in_words(values: Iterable[SettingValue], found: Iterable[Any]) -> str:
    """Several values; one that isn't known here goes by AWS's name."""
    words = {each.value: each.short or each.words for each in values}
    named = [words.get(each, str(each)) for each in found]
    return some(named) if named else "None"


# ---- How history describes a member of the answer ----------------------------------------------------------------
def of_parts(label: str) -> ContentPart:
    """Settings that have parts: each is named by AWS's name."""
    return ContentPart(
        label,
        "{label}: {name} set to {new}",
        "{label}: {name} removed, before {old}",
        "{label}: {name} {new} instead of {old}",
    )


def of_list(label: str) -> ContentPart:
    return ContentPart(label, "{label}: {name} added", "{label}: {name} removed")


TAGS = ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}")
NAME = ContentPart("Name", changed="renamed from {old} to {new}")


# ---- All settings that one answer has ------------------------------------------------------------------------
def members_of(settings: Iterable[Setting]) -> tuple[str, ...]:
    """The members of the answer that are settings: what the mirror keeps."""
    return tuple(dict.fromkeys(each.member for each in settings))


def history_of(settings: Iterable[Setting]) -> dict[str, ContentPart]:
    """`Mirror.parts`."""
    return {each.path: each.history for each in settings if each.history is not None}


def labels_of(settings: Iterable[Setting]) -> dict[str, str]:
    """What plans call the settings, by their path in the call."""
    return {each.sent_as or each.path: each.called for each in settings if each.called}
