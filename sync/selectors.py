"""Questions about changes and runs, asked by pages, panels and the shell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import APPLY, APPROVE, PROPOSE
from sync.mirror import sources
from sync.models import Approval, Attempt, Change, Run, Step

# What may still be approved or rejected.
UNDECIDED = (Change.State.PROPOSED, Change.State.APPROVED)
# What went wrong and waits for its requester.
STUCK = (Change.State.FAILED, Change.State.CONFLICTED, Change.State.UNKNOWN)
RECENT = 6

_NONE_NEEDED = Q(approvals_required=0, aws_account__approvals_required=0)


def changes_of(aws_account: AwsAccount, *, waits_for: Operator | None = None) -> QuerySet[Any]:
    """The changes of an AWS account with who asked for them and how far they got; `waits_for` adds `waits_for_me`."""
    changes = (
        Change.objects.filter(aws_account=aws_account)
        .select_related("requested_by", "applied_by", "aws_account")
        .annotate(
            step_count=Count("steps", distinct=True),
            steps_done=Count("steps", filter=Q(steps__state__in=Step.FINISHED), distinct=True),
            approval_count=Count("approvals", filter=Q(approvals__approved=True, approvals__void=False), distinct=True),
        )
        .order_by("-id")
    )
    if waits_for is None:
        return changes
    waiting = ExpressionWrapper(_waiting(waits_for, aws_account), output_field=BooleanField())
    return changes.annotate(waits_for_me=waiting)


def waiting_for(operator: Operator, aws_account: AwsAccount) -> QuerySet[Any]:
    """What this operator can move on: others' changes to approve, own ones to apply or to mend."""
    return changes_of(aws_account).filter(_waiting(operator, aws_account))


def _waiting(operator: Operator, aws_account: AwsAccount) -> Q:
    waiting = Q(pk__in=[])
    if may(operator, APPROVE, aws_account):
        waiting |= _to_approve(operator)
    if may(operator, APPLY, aws_account):
        waiting |= Q(state__in=UNDECIDED, requested_by=operator) & _enough_approvals()
    if may(operator, PROPOSE, aws_account):
        waiting |= Q(state__in=STUCK, requested_by=operator)
    return waiting


def _to_approve(operator: Operator) -> Q:
    answered = Approval.objects.filter(change=OuterRef("pk"), operator=operator, void=False)
    return Q(state=Change.State.PROPOSED) & ~_NONE_NEEDED & ~Q(requested_by=operator) & ~Q(Exists(answered))


def _enough_approvals() -> Q:
    return Q(state=Change.State.APPROVED) | _NONE_NEEDED


def recent_changes(aws_account: AwsAccount) -> list[Any]:
    return list(changes_of(aws_account)[:RECENT])


def open_changes(aws_account: AwsAccount) -> int:
    return Change.objects.filter(aws_account=aws_account, state__in=Change.OPEN).count()


def also_running(change: Change) -> list[Any]:
    """The other changes that a worker has, or should have, in the same AWS account."""
    return list(changes_of(change.aws_account).filter(state__in=Change.MOVING).exclude(pk=change.pk)[:RECENT])


def steps_of(change: Change) -> list[Step]:
    return list(change.steps.prefetch_related("attempts"))


def last_attempt(step: Step) -> Attempt | None:
    """The newest try; reads what `steps_of` fetched."""
    attempts = list(step.attempts.all())
    return attempts[-1] if attempts else None


def runs_of(aws_account: AwsAccount) -> QuerySet[Run]:
    return Run.objects.filter(aws_account=aws_account).select_related("started_by", "aws_account").order_by("-id")


def last_complete(aws_account: AwsAccount, source: str = "") -> datetime | None:
    """When the last complete pull of this AWS account, or of one source of it, ended: the age of what pages show."""
    complete = Run.objects.filter(aws_account=aws_account, state=Run.State.DONE)
    if source:
        complete = complete.filter(source=source)
    newest = complete.order_by("-finished_at").first()
    return newest.finished_at if newest else None


def source_title(name: str) -> str:
    """What pages call a source: old runs may be of one that is no longer there."""
    source = sources.get(name)
    return source.title if source else name


def newest_runs(aws_account: AwsAccount) -> list[Run]:
    """The newest run of each source."""
    newest = Run.objects.filter(aws_account=aws_account).values("source", "region").annotate(newest=Max("pk"))
    return list(runs_of(aws_account).filter(pk__in=newest.values("newest")).order_by("source", "region"))
