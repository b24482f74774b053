"""Which attributes of people an app client may read and write."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms

from cognito.models import PoolProvider
from cognito.people import schema
from cognito.people.guarded import VERIFIED
from cognito.pools.actions.clients import ClientForm
from cognito.setting_fields import ManyField
from iamconsole.web.words import some
from sync.operations import StepSpec

DEFAULT, OWN = "default", "own"
_WAYS = [(DEFAULT, "No list: AWS’s default, which may let in all of them"), (OWN, "Those that are ticked below")]


class ClientAttributesForm(ClientForm):
    """`without`: of the address, an attribute that is proposed to be written no more."""

    heading = "Attributes of {one}"
    about = (
        "What the app may write, its people may write of themselves, at sign-up and later: nothing that rules of "
        "identity pools or your own code go by. What it may read stands in its ID tokens."
    )
    writes = forms.ChoiceField(label="It may write", choices=_WAYS, widget=forms.RadioSelect)
    write = ManyField([], label="Attributes that it may write", help_text="Those that the pool requires always can be.")
    reads = forms.ChoiceField(label="It may read", choices=_WAYS, widget=forms.RadioSelect)
    read = ManyField([], label="Attributes that it may read")
    without = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, names in (("write", self._writable()), ("read", self._readable())):
            field = self.fields[name]
            assert isinstance(field, ManyField)  # noqa: S101  as declared
            field.choices = [(each, each) for each in names]
        if without := self.initial.get("without"):
            self.initial["write"] = [name for name in self.initial.get("write", []) if name != without]

    def _readable(self) -> list[str]:
        return sorted(name for name in schema.schema_of(self.pool) if name != "sub")

    def _writable(self) -> list[str]:
        """One that can't be changed is written at sign-up. Whether an address is verified, AWS alone says."""
        return sorted(name for name in schema.settable(self.pool, new=True) if name not in VERIFIED)

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        write, read = settings.get("WriteAttributes"), settings.get("ReadAttributes")
        return {
            "writes": OWN if write else DEFAULT,
            "write": write or self._writable(),
            "reads": OWN if read else DEFAULT,
            "read": read or self._readable(),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for way, name in (("writes", "write"), ("reads", "read")):
            if cleaned.get(way) == OWN and name in cleaned and not cleaned[name]:
                self.add_error(name, "Tick one at least: an empty list is AWS’s default again.")
        if (
            cleaned.get("writes") == OWN
            and cleaned.get("write")
            and (missing := self._mapped() - set(cleaned["write"]))
        ):
            words = "providers of this app set it at each sign-in, which fails when the app may not write it"
            self.add_error("write", f"{some(sorted(missing))}: {words}. Take it out of the attribute mapping first.")
        return cleaned

    def _mapped(self) -> set[str]:
        """What providers of the app set ("Specifying identity provider attribute mappings for your user pool")."""
        used: Collection[str] = self.row.settings.get("SupportedIdentityProviders", ()) if self.row else ()
        rows = PoolProvider.objects.live().filter(pool=self.pool, name__in=used)
        mapped = {name for row in rows for name in row.settings.get("AttributeMapping", {})}
        return mapped & set(self._writable())

    def all_steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return self.update_one(
            {
                "WriteAttributes": cleaned["write"] if cleaned["writes"] == OWN else None,
                "ReadAttributes": cleaned["read"] if cleaned["reads"] == OWN else None,
            }
        )
