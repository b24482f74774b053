"""The steps of changes that were about people: those about one, the note for a ticket, and whose temporary password is
from which step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from cognito.models import CognitoUser
from cognito.people.operations.base import PeopleOperation
from iamconsole.web.words import counted, full_time
from sync.models import Change, Step
from sync.models.fields import StepSub
from sync.operations import BadParams, registry

SHOWN = 50


def changes_of(person: CognitoUser) -> Sequence[Step]:
    """The newest first. Steps name her by her `sub`; those that were never sent are left out."""
    return list(_about(person)[:SHOWN])


def _about(person: CognitoUser) -> QuerySet[Step]:
    steps = Step.objects.filter(change__aws_account=person.aws_account_id, kind__startswith="cognito.user.")
    of_her = steps.alias(about=StepSub("params")).filter(about=person.aws_id)
    return of_her.select_related("change__requested_by").order_by("-change_id", "-pk")


def steps_about(person: CognitoUser) -> list[Step]:
    """All steps of changes that were about them, the newest first."""
    steps = Step.objects.filter(change__aws_account=person.aws_account_id, kind__startswith="cognito.user.")
    about = steps.alias(sub=StepSub("params")).filter(Q(sub=person.aws_id) | Q(result__id=person.aws_id))
    return list(about.select_related("change__requested_by").order_by("-change_id", "position"))


# ---- The note for a ticket: plain text, who did what for whom and when, and what those people will see -------------
# It names people by their `sub`: tickets are kept elsewhere, for longer.
MOST_NAMED = 20


def is_of_people(change: Change) -> bool:
    return change.steps.filter(kind__startswith="cognito.user.").exists()


def note_of(change: Change) -> str:
    """ "" of a change that is about nobody."""
    steps = [step for step in change.steps.all() if isinstance(registry.get(step.kind), PeopleOperation)]
    if not steps:
        return ""
    described = [line for step in steps[:MOST_NAMED] for line in _lines(step)]
    if left := len(steps) - MOST_NAMED:
        described += [f"- and {counted(left, 'more step')}"] if left > 0 else []
    who = change.applied_by or change.requested_by
    at = full_time(change.finished_at or change.created_at)
    head = f"Change {change.pk} in {change.aws_account}: {change.get_state_display().lower()}"
    return "\n".join([head, f"By {who}, {at}", *described])


def _lines(step: Step) -> list[str]:
    operation = registry[step.kind]
    try:
        params = operation.parse(step.params)
    except BadParams:
        return [f"- {step.kind}: {step.get_state_display().lower()}"]
    note = operation.note(params)
    return [f"- {operation.title(params)}: {step.get_state_display().lower()}.", *([f"  {note}"] if note else [])]


# ---------------------------------------------------------------------------------------------------------------------
# What a temporary password comes from: AWS has one status for whom it invited and whom it was set for later.
# "User account states" in the Amazon Cognito Developer Guide: FORCE_CHANGE_PASSWORD is whoever can sign in with a
# temporary password, and must choose another one then. Where that comes from, only our own steps tell.
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
