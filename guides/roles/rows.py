"""The rows of the third question: what the role may touch, each with what it may do there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import AwsAccount
from guides.roles import known
from guides.roles.answers import Touch
from guides.roles.known import EncryptingKey, FoundResource, NotFoundError
from guides.roles.touched import TOUCHABLES
from objects.fields import offer

MOST_ROWS = 20
ADD = "add"
_ARN = re.compile(r"touch-(\d{1,4})-arn")
_LONGEST_PREFIX = 512
# What stands in a pattern and in a condition, where these would mean something.
_MEANS_SOMETHING = re.compile(r"[*?$\"'\\<>{}\x00-\x1f]")


class TouchRow(forms.Form):
    """One resource."""

    arn = forms.CharField(max_length=2048, widget=forms.HiddenInput)
    use = forms.ChoiceField(label="May")
    below = forms.CharField(label="Prefix", required=False, max_length=_LONGEST_PREFIX)
    with_key = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, Any], number: int, resource: FoundResource | None, wrong: str) -> None:
        """`wrong`: why its ARN isn't taken; then there is no `resource`."""
        super().__init__(data, prefix=f"touch-{number}")
        self.number, self.resource, self.wrong = number, resource, wrong
        self.key: EncryptingKey | None = None
        touchable = resource.touchable if resource else TOUCHABLES[0]
        offer(self, "use", [(each.name, each.label) for each in touchable.uses])

    def clean_arn(self) -> str:
        if self.wrong:
            raise forms.ValidationError(self.wrong)
        return str(self.cleaned_data["arn"])

    def clean_below(self) -> str:
        below = str(self.cleaned_data["below"])
        if _MEANS_SOMETHING.search(below):
            raise forms.ValidationError("A prefix is the beginning of names, without * ? $ or quotes.")
        return below

    @property
    def takes_prefix(self) -> bool:
        return self.resource is not None and self.resource.touchable.takes_prefix

    @property
    def is_key_unread(self) -> bool:
        """Which key encrypts it may matter, and AWS didn't tell."""
        row = self.resource.row if self.resource else None
        return row is not None and known.KEY_FACT in row.not_read

    @property
    def actions(self) -> Sequence[str]:
        """What the chosen use comes to, for the page."""
        if self.resource is None:
            return ()
        touchable = self.resource.touchable
        use = touchable.use(str(self["use"].value() or "")) or touchable.uses[0]
        key = use.with_key if self.key and self["with_key"].value() else ()
        own = f"{touchable.uses[0].actions[0].partition(':')[0]}:"
        return [*(action.removeprefix(own) for action in use.actions), *key]

    @property
    def touch(self) -> Touch:
        """Of a valid row."""
        assert self.resource is not None  # noqa: S101  clean_arn says so
        cleaned, resource = self.cleaned_data, self.resource
        use = resource.touchable.use(cleaned["use"])
        assert use is not None  # noqa: S101  it is one of the choices
        key = self.key.arn if self.key and cleaned["with_key"] and use.with_key else ""
        below = cleaned["below"].lstrip("/") if resource.touchable.takes_prefix else ""
        return Touch(resource.touchable, use, resource.arn, resource.name, below, resource.region, key)


def rows_of(aws_account: AwsAccount, data: QueryDict) -> list[TouchRow]:
    """In their order; the first ones of too many. At most two queries."""
    numbers = sorted(int(found[1]) for name in data if (found := _ARN.fullmatch(name)))
    rows = [_row(aws_account, data, number) for number in numbers[:MOST_ROWS]]
    resources = [row.resource for row in rows if row.resource]
    held = known.held_of(aws_account, [each.arn for each in resources])
    for row in rows:
        if row.resource:
            row.resource = replace(row.resource, row=held.get(row.resource.arn))
    keys = known.keys_of(aws_account, [row.resource for row in rows if row.resource])
    for row in rows:
        row.key = keys.get(row.resource.arn) if row.resource else None
    return rows


def _row(aws_account: AwsAccount, data: QueryDict, number: int) -> TouchRow:
    try:
        return TouchRow(data, number, known.of_arn(aws_account, str(data.get(f"touch-{number}-arn", ""))), "")
    except NotFoundError as error:
        return TouchRow(data, number, None, str(error))


def with_row(data: QueryDict, resource: FoundResource, use: str = "") -> QueryDict:
    """With one more: its first use, and with its key."""
    found = data.copy()
    numbers = [int(name[1]) for name in map(_ARN.fullmatch, found) if name]
    prefix = f"touch-{max(numbers, default=0) + 1}"
    found[f"{prefix}-arn"] = resource.arn
    found[f"{prefix}-use"] = use or resource.touchable.uses[0].name
    found[f"{prefix}-below"] = resource.prefix
    found[f"{prefix}-with_key"] = "on"
    return found


def without_row(data: QueryDict, number: str) -> QueryDict:
    found = data.copy()
    for name in [each for each in found if each.startswith(f"touch-{number}-")]:
        del found[name]
    return found
