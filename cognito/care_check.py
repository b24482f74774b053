"""What is said of a change as a whole that looks after people, and how many of them helpdesk may change in an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE
from cognito.models import PoolCare
from cognito.operations.people.base import InPool, OfPoolParams, PersonParams
from cognito.operations.people.making import NewPersonParams
from cognito.people.messages import MOST_MAILS
from iamconsole.web.words import counted
from sync.checks import Check, Finding
from sync.made import made_by
from sync.models import Step
from sync.operations import Planned

_HOUR = timedelta(hours=1)
_OWN_MAIL = "Cognito sends it itself"  # as cognito.people.messages says it


class CareCheck(Check):
    name = "cognito.care"

    def refuses(self, aws_account: AwsAccount, actor: Operator, steps: Sequence[Planned], change_id: int | None) -> str:
        """Helpdesk may change so many people of a pool in an hour; who may propose anything, any number."""
        of_people = [step for step in steps if isinstance(step.operation, InPool)]
        if not of_people or may(actor, PROPOSE, aws_account):
            return ""
        for pool_arn, people in _by_pool(of_people).items():
            most = _most(aws_account, pool_arn)
            before = _lately(aws_account, actor, pool_arn, change_id)
            if len(people | before) > most:
                return (
                    f"Helpdesk changes {counted(most, 'person', 'people')} of this pool in an hour at most: you "
                    f"changed {len(before):,}, and this is about {len(people):,}. Wait, or ask somebody who may more."
                )
        return ""

    def look(self, aws_account: AwsAccount, steps: Sequence[Planned]) -> list[Finding]:
        of_people = [step for step in steps if isinstance(step.operation, InPool)]
        found = []
        billed = {_who(step.params) for step in of_people if getattr(step.operation, "bills", False)}
        if billed:
            words = (
                f"AWS may count {counted(len(billed), 'person', 'people')} as active this month because of this, "
                "and bill for whom it hadn’t counted yet."
            )
            found.append(Finding("ACTIVE_PEOPLE", "suggestion", words))
        mails = sum(_OWN_MAIL in step.params.said for step in of_people)
        if mails > MOST_MAILS:
            words = f"It sends {mails:,} e-mails, and Cognito itself sends {MOST_MAILS} a day: AWS refuses the rest."
            found.append(Finding("MAIL_QUOTA", "warning", words))
        return found


def _by_pool(steps: Sequence[Planned]) -> dict[str, set[str]]:
    """Who is invited and put into a group is one person."""
    invited = {made_by(step.position): step.params.key for step in steps if isinstance(step.params, NewPersonParams)}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for step in steps:
        who = _who(step.params)
        found[step.params.pool_arn].add(invited.get(who, who))
    return found


def _who(params: OfPoolParams) -> str:
    if isinstance(params, NewPersonParams):
        return params.key
    return params.sub if isinstance(params, PersonParams) else ""


def _most(aws_account: AwsAccount, pool_arn: str) -> int:
    region, pool_id = pool_arn.split(":")[3], pool_arn.rpartition("/")[2]
    care = PoolCare.objects.filter(aws_account=aws_account, region=region, pool_id=pool_id).first()
    return (care or PoolCare()).helpdesk_per_hour


def _lately(aws_account: AwsAccount, actor: Operator, pool_arn: str, change_id: int | None) -> set[str]:
    """Whom changes of the operator's were about that were applied in the last hour, but for this one."""
    applied = Step.objects.filter(
        change__aws_account=aws_account,
        change__requested_by=actor,
        change__queued_at__gt=timezone.now() - _HOUR,
        kind__startswith="cognito.user.",
        params__pool_arn=pool_arn,
    ).exclude(change=change_id)
    steps = list(applied.values_list("change", "position", "params", "result"))
    invited = {
        (change, made_by(position)): result.get("id") or params["key"]
        for change, position, params, result in steps
        if not params.get("sub")
    }
    places = [(change, str(params.get("sub") or made_by(position))) for change, position, params, _ in steps]
    return {str(invited.get((change, who), who)) for change, who in places}
