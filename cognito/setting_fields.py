"""Form fields for settings of user pools and identity pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms

from aws_constraints.arn import Arn, account_in

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


NOT_THE_ARN = "This isn’t the ARN of {}. Enter the whole ARN, as AWS shows it."


class ArnField(forms.CharField):
    """The ARN of something of a service, in `region` if that is given; `what` is "a role" or the like."""

    def __init__(self, service: str, kind: str, what: str, *, region: str = "", **kwargs: Any) -> None:
        self.service, self.kind, self.what, self.region = service, kind, what, region
        super().__init__(required=False, max_length=2048, **kwargs)

    def clean(self, value: Any) -> str:
        said = str(super().clean(value))
        arn = Arn.match(said, self.service, self.kind)
        if said and (arn is None or self.region not in ("", arn.region)):
            raise forms.ValidationError(NOT_THE_ARN.format(self.what))
        return said


def check_own(arn: str, account_id: str) -> str:
    """Raises ValidationError for what is in another AWS account; the ARN of a bucket doesn't say where it is."""
    if arn and (other := account_in(arn)) not in ("", account_id):
        raise forms.ValidationError(f"It is of AWS account {other}, and has to be of this one.")
    return arn


class LastingField(forms.IntegerField):
    """A number of units; the field called `beside` says which, and stands in one line with it."""

    def __init__(self, beside: str, **kwargs: Any) -> None:
        self.beside = beside
        super().__init__(min_value=1, **kwargs)


class ManyField(forms.MultipleChoiceField):
    """Several of a few: a tick each. Cleans to a sorted list. `needs`: a sentence where one has to be, and none is."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices: Any, *, needs: str = "", **kwargs: Any) -> None:
        self.needs = needs
        super().__init__(choices=choices, required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        chosen = sorted(super().clean(value))
        if self.needs and not chosen:
            raise forms.ValidationError(self.needs)
        return chosen


class MessageField(forms.CharField):
    """A text, with the ends of lines that AWS has."""

    def to_python(self, value: Any) -> Any:
        return str(super().to_python(value)).replace("\r\n", "\n")


class PlainField(forms.CharField):
    """One line, of characters that are seen."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text.isprintable():
            raise forms.ValidationError("It has characters that nobody sees, such as the end of a line.")
        return text


class HostField(forms.CharField):
    """The name of a site, in small letters."""

    def to_python(self, value: Any) -> Any:
        return str(super().to_python(value)).strip().lower()


_NO_ADDRESSES = ("javascript", "data", "vbscript", "file")


class AddressesField(SortedLinesField):
    """Addresses that people come back to, one a line, as AWS takes them."""

    def clean(self, value: Any) -> list[str]:
        urls = super().clean(value)
        if len(urls) > 100:
            raise forms.ValidationError("AWS takes 100 addresses at most.")
        for url in urls:
            parts = _parts(url)
            if parts is None or not parts.scheme or parts.fragment or "*" in url:
                raise forms.ValidationError(f"{url[:100]}: give the whole address, with https://, without * and #.")
            if parts.scheme in _NO_ADDRESSES:
                raise forms.ValidationError(f"{url[:100]}: {parts.scheme}: is no address that people come back to.")
            if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
                raise forms.ValidationError(f"{url[:100]}: AWS takes http:// for localhost only; anybody reads along.")
        return urls


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


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
