"""Proposes a change across AWS accounts: an ordinary change for each, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import AwsAccount, Operator
from sync.changes import PlanError, notices, propose_until
from sync.changes.follow_ups import behind, reversing
from sync.changes.plan import MOST_STEPS
from sync.changes.span import SpanPlace
from sync.models import Change, SpanningChange
from sync.operations import StepSpec
from sync.spanning.events import REVERSE, SpanAndOperator, check
from sync.spanning.organizations import the_one_organization
from sync.spanning.state import SpanSituation

MOST_ACCOUNTS = 100


@dataclass(frozen=True)
class AccountPlan:
    """What is to be done in one AWS account. `wave`: from 1."""

    aws_account: AwsAccount
    title: str
    steps: Sequence[StepSpec]
    wave: int = 1
    reverses: Change | None = None


class PlanErrorIn(PlanError):
    """A PlanError about the plan of one AWS account."""

    def __init__(self, aws_account: AwsAccount, error: PlanError) -> None:
        super().__init__(f"{aws_account}: {error}", field=error.field)
        self.aws_account, self.error = aws_account, error


@transaction.atomic
def propose_across(
    *,
    actor: Operator,
    reason: str,
    plans: Sequence[AccountPlan],
    until: datetime | None = None,
    reverses: SpanningChange | None = None,
) -> SpanningChange:
    """Raises PlanError, of the plan of one AWS account as PlanErrorIn; then nothing is there of any."""
    aws_accounts = [each.aws_account for each in plans]
    if len({each.pk for each in aws_accounts}) != len(plans):
        raise PlanError("Each AWS account has one plan.")
    if len(plans) < 2:
        raise PlanError("A change across AWS accounts takes two of them: in one it is an ordinary change.")
    if len(plans) > MOST_ACCOUNTS:
        raise PlanError(f"These are {len(plans)} AWS accounts: at most {MOST_ACCOUNTS} go into one change.")
    if sum(len(each.steps) for each in plans) > MOST_STEPS:
        raise PlanError(f"At most {MOST_STEPS:,} steps go into one change. Make several of it.")
    span = SpanningChange.objects.create(
        organization_id=the_one_organization(aws_accounts), requested_by=actor, reverses=reverses
    )
    numbers = {wave: number for number, wave in enumerate(sorted({each.wave for each in plans}), start=1)}
    proposed = []
    for each in plans:
        try:
            change = propose_until(
                until=until,
                aws_account=each.aws_account,
                actor=actor,
                title=each.title,
                reason=reason,
                steps=each.steps,
                reverses=each.reverses,
                place=SpanPlace(span, numbers[each.wave]),
            )
        except PlanError as error:
            raise PlanErrorIn(each.aws_account, error) from error
        proposed.append(change)
    notices.notify("change.across_proposed", proposed[0])
    return span


def propose_reverse_across(*, span: SpanningChange, actor: Operator) -> SpanningChange:
    """One that undoes what was done, the newest wave first. What can't be undone stays. Raises PlanError."""
    at = SpanAndOperator(SpanSituation(span), actor)
    check(REVERSE, at)
    by_account: dict[int, list[Change]] = {}
    for change in sorted(at.to_reverse, key=lambda each: -each.pk):  # one that was planned again: its newest first
        by_account.setdefault(change.aws_account_id, []).append(change)
    last = max(each.wave for each in at.to_reverse)
    plans = [_reverse(changes, last) for changes in by_account.values()]
    if len(plans) == 1:
        raise PlanError("Something was done in one AWS account only: reverse the change there.")
    reason = f"Reverses change {span.pk} across AWS accounts."
    return propose_across(actor=actor, reason=reason, plans=plans, reverses=span)


def _reverse(changes: Sequence[Change], last: int) -> AccountPlan:
    newest = changes[0]
    steps: list[StepSpec] = []
    for change in changes:
        steps += behind(reversing(change), len(steps))
    title = f"Reverse of change {newest.pk}: {newest.title}"
    return AccountPlan(newest.aws_account, title, steps, last - newest.wave + 1, newest)
