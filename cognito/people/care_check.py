"""What is said of a change as a whole that looks after people, and how many of them helpdesk may change in an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE
from aws_constraints.arn import name_of, region_in
from cognito.models import PoolPeopleSettings
from cognito.people.messages import MOST_MAILS
from cognito.people.operations.base import PeopleOperation, PersonParams
from cognito.people.operations.making import NewPersonParams
from cognito.pool_calls import PoolParams
from iamconsole.web.words import counted, full_time
from sync.checks import PlanCheck, PlanFinding
from sync.models import Attempt, Change, Step
from sync.operations import PlannedStep
from sync.placeholders import placeholder_for

_HOUR = timedelta(hours=1)
_PERHAPS_DONE = ("", Step.State.DONE, Step.State.UNKNOWN)  # outcomes of what was sent
_OWN_MAIL = "Cognito sends it itself"  # as cognito.people.messages says it


class CareCheck(PlanCheck):
    name = "cognito.care"

    def refuses(
        self, aws_account: AwsAccount, actor: Operator, steps: Sequence[PlannedStep], change_id: int | None
    ) -> str:
        """Helpdesk may change so many people of a pool in an hour; who may propose anything, any number."""
        of_people = [step for step in steps if isinstance(step.operation, PeopleOperation)]
        if not of_people or may(actor, PROPOSE, aws_account):
            return ""
        for pool_arn, people in _by_pool(of_people).items():
            most = _most(aws_account, pool_arn)
            before = _lately(aws_account, actor, pool_arn, change_id)
            if len(people | before) > most:
                free_at = _free_at(aws_account, actor, pool_arn)
                when = f"; next free at {full_time(free_at)}" if free_at else ""
                return (
                    f"Helpdesk changes {counted(most, 'person', 'people')} of this pool in an hour at most: you "
                    f"changed {len(before):,}, counting who waits for a worker, and this is about {len(people):,}. "
                    f"Split it, or ask an editor or an owner{when}."
                )
        return ""

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        of_people = [step for step in steps if isinstance(step.operation, PeopleOperation)]
        found = []
        billed = {
            _who(step.params)
            for step in of_people
            if isinstance(step.operation, PeopleOperation) and step.operation.bills
        }
        if billed:
            words = (
                f"AWS may count {counted(len(billed), 'person', 'people')} as active this month because of this, "
                "and bill for whom it hadn’t counted yet."
            )
            found.append(PlanFinding("ACTIVE_PEOPLE", "suggestion", words))
        mails = sum(_OWN_MAIL in step.params.said for step in of_people)
        if mails > MOST_MAILS:
            words = f"It sends {mails:,} e-mails, and Cognito itself sends {MOST_MAILS} a day: AWS refuses the rest."
            found.append(PlanFinding("MAIL_QUOTA", "warning", words, about=(), amount=mails))
        return found


def _by_pool(steps: Sequence[PlannedStep]) -> dict[str, set[str]]:
    """Who is invited and put into a group is one person."""
    invited = {
        placeholder_for(step.position): step.params.key for step in steps if isinstance(step.params, NewPersonParams)
    }
    found: defaultdict[str, set[str]] = defaultdict(set)
    for step in steps:
        who = _who(step.params)
        found[step.params.pool_arn].add(invited.get(who, who))
    return found


def _who(params: PoolParams) -> str:
    if isinstance(params, NewPersonParams):
        return params.key
    return params.sub if isinstance(params, PersonParams) else ""


def _most(aws_account: AwsAccount, pool_arn: str) -> int:
    region, pool_id = region_in(pool_arn), name_of(pool_arn)
    people_settings = PoolPeopleSettings.objects.filter(aws_account=aws_account, region=region, pool_id=pool_id).first()
    return (people_settings or PoolPeopleSettings()).helpdesk_per_hour


def _lately(aws_account: AwsAccount, actor: Operator, pool_arn: str, change_id: int | None) -> set[str]:
    """Whom changes of the operator's changed in the last hour, this one too, or are about to change before it.

    Who was sent nothing about doesn't count: a change that was turned back, cancelled, or refused by AWS.
    """
    since = timezone.now() - _HOUR
    of_changes = Change.objects.filter(aws_account=aws_account, requested_by=actor)
    recent = of_changes.filter(Q(finished_at__isnull=True) | Q(finished_at__gt=since))
    sent = Attempt.objects.filter(
        step=OuterRef("pk"), started_at__gt=since, snapshot__isnull=False, outcome__in=_PERHAPS_DONE
    )
    due = Q(change__in=_ahead_of(change_id, of_changes)) & ~Q(state__in=Step.SETTLED)
    steps = Step.objects.filter(
        Exists(sent) | due, change__in=recent, kind__startswith="cognito.user.", params__pool_arn=pool_arn
    )
    return _people_of(steps)


def _free_at(aws_account: AwsAccount, actor: Operator, pool_arn: str) -> datetime | None:
    """When the first of those whom they changed counts no more, in local time; None where nobody was changed yet.

    Who was changed twice counts until an hour after the second time.
    """
    sent = Attempt.objects.filter(
        step__change__aws_account=aws_account,
        step__change__requested_by=actor,
        step__params__pool_arn=pool_arn,
        step__kind__startswith="cognito.user.",
        started_at__gt=timezone.now() - _HOUR,
        snapshot__isnull=False,
        outcome__in=_PERHAPS_DONE,
    )
    last: dict[str, datetime] = {}
    for params, at in sent.order_by("started_at").values_list("step__params", "started_at"):
        last[str(params.get("sub") or params.get("key"))] = at
    return timezone.localtime(min(last.values()) + _HOUR) if last else None


def _ahead_of(change_id: int | None, changes: QuerySet[Change]) -> QuerySet[Change]:
    """The workers have them. Of two that have a worker each, the one that was handed over first goes before."""
    moving = changes.filter(state__in=Change.MOVING)
    this = moving.filter(pk=change_id or 0).first()
    if this is None:
        return moving
    return moving.filter(Q(queued_at__lt=this.queued_at) | Q(queued_at=this.queued_at, pk__lt=this.pk))


def _people_of(steps: QuerySet[Step]) -> set[str]:
    found = list(steps.values_list("change", "position", "params", "result"))
    invited = {
        (change, placeholder_for(position)): result.get("id") or params["key"]
        for change, position, params, result in found
        if not params.get("sub")
    }
    places = [(change, str(params.get("sub") or placeholder_for(position))) for change, position, params, _ in found]
    return {str(invited.get((change, who), who)) for change, who in places}
