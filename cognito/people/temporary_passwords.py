"""What a temporary password comes from: AWS has one status for whom it invited and whom it was set for later.

"User account states" in the Amazon Cognito Developer Guide: FORCE_CHANGE_PASSWORD is whoever can sign in with a
temporary password, and must choose another one then. Where that comes from, only our own steps tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import AwsAccount
from cognito.models import CognitoUser
from iamconsole.web.words import full_time
from sync.models import Step
from sync.models.listed import StepSub

SET = "cognito.user.set_password"
_INVITED = ("cognito.user.create", "cognito.user.resend_invite")
_JUST_AFTER = timedelta(minutes=1)  # AWS's clock, and the attributes that a step sets in the same change
_STATUS = CognitoUser.Status.FORCE_CHANGE_PASSWORD


@dataclass(frozen=True)
class TemporaryPassword:
    """The last step of this console that gave somebody a temporary password."""

    kind: str
    at: datetime
    change: int

    @property
    def is_set(self) -> bool:
        return self.kind == SET


def last_given(person: CognitoUser) -> TemporaryPassword | None:
    """Who has a permanent one since has another status."""
    steps = Step.objects.filter(change__aws_account=person.aws_account_id, state__in=Step.FINISHED)
    about = steps.filter(kind__in=(SET, _INVITED[1])).alias(sub=StepSub("params")).filter(sub=person.aws_id)
    made = steps.filter(kind=_INVITED[0], result__id=person.aws_id)
    found = [
        TemporaryPassword(kind, at, change)
        for rows in (about, made)
        for kind, at, change in rows.filter(finished_at__isnull=False)
        .order_by("-finished_at")
        .values_list("kind", "finished_at", "change")[:1]
        if at is not None
    ]
    return max(found, key=lambda given: given.at, default=None)


def describe(person: CognitoUser) -> str:
    """A sentence; "" of whom that isn't the status."""
    if person.status != _STATUS or person.erased_at:
        return ""
    given = last_given(person)
    changed = person.changed_at
    if given is None or (changed is not None and changed > given.at + _JUST_AFTER):
        return (
            "Either invited and never signed in, or given a temporary password by an administrator since: AWS doesn’t "
            "tell which. They choose a password of their own at the next sign-in."
        )
    when = full_time(given.at)
    if given.is_set:
        return f"A temporary password was set by change {given.change} ({when}), and wasn’t used yet."
    return f"Invited by change {given.change} ({when}), and never signed in since."


def voids(person: CognitoUser) -> str:
    """What another invitation takes from somebody; "" where this console set nothing."""
    given = last_given(person) if person.status == _STATUS else None
    if given is None or not given.is_set:
        return ""
    return f"It voids the temporary password that change {given.change} set ({full_time(given.at)})."


def set_for(subs: Sequence[str], aws_account: AwsAccount) -> set[str]:
    """Those of these people for whom this console set a temporary password since it invited them, in one query."""
    steps = Step.objects.filter(change__aws_account=aws_account, state__in=Step.FINISHED)
    about = steps.filter(kind__in=(SET, _INVITED[1])).alias(sub=StepSub("params")).filter(sub__in=subs)
    last: dict[str, str] = {}
    for params, kind in about.order_by("finished_at").values_list("params", "kind"):
        last[params["sub"]] = kind
    return {sub for sub, kind in last.items() if kind == SET}
