"""Forms for questions about access."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.http import QueryDict

from access.patterns import MOST_WILDCARDS, is_too_wild
from policies.engine.callers import caller_of
from policies.engine.conditions import Context

MOST_KEYS = 50


class QuestionForm(forms.Form):
    """An action on a resource; `context` has a condition key a line."""

    action = forms.CharField(
        max_length=256, label="Action", help_text="Such as s3:GetObject, or s3:Get* for any of them."
    )
    resource = forms.CharField(
        max_length=2048,
        label="Resource",
        help_text="An ARN, or a pattern of ARNs; * for anything at all.",
    )
    context = forms.CharField(
        required=False,
        max_length=8000,
        label="Condition keys",
        help_text="One a line, such as aws:SourceIp=198.51.100.7. What isn’t given is unknown.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, patterns: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not patterns:
            self.fields["action"].help_text = "Such as s3:GetObject."
            self.fields["resource"].help_text = "An ARN; * for actions that have no resource."

    @classmethod
    def asked(cls, said: QueryDict, **options: Any) -> Self:
        """Of an address: with what was asked, if anything was; other parameters of the page are none of it."""
        return cls(said if cls.base_fields.keys() & said.keys() else None, **options)

    def clean_action(self) -> str:
        action: str = self.cleaned_data["action"]
        if ":" not in action:
            raise forms.ValidationError("An action is written as service:Action.")
        if is_too_wild(action):
            raise forms.ValidationError(f"A pattern may have up to {MOST_WILDCARDS} wildcards.")
        return action

    def clean_resource(self) -> str:
        resource: str = self.cleaned_data["resource"]
        if is_too_wild(resource):
            raise forms.ValidationError(f"A pattern may have up to {MOST_WILDCARDS} wildcards.")
        return resource

    def clean_context(self) -> Context:
        found: dict[str, tuple[str, ...]] = {}
        for line in self.cleaned_data["context"].splitlines()[:MOST_KEYS]:
            key, equals, value = line.strip().partition("=")
            if line.strip() and not (key and equals):
                raise forms.ValidationError("Each line must be a key, an equals sign and a value.")
            if key:
                found[key.lower()] = (*found.get(key.lower(), ()), value)
        return found


class DeniedRequestForm(QuestionForm):
    """Of a request that AWS denied: what could be read of it, to be corrected and filled in."""

    principal = forms.CharField(
        max_length=2048,
        label="Principal",
        help_text="The ARN of a user, a role or a session, or the name of a service.",
    )

    field_order = ("principal", "action", "resource", "context")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, patterns=False, **kwargs)

    def clean_principal(self) -> str:
        principal: str = self.cleaned_data["principal"]
        try:
            caller_of(principal)
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from problem
        return principal

    def clean_action(self) -> str:
        action = super().clean_action()
        if "*" in action or "?" in action:
            raise forms.ValidationError("A request is for one action: leave out wildcards.")
        return action
