"""The AWS accounts in which a change takes or gives access, beside the one that it is carried out in.

What a change does there needs the grants of whoever proposes it, and approvals, as a change there would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import AwsAccount
from sync.changes.steps import known_steps
from sync.models import Change
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
    found |= {kept.of_account for kept in change.demands.all() if kept.of_account is not None}
    return sorted(found, key=lambda each: each.account_id)


def concerned(change: Change) -> list[AwsAccount]:
    """Its own AWS account, and those in which it takes or gives access."""
    return [change.aws_account, *affected_by(change)]


def affecting_steps(change: Change) -> list[PlannedStep]:
    """Those of its steps that may take or give access elsewhere."""
    return list(known_steps(change, lambda operation: isinstance(operation, AffectsOtherAccounts)))
