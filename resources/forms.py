"""The form by which owners say which resources are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from accounts.models import AwsAccount
from resources.reading import LEAST_AN_HOUR, MOST_AN_HOUR, reading_of
from resources.table import SERVICES, Service
from sync.schedule import enabled_regions


@dataclass(frozen=True)
class ServiceField:
    """A service with its field, as the page shows them; `where`: in which Regions it is on, "" of one that is off."""

    service: Service
    bound: BoundField
    where: str


class ReadingForm(forms.Form):
    """A field for each service: the Regions in which it is read, or yes or no for a global one."""

    calls_an_hour = forms.IntegerField(
        label="Calls an hour",
        min_value=LEAST_AN_HOUR,
        max_value=MOST_AN_HOUR,
        help_text="At most, for all of these together. Reading that needs more goes on when there are some again.",
    )

    def __init__(self, *args: Any, aws_account: AwsAccount, **kwargs: Any) -> None:
        reading = reading_of(aws_account)
        self.regions: Sequence[str] = enabled_regions(aws_account)
        initial = {name: _initial(service, reading.services.get(name, ())) for name, service in SERVICES.items()}
        kwargs["initial"] = {**initial, "calls_an_hour": reading.calls_an_hour}
        super().__init__(*args, **kwargs)
        for name, service in SERVICES.items():
            self.fields[name] = _field(service, self.regions)

    def services(self) -> dict[str, list[str]]:
        """What was chosen, as `change_reading` takes it."""
        chosen = {name: self.cleaned_data[name] for name in SERVICES}
        return {name: [""] if found is True else list(found) for name, found in chosen.items() if found}

    def by_service(self) -> Iterator[ServiceField]:
        for name, service in SERVICES.items():
            bound = self[name]
            value = bound.value()
            chosen = [str(region) for region in value] if isinstance(value, list | tuple) else []
            yield ServiceField(service, bound, ", ".join(chosen))


def _field(service: Service, regions: Sequence[str]) -> forms.Field:
    if not service.regional:
        return forms.BooleanField(label=service.title, required=False)
    return forms.MultipleChoiceField(
        label=f"{service.title}: Regions",
        required=False,
        choices=[(region, region) for region in regions],
        widget=forms.CheckboxSelectMultiple,
    )


def _initial(service: Service, regions: Sequence[str]) -> Any:
    return list(regions) if service.regional else bool(regions)


class EverywhereForm(forms.Form):
    """Turns every service on in some Regions at once."""

    def __init__(self, *args: Any, regions: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["everywhere"] = forms.MultipleChoiceField(
            label="Regions",
            choices=[(region, region) for region in regions],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choose at least one Region."},
        )

    def services(self) -> dict[str, list[str]]:
        chosen = list(self.cleaned_data["everywhere"])
        return {name: chosen if service.regional else [""] for name, service in SERVICES.items()}
