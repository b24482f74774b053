"""The forms of enrolments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms

from accounts.models import AwsAccount
from estate.enrolment.services import DAYS, EnrolmentPlan
from sync.aws.permission import IAM, PEOPLE, RolePart, optional_parts, permissions_of
from sync.aws.purpose import Tier

# What a member of an organization has a use for; the other parts are for one AWS account of it.
_USUAL = frozenset({"cloudtrail", "cognito", "resources"})
_TIERS: tuple[Tier, ...] = ("read", "write")


@dataclass(frozen=True)
class OfferedFeature:
    """What permissions are for, and which they are."""

    words: str
    actions: list[str]


@dataclass(frozen=True)
class OfferedPart:
    """A part of the roles with its features by tier; the tiers in which it has none are left out."""

    part: RolePart
    features: Mapping[Tier, list[OfferedFeature]]

    @property
    def title(self) -> str:
        return self.part.title[:1].upper() + self.part.title[1:] if self.part.title else "IAM"

    @property
    def counts(self) -> str:
        """ "62 permissions to read, 133 to write"."""
        read, write = (sum(len(each.actions) for each in self.features.get(tier, ())) for tier in _TIERS)
        said = [f"{number} to {tier}" for tier, number in (("read", read), ("write", write)) if number]
        return ", ".join(said).replace(" ", f" permission{'s' if max(read, write) > 1 else ''} ", 1)

    @property
    def by_tier(self) -> list[tuple[str, list[OfferedFeature]]]:
        return [("Reading" if tier == "read" else "Writing", found) for tier, found in self.features.items()]


def offered_part(part: RolePart) -> OfferedPart:
    return OfferedPart(part, {tier: found for tier in _TIERS if (found := list(_features(tier, part)))})


def _features(tier: Tier, part: RolePart) -> Iterator[OfferedFeature]:
    needed = sorted(permissions_of(tier, part), key=lambda each: (each.feature, each.action))
    for words, group in groupby(needed, key=lambda each: each.feature):
        yield OfferedFeature(words, [each.action for each in group])


def _offered_parts() -> list[RolePart]:
    return [part for part in optional_parts() if part != PEOPLE]


def _part_choices() -> list[tuple[str, str]]:
    return [(part.name, part.title) for part in _offered_parts()]


def _usual_parts() -> list[str]:
    return [part.name for part in _offered_parts() if part.name in _USUAL]


class EnrolmentForm(forms.Form):
    """What the roles are to be for, and for how long AWS accounts can be connected by them."""

    people = forms.BooleanField(
        label="People",
        required=False,
        help_text="Who the people of user pools and of Identity Center are. With writes, to look after them as well.",
    )
    writes = forms.BooleanField(
        label="Write",
        required=False,
        help_text="A second role, by which changes are applied. Writes stay off until an owner turns them on.",
    )
    parts = forms.MultipleChoiceField(
        label="Features",
        required=False,
        choices=_part_choices,
        initial=_usual_parts,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    days = forms.TypedChoiceField(
        label="It lasts",
        choices=[(days, f"{days} days") for days in DAYS],
        initial=30,
        coerce=int,
        help_text="After that it connects no more AWS accounts. Those that are connected stay so.",
    )

    @property
    def iam(self) -> OfferedPart:
        return offered_part(IAM)

    @property
    def for_people(self) -> OfferedPart:
        return offered_part(PEOPLE)

    def offered(self) -> Iterator[tuple[Any, OfferedPart]]:
        """The box of each part, and what is in it."""
        for box, part in zip(self["parts"].subwidgets, _offered_parts(), strict=True):
            yield box, offered_part(part)

    def plan(self) -> EnrolmentPlan:
        said = self.cleaned_data
        return EnrolmentPlan(said["people"], said["writes"], tuple(said["parts"]), said["days"])


class ConnectEnrolledForm(forms.Form):
    """How those that work are connected."""

    environment = forms.ChoiceField(
        label="Environment",
        choices=AwsAccount.Environment.choices,
        initial=AwsAccount.Environment.PRODUCTION,
        help_text="Of all that are connected now. Each can be changed in its settings.",
    )
    turn_writes_on = forms.BooleanField(
        label="Turn writes on in them",
        required=False,
        help_text="Where the role to write works. Otherwise they are read-only until an owner turns writes on.",
    )

    def __init__(self, *args: Any, writes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not writes:
            del self.fields["turn_writes_on"]
