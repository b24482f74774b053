"""Form fields for settings of pools."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django import forms

from aws_constraints.arn import account_of

MOST_JSON = 131_072


class SortedLinesField(forms.CharField):
    """A few texts, one a line. Cleans to a list without repetitions, sorted as the mirror has it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), max_length=40_000, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = (line.strip() for line in super().clean(value).splitlines())
        return sorted({line for line in lines if line})


class PairsField(forms.CharField):
    """Names and values, one pair a line: "email = mail". Cleans to a map."""

    def __init__(self, between: str = "=", **kwargs: Any) -> None:
        self.between = between
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), max_length=40_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name} {self.between} {said}" for name, said in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(super().clean(value).splitlines(), 1):
            if not line.strip():
                continue
            name, middle, said = (part.strip() for part in line.partition(self.between))
            if not middle or not name or not said:
                raise forms.ValidationError(f"Line {number}: write a name, {self.between} and what it is.")
            if name in found:
                raise forms.ValidationError(f"Line {number}: {name} stands there twice.")
            found[name] = said
        return found


class ArnField(forms.CharField):
    """The ARN of something of a service; `what` is "a role" or the like."""

    def __init__(self, pattern: str, what: str, **kwargs: Any) -> None:
        self.pattern, self.what = re.compile(f"arn:aws[a-z-]*:{pattern}", re.ASCII), what
        super().__init__(required=False, max_length=2048, **kwargs)

    def clean(self, value: Any) -> str:
        said = str(super().clean(value))
        if said and self.pattern.fullmatch(said) is None:
            raise forms.ValidationError(f"This isn’t the ARN of {self.what}.")
        return said


def check_own(arn: str, account_id: str) -> str:
    """Raises ValidationError for what is in another AWS account."""
    if arn and (other := account_of(arn)) != account_id:
        raise forms.ValidationError(f"It is of AWS account {other}, and has to be of this one.")
    return arn


class LastingField(forms.IntegerField):
    """A number of units; the field called `beside` says which, and stands in one line with it."""

    def __init__(self, beside: str, **kwargs: Any) -> None:
        self.beside = beside
        super().__init__(min_value=1, **kwargs)


class ManyField(forms.MultipleChoiceField):
    """Several of a few: a tick each. Cleans to a sorted list."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=choices, required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        return sorted(super().clean(value))


class JsonField(forms.CharField):
    """An object as JSON, printed again as it was typed. Cleans to a dict."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"})
        super().__init__(strip=False, max_length=MOST_JSON, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, sort_keys=True) if isinstance(value, Mapping) else value

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        try:
            said = json.loads(text)
        except ValueError as error:
            place = f"Line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "It"
            raise forms.ValidationError(f"{place}: this isn’t JSON. {error}") from error
        if not isinstance(said, dict):
            raise forms.ValidationError("It is an object: names and values in braces.")
        return said
