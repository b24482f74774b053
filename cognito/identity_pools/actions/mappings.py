"""Role mappings and principal tags, a provider at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cognito.identity_pools.actions.access import IdentityPoolForm, ProviderField, RulesField, as_lines
from cognito.identity_pools.operations import set_principal_tags, set_roles
from cognito.identity_pools.operations.roles import rules_of
from cognito.identity_pools.sign_in_paths import SignInPaths, mapping_of, without_client
from objects.fields import offer
from sync.operations import StepSpec


class OfProviderForm(IdentityPoolForm):
    """About one provider. What is filled in is how that one is set: of another one it is filled in anew, and said."""

    of = forms.CharField(required=False, max_length=2_048, widget=forms.HiddenInput)

    def fill_in(self, keys: Sequence[str]) -> None:
        """`keys`: of the providers that there are."""
        first = self.initial.get("provider") or next(iter(keys), "")
        chosen, shown = self.data.get("provider", ""), self.data.get("of", "")
        self.is_another = self.is_bound and bool(shown) and chosen in keys and chosen != shown
        now = self.as_it_is(chosen if self.is_another else first)
        if self.is_another:
            self.data = {**dict(self.data.items()), **now, "of": chosen}
        self.initial = {**now, "of": first, **self.initial}

    def as_it_is(self, key: str) -> dict[str, Any]:
        """The fields of a provider, as they are set now."""
        raise NotImplementedError

    def clean_provider(self) -> str:
        if self.is_another:
            raise forms.ValidationError("Below is how this provider is set now: change it, and stage it then.")
        return str(self.cleaned_data["provider"])


class MappingForm(OfProviderForm):
    heading = "Role mapping in {names}"
    about = "Which role somebody gets who comes from one provider. Of rules the first that matches decides."
    provider = ProviderField()
    type = forms.ChoiceField(
        label="The role comes from",
        choices=[
            ("", "Nowhere else: always the role of who is signed in"),
            ("Rules", "The rules below"),
            ("Token", "The token: the roles of their groups"),
        ],
        required=False,
    )
    rules = RulesField(
        required=False,
        help_text="One a line: claim, Equals / Contains / StartsWith / NotEqual, value, role; for example "
        "custom:plan Equals business partner-gold",
    )
    otherwise = forms.ChoiceField(
        label="If nothing matches",
        choices=[("Deny", "Gets no credentials"), ("AuthenticatedRole", "Gets the role of who is signed in")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider, rules = self.fields["provider"], self.fields["rules"]
        assert isinstance(provider, ProviderField)  # noqa: S101  as declared
        assert isinstance(rules, RulesField)  # noqa: S101  as declared
        provider.of(self.pool)
        rules.of(self.aws_account)
        self.fill_in([path.key for path in SignInPaths(self.pool).signed_in])

    def as_it_is(self, key: str) -> dict[str, Any]:
        mapping = mapping_of(self.pool, key)
        if mapping is None:
            return {"type": "", "rules": "", "otherwise": "Deny"}
        otherwise = mapping.get("AmbiguousRoleResolution", "Deny")
        return {"type": mapping["Type"], "rules": as_lines(rules_of(mapping)), "otherwise": otherwise}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("type") == "Rules" and not cleaned.get("rules") and "rules" not in self.errors:
            self.add_error("rules", "Write at least one rule.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        if not cleaned["type"]:
            return [set_roles(self.pool, mappings={cleaned["provider"]: None})]
        mapping = {"Type": cleaned["type"], "AmbiguousRoleResolution": cleaned["otherwise"]}
        if cleaned["type"] == "Rules":
            mapping["RulesConfiguration"] = {"Rules": cleaned["rules"]}
        return [set_roles(self.pool, mappings={cleaned["provider"]: mapping})]


class PrincipalTagsForm(OfProviderForm):
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
        names = {without_client(path.key): path.title for path in SignInPaths(self.pool).signed_in}
        offer(self, "provider", list(names.items()))
        self.fill_in([*names])

    def as_it_is(self, key: str) -> dict[str, Any]:
        described = (self.pool.principal_tags or {}).get(key, {})
        lines = [f"{tag}={claim}" for tag, claim in sorted(described.get("PrincipalTags", {}).items())]
        return {"tags": "\n".join(lines), "defaults": "on" if described.get("UseDefaults") else ""}

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
        cleaned = self.cleaned_data
        return [set_principal_tags(self.pool, cleaned["provider"], cleaned["tags"], use_defaults=cleaned["defaults"])]
