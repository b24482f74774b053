"""Form fields that several actions on identity pools have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import AwsAccount
from cognito.identity_pools.operations.roles import MATCHES
from cognito.identity_pools.sign_in_paths import SignInPaths
from cognito.models import IdentityPool
from identities.models import IamRole
from objects.fields import NamedField

# Amazon S3 User Guide, "General purpose bucket naming rules".
_BUCKET = r"\A(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z"


def _roles(aws_account: AwsAccount) -> QuerySet[Any]:
    roles = IamRole.objects.live().filter(aws_account=aws_account)
    return roles.exclude(path__startswith="/aws-").order_by("name_key")


class RoleArnField(NamedField):
    """Cleans to the role's ARN, "" for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("role", _roles, **kwargs)

    def clean(self, value: Any) -> str:
        found = super().clean(value)
        return str(found.arn) if found else ""


class BucketField(forms.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        words = "A bucket’s name has 3 to 63 small letters, digits, dots and dashes."
        super().__init__(_BUCKET, error_messages={"invalid": words}, **kwargs)


class PrefixField(forms.CharField):
    """What keys begin with, with a slash at the end. It isn't empty and has no wildcards: it is one prefix."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=512, **kwargs)

    def clean(self, value: Any) -> str:
        said = str(super().clean(value)).strip("/")
        if not said:
            raise forms.ValidationError("Name a prefix: without one it is the whole bucket.")
        if set(said) & set("*?$"):
            raise forms.ValidationError("A prefix has no *, ? or $: in a policy they would stand for more.")
        return f"{said}/"


class ProviderField(forms.ChoiceField):
    """One of the pool's providers, as role mappings name it."""

    def of(self, row: IdentityPool) -> None:
        self.choices = [(path.key, path.full_title) for path in SignInPaths(row).signed_in]


class RulesField(forms.CharField):
    """Rules, one a line: claim, how, value, role. Cleans to what AWS calls Rules; roles may go by their names."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"})
        super().__init__(widget=widget, max_length=40_000, **kwargs)
        self.arns: dict[str, str] = {}

    def of(self, aws_account: AwsAccount) -> None:
        self.arns = dict(_roles(aws_account).values_list("name_key", "arn"))

    def clean(self, value: Any) -> list[dict[str, str]]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        return [self._rule(number, line) for number, line in enumerate(lines, 1)]

    def _rule(self, number: int, line: str) -> dict[str, str]:
        parts = line.split()
        if len(parts) < 4:
            words = f"Line {number} needs four things: a claim, how it is compared, a value, and a role."
            raise forms.ValidationError(words)
        claim, how, *text, role = parts
        match = next((each for each in MATCHES if each.lower() == how.lower()), None)
        if match is None:
            raise forms.ValidationError(f"Line {number}: “{how[:40]}” is none of {', '.join(MATCHES)}.")
        arn = role if role.startswith("arn:") else self.arns.get(role.casefold())
        if arn is None:
            raise forms.ValidationError(f"Line {number}: the mirror has no role “{role[:64]}”.")
        return {"Claim": claim, "MatchType": match, "Value": " ".join(text), "RoleARN": arn}


def as_lines(rules: Any) -> str:
    return "\n".join(
        f"{rule['Claim']} {rule['MatchType']} {rule['Value']} {rule['RoleARN'].rpartition('/')[2]}" for rule in rules
    )
