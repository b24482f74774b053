"""OIDC and SAML providers; and what product providers ask for."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from django import forms

from identities.models.account import LONGEST_KEPT_METADATA
from identities.operations import (
    add_client_id,
    create_oidc,
    create_saml,
    reject_request,
    remove_client_id,
    set_thumbprints,
    update_saml,
)
from identities.operations.delegation_requests import LONGEST_NOTES
from identities.operations.oidc import LONGEST_CLIENT_ID, LONGEST_URL
from objects.fields import offer
from objects.object_actions import ActionForm
from sync.operations import StepSpec

_METADATA = "What the identity provider hands out as its metadata, an XML document: paste all of it."


class UniqueLinesField(forms.CharField):
    """A few texts, one a line. Cleans to a list without repetitions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=40_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = (line.strip() for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class ThumbprintsField(UniqueLinesField):
    """As people copy them: in capitals, with colons."""

    def clean(self, value: Any) -> list[str]:
        return [line.replace(":", "").replace(" ", "").lower() for line in super().clean(value)]


class MetadataField(forms.CharField):
    def __init__(self) -> None:
        # A form sends \r\n for each line's end: the operation counts without.
        most = 2 * LONGEST_KEPT_METADATA
        super().__init__(widget=forms.Textarea(attrs={"rows": 12}), max_length=most, help_text=_METADATA, strip=False)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).replace("\r\n", "\n").lstrip("\ufeff")


class CreateOidcForm(ActionForm):
    heading = "New OIDC provider"
    about = "Pipelines, clusters and web identities get in without access keys, by a role that trusts the provider."
    url = forms.CharField(
        max_length=LONGEST_URL,
        label="Address of the issuer",
        help_text="Such as https://token.actions.githubusercontent.com, just as tokens name it. It can't be changed.",
    )
    client_ids = UniqueLinesField(
        label="Audiences",
        help_text="One a line, such as sts.amazonaws.com: the aud claim of tokens must be one of them.",
    )
    thumbprints = ThumbprintsField(
        required=False,
        help_text="SHA-1 of the issuer's certificate authority, one a line. AWS needs none where it trusts it itself.",
    )

    def clean_url(self) -> str:
        value = str(self.cleaned_data["url"])
        if not value.startswith("https://"):
            raise forms.ValidationError("It begins with https://.")
        return value

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [create_oidc(self.aws_account, cleaned["url"], cleaned["client_ids"], cleaned["thumbprints"])]


class AddClientIdForm(ActionForm):
    named_otherwise = MappingProxyType({"client_ids": "client_id"})
    heading = "Add an audience to {names}"
    about = "Tokens of the provider that are meant for it are then taken, too."
    client_id = forms.CharField(max_length=LONGEST_CLIENT_ID, label="Audience", help_text="Exactly as tokens name it.")

    def steps(self) -> Sequence[StepSpec]:
        return [add_client_id(self.target.arn, self.cleaned_data["client_id"])]


class RemoveClientIdForm(ActionForm):
    heading = "Remove an audience from {names}"
    about = "Tokens that are meant for it get nobody in any more."
    client_id = forms.ChoiceField(label="Audience")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "client_id", [(client_id, client_id) for client_id in self.target.client_ids])

    def steps(self) -> Sequence[StepSpec]:
        return [remove_client_id(self.target.arn, self.cleaned_data["client_id"])]


class ThumbprintsForm(ActionForm):
    heading = "Thumbprints of {names}"
    about = "All of them: what isn't in the list is no longer trusted."
    thumbprints = ThumbprintsField(help_text="SHA-1 of the issuer's certificate authority, one a line.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"thumbprints": self.target.thumbprints})

    def steps(self) -> Sequence[StepSpec]:
        return [set_thumbprints(self.target.arn, self.cleaned_data["thumbprints"])]


class CreateSamlForm(ActionForm):
    heading = "New SAML provider"
    about = "People who sign in there then get in here, by a role that trusts the provider."
    name = forms.CharField(max_length=128, help_text="Letters, digits and ._- only. It can't be changed later.")
    metadata = MetadataField()

    def steps(self) -> Sequence[StepSpec]:
        return [create_saml(self.aws_account, self.cleaned_data["name"], self.cleaned_data["metadata"])]


class UpdateSamlForm(ActionForm):
    heading = "New metadata of {names}"
    about = "It replaces all that the provider says of itself. What its old certificates signed is no longer taken."
    metadata = MetadataField()

    def steps(self) -> Sequence[StepSpec]:
        return [update_saml(self.target.arn, self.cleaned_data["metadata"])]


class RejectRequestForm(ActionForm):
    heading = "Reject the request of {names}"
    about = "The provider gets no access by it, and is told the reason. A rejection can’t be taken back."
    notes = forms.CharField(
        max_length=LONGEST_NOTES,
        required=False,
        label="Reason",
        help_text="The provider reads it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def steps(self) -> Sequence[StepSpec]:
        return [reject_request(self.target, self.cleaned_data["notes"])]
