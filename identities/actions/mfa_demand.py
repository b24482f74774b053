"""Demands MFA of users: attaches the policy that denies everything but enrolment to who signed in without a device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from iamconsole.web.words import some
from identities.mfa_policies import (
    NAME,
    demanding_policies,
    holders_of_other_credentials,
    is_held_to_mfa,
    mfa_document,
    with_unread_credentials,
)
from identities.models import IamUser
from identities.operations import attach
from objects.fields import offer
from objects.object_actions import ActionForm
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy
from sync.operations import Refusal, StepSpec


class DemandMfaForm(ActionForm):
    heading = "Demand MFA of {names}"
    about = (
        "Until they sign in with an MFA device they may change their password and register one, and nothing else. "
        "They need no other permission to do so."
    )
    _LEFT_OUT: ClassVar = "They are left out: pull their credentials first, or demand MFA of each by themselves."
    policy = forms.ChoiceField(
        label="Policy",
        required=False,
        help_text="It denies all but enrolment to requests without MFA.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = [each for each in demanding_policies(self.aws_account) if each.allows_enrolment]
        self._text = mfa_document(self.aws_account)
        same = next((each.arn for each in there if each.text == self._text), "")
        new = [] if same else [("", f"A new policy, {self._new_name}, as AWS documents it")]
        offer(self, "policy", [*((each.arn, each.name) for each in there), *new])
        self.initial = {"policy": same, **self.initial}
        self._unread = with_unread_credentials(self.targets)
        others = holders_of_other_credentials(self.targets)
        signing = [user.name for user in self.targets if user.active_key_count]
        self.about += _denied_too(signing, "an active access key: what it signs")
        other = [user.name for user in self.targets if user.pk in others]
        self.about += _denied_too(other, "an active SSH key or credential for one service: what is done with it")
        self.about += self._unknown([user.name for user in self.targets if user.pk in self._unread])

    def _unknown(self, names: Sequence[str]) -> str:
        """Of whom it isn't known what would be denied with it; of several users, these are left out."""
        if not names:
            return ""
        what = "access keys, SSH keys or credentials for one service, which would be denied as well"
        have = "has" if len(names) == 1 else "have"
        then = "" if len(self.targets) == 1 else f" {self._LEFT_OUT}"
        return f" Unknown: the mirror hasn’t read whether {some(names)} {have} {what}.{then}"

    @property
    def _new_name(self) -> str:
        taken = set(
            ManagedPolicy.objects.live()
            .filter(aws_account=self.aws_account, name_key__startswith=NAME)
            .values_list("name_key", flat=True)
        )
        return next(name for number in range(1, len(taken) + 2) if (name := _numbered(number)) not in taken)

    @property
    def _known(self) -> list[IamUser]:
        """One alone was read about by whoever sends the form. Raises Refusal where nobody is left."""
        if len(self.targets) == 1:
            return list(self.targets)
        found = [user for user in self.targets if user.pk not in self._unread]
        if not found:
            raise Refusal(f"Of all of them it is unknown which keys they have. {self._LEFT_OUT}")
        return found

    def steps(self) -> Sequence[StepSpec]:
        known = self._known
        users = [user for user in known if not is_held_to_mfa(user)] or known
        if chosen := str(self.cleaned_data["policy"]):
            return [attach(user, chosen) for user in users]
        arn = POLICY.arn_of(self.aws_account, self._new_name, "/")
        return [create_policy(arn, self._text), *(attach(user, arn) for user in users)]


def _denied_too(names: Sequence[str], what: str) -> str:
    """`what`: the credential that they have, and what is denied of it; "" where nobody has it."""
    if not names:
        return ""
    have = "has" if len(names) == 1 else "have"
    return f" {some(names)} {have} {what} is without MFA, and is denied as well. Give a role to what uses it first."


def _numbered(number: int) -> str:
    return NAME if number == 1 else f"{NAME}-{number}"


def may_be_demanded(user: IamUser) -> bool:
    return bool(user.has_password)
