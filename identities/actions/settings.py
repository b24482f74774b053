"""The IAM settings of an AWS account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from accounts.models import AwsAccount
from identities.account.password_policy import GOOD_LENGTH
from identities.account.selectors import settings_of
from identities.account.settings import FEATURES
from identities.operations import (
    delete_alias,
    delete_password_policy,
    set_alias,
    set_password_policy,
    set_token_version,
    switch_root_feature,
)
from identities.operations.settings import params_of
from objects.object_actions import ActionForm
from sync.operations import Refusal, StepSpec

# Where the AWS account has none of its own: what is advised, and not what AWS does without one.
_ADVISED = {
    "minimum_length": GOOD_LENGTH,
    "require_uppercase": True,
    "require_lowercase": True,
    "require_numbers": True,
    "require_symbols": True,
    "users_may_change": True,
    "max_age_days": 0,
    "hard_expiry": False,
    "remembered": 24,
}


def alias_of(aws_account: AwsAccount) -> str:
    settings = settings_of(aws_account)
    return str(settings.alias) if settings else ""


def has_password_policy(aws_account: AwsAccount) -> bool:
    settings = settings_of(aws_account)
    return bool(settings and settings.password_policy)


class AliasForm(ActionForm):
    heading = "Account alias"
    about = "The name of the AWS account in the address where IAM users sign in. It is unique among all AWS accounts."
    alias = forms.CharField(min_length=3, max_length=63, help_text="Lower-case letters, digits and single dashes.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("alias", alias_of(self.aws_account))

    def steps(self) -> Sequence[StepSpec]:
        return [set_alias(self.cleaned_data["alias"])]


class DeleteAliasForm(ActionForm):
    heading = "Delete the account alias"
    about = "After that, people sign in at the address with the account id. Another AWS account may take the alias."

    def steps(self) -> Sequence[StepSpec]:
        return [delete_alias(alias_of(self.aws_account))]


class AccountPasswordPolicyForm(ActionForm):
    heading = "Password policy"
    about = "For the passwords of IAM users. It is replaced as a whole: all that is to hold stands here."
    minimum_length = forms.IntegerField(label="Characters at least", min_value=6, max_value=128)
    require_uppercase = forms.BooleanField(label="An upper-case letter", required=False)
    require_lowercase = forms.BooleanField(label="A lower-case letter", required=False)
    require_numbers = forms.BooleanField(label="A digit", required=False)
    require_symbols = forms.BooleanField(label="A symbol", required=False)
    remembered = forms.IntegerField(
        label="Old passwords that can't be used again", min_value=0, max_value=24, help_text="0 for none."
    )
    max_age_days = forms.IntegerField(
        label="Days until a password expires", min_value=0, max_value=1095, help_text="0 for never."
    )
    hard_expiry = forms.BooleanField(label="Then only an administrator can set a new one", required=False)
    users_may_change = forms.BooleanField(label="Users may change their own", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = settings_of(self.aws_account)
        held = settings.password_policy if settings else None
        self.initial = {**(params_of(held) if held else _ADVISED), **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        return [set_password_policy(**{name: self.cleaned_data[name] for name in _ADVISED})]


class DeletePasswordPolicyForm(ActionForm):
    heading = "Delete the password policy"
    about = "AWS's default is in force then: 8 characters of three kinds, no expiry, old passwords may come back."

    def steps(self) -> Sequence[StepSpec]:
        return [delete_password_policy()]


class TokenVersionForm(ActionForm):
    heading = "Tokens of the global STS endpoint"
    about = "Regional endpoints always give out tokens of version 2."
    version = forms.TypedChoiceField(
        coerce=int,
        choices=[(1, "1: not valid in opt-in Regions"), (2, "2: valid in all Regions, and longer")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = settings_of(self.aws_account)
        self.initial.update({"version": settings.summary.get("GlobalEndpointTokenVersion", 1) if settings else 1})

    def steps(self) -> Sequence[StepSpec]:
        return [set_token_version(self.cleaned_data["version"])]


def root_features_of(aws_account: AwsAccount) -> Collection[str]:
    """Those of centralised root access that are on, by AWS's names."""
    settings = settings_of(aws_account)
    return frozenset(settings.root_access["features"]) if settings and settings.root_access else frozenset()


def has_root_access(aws_account: AwsAccount) -> bool:
    """Whether AWS tells this account of the features at all."""
    settings = settings_of(aws_account)
    return bool(settings and settings.root_access and not settings.no_root_access)


class RootAccessForm(ActionForm):
    """A box for each feature."""

    heading = "Centralised root access"
    about = "What the organization lets its management account do about the root users of all member accounts."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = root_features_of(self.aws_account)
        for name, feature in FEATURES.items():
            self.fields[feature.word] = forms.BooleanField(label=feature.title, help_text=feature.on, required=False)
            self.initial.setdefault(feature.word, name in on)
        self.order_fields([*(feature.word for feature in FEATURES.values()), "title", "reason"])

    def steps(self) -> Sequence[StepSpec]:
        on = root_features_of(self.aws_account)
        wanted = {name: bool(self.cleaned_data[feature.word]) for name, feature in FEATURES.items()}
        steps = [switch_root_feature(FEATURES[name], on=want) for name, want in wanted.items() if want != (name in on)]
        if not steps:
            raise Refusal("It is set so already: tick what is to be switched on, untick what is to be switched off.")
        return steps
