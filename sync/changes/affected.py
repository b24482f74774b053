"""The AWS accounts in which a change takes or gives access, beside the one that it is carried out in.

What a change does there needs the grants of whoever proposes it, and approvals, as a change there would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page
from sync.changes.steps import known_steps
from sync.models import ApprovalDemand, Change
from sync.operation_mixins import AffectsOtherAccounts
from sync.operations import PlannedStep


def steps_by_account(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> dict[AwsAccount, list[PlannedStep]]:
    """The steps that take or give access in each, by the mirror as it is now, in the order of the accounts' ids.

    Those that are connected: nobody proposes or approves anything in an imported one.
    """
    by_id: defaultdict[str, list[PlannedStep]] = defaultdict(list)
    for step in planned:
        if isinstance(step.operation, AffectsOtherAccounts):
            for account_id in set(step.operation.affected_accounts(aws_account, step.params)):
                by_id[account_id].append(step)
    by_id.pop(aws_account.account_id, None)
    rows = AwsAccount.objects.filter(account_id__in=by_id).order_by("account_id") if by_id else ()
    return {row: by_id[row.account_id] for row in rows if row.is_connected}


def affected_by(change: Change) -> list[AwsAccount]:
    """Of a stored change: those of now, and those that were asked for approvals when it was proposed."""
    found = set(steps_by_account(change.aws_account, affecting_steps(change)))
    found |= {kept.of_account for kept in kept_demands(change) if kept.of_account is not None}
    return sorted(found, key=lambda each: each.account_id)


@once_a_page
def kept_demands(change: Change) -> Sequence[ApprovalDemand]:
    """What was asked for when it was proposed, and when it was handed over."""
    return list(change.demands.select_related("of_account"))


def remember_kept_demands(changes: Sequence[Change]) -> None:
    """While a page is made: those of each change, in one query."""
    found: dict[int, list[ApprovalDemand]] = {each.pk: [] for each in changes}
    for kept in ApprovalDemand.objects.filter(change__in=changes).select_related("of_account").order_by("pk"):
        found[kept.change_id].append(kept)
    for each in changes:
        kept_demands.remember(found[each.pk], each)


def concerned(change: Change) -> list[AwsAccount]:
    """Its own AWS account, and those in which it takes or gives access."""
    return [change.aws_account, *affected_by(change)]


def affecting_steps(change: Change) -> list[PlannedStep]:
    """Those of its steps that may take or give access elsewhere."""
    return list(known_steps(change, lambda operation: isinstance(operation, AffectsOtherAccounts)))
