"""Role mappings and principal tags, a provider at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cognito.identity_pools.acts.access import PoolForm
from cognito.identity_pools.acts.fields import ProviderField, RulesField, as_lines
from cognito.identity_pools.operations import set_principal_tags, set_roles
from cognito.identity_pools.operations.roles import rules_of
from cognito.identity_pools.ways import Chain, without_client
from sync.operations import StepSpec


class MappingForm(PoolForm):
    heading = "Role mapping in {names}"
    about = "Which role somebody gets who comes from one provider. Of rules the first that matches decides."
    provider = ProviderField()
    type = forms.ChoiceField(
        label="The role comes from",
        choices=[
            ("", "Nowhere else: always the role of who is signed in"),
            ("Rules", "The rules below"),
            ("Token", "The token: the roles of her groups"),
        ],
        required=False,
    )
    rules = RulesField(
        required=False,
        help_text="One a line: claim, Equals / Contains / StartsWith / NotEqual, value, role; for example "
        "custom:plan Equals business partner-gold",
    )
    otherwise = forms.ChoiceField(
        label="Who fits nowhere",
        choices=[("Deny", "Gets no credentials"), ("AuthenticatedRole", "Gets the role of who is signed in")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider, rules = self.fields["provider"], self.fields["rules"]
        assert isinstance(provider, ProviderField)  # noqa: S101  as declared
        assert isinstance(rules, RulesField)  # noqa: S101  as declared
        provider.of(self.pool)
        rules.of(self.aws_account)
        asked = self.initial.get("provider") or next((way.key for way in Chain(self.pool).signed_in), "")
        mapping = (self.pool.role_mappings or {}).get(asked)
        if mapping:
            self.initial.setdefault("type", mapping["Type"])
            self.initial.setdefault("rules", as_lines(rules_of(mapping)))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("type") == "Rules" and not said.get("rules") and "rules" not in self.errors:
            self.add_error("rules", "Write at least one rule.")
        return said

    def steps(self) -> Sequence[StepSpec]:
        said = self.cleaned_data
        if not said["type"]:
            return [set_roles(self.pool, mappings={said["provider"]: None})]
        mapping = {"Type": said["type"], "AmbiguousRoleResolution": said["otherwise"]}
        if said["type"] == "Rules":
            mapping["RulesConfiguration"] = {"Rules": said["rules"]}
        return [set_roles(self.pool, mappings={said["provider"]: mapping})]


class PrincipalTagsForm(PoolForm):
    heading = "Principal tags in {names}"
    about = "Attributes of people become tags of their session, which policies may ask for (aws:PrincipalTag/…)."
    provider = forms.ChoiceField()
    defaults = forms.BooleanField(required=False, label="AWS’s default ones: username (sub) and client (aud)")
    tags = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
        help_text="Without the default ones: one a line, tag=claim, such as plan=custom:plan. Empty: none.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  as declared
        names = {without_client(way.key): way.title for way in Chain(self.pool).signed_in}
        field.choices = list(names.items())
        asked = self.initial.get("provider") or next(iter(names), "")
        told = (self.pool.principal_tags or {}).get(asked, {})
        self.initial.setdefault("defaults", told.get("UseDefaults", False))
        lines = [f"{tag}={claim}" for tag, claim in sorted(told.get("PrincipalTags", {}).items())]
        self.initial.setdefault("tags", "\n".join(lines))

    def clean_tags(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["tags"].splitlines(), 1):
            tag, _, claim = (part.strip() for part in line.partition("="))
            if line.strip() and not (tag and claim):
                raise forms.ValidationError(f"Line {number} isn’t of the form tag=claim.")
            if tag in found:
                raise forms.ValidationError(f"Line {number}: the tag {tag} is there already.")
            if tag:
                found[tag] = claim
        return found

    def steps(self) -> Sequence[StepSpec]:
        said = self.cleaned_data
        return [set_principal_tags(self.pool, said["provider"], said["tags"], use_defaults=said["defaults"])]
