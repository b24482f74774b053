"""The AWS accounts in which a change takes or gives access, beside the one that it is carried out in.

What a change does there needs the grants of whoever proposes it, and approvals, as a change there would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accounts.models import AwsAccount
from sync import operations
from sync.models import Change
from sync.operation_mixins import AffectsOtherAccounts
from sync.operations import BadParams, PlannedStep


def affected_accounts(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> list[AwsAccount]:
    """Those that are connected, by their ids: nobody proposes or approves anything in an imported one.

    `affected_ids` names all.
    """
    ids = affected_ids(aws_account, planned)
    rows = AwsAccount.objects.filter(account_id__in=ids).order_by("account_id") if ids else ()
    return [each for each in rows if each.is_connected]


def affected_ids(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> set[str]:
    """12 digits each, by the mirror as it is now."""
    found: set[str] = set()
    for step in planned:
        if isinstance(step.operation, AffectsOtherAccounts):
            found |= set(step.operation.affected_accounts(aws_account, step.params))
    return found - {aws_account.account_id}


def affected_by(change: Change) -> list[AwsAccount]:
    """Of a stored change."""
    return affected_accounts(change.aws_account, affecting_steps(change))


def affecting_steps(change: Change) -> Iterator[PlannedStep]:
    """Those of its steps that may take or give access elsewhere."""
    for step in change.steps.all():
        operation = operations.registry.get(step.kind)
        if not isinstance(operation, AffectsOtherAccounts):
            continue
        try:
            params = operation.parse(step.params)
        except BadParams:
            continue
        yield PlannedStep(step.position, operation, params, step.part, step.expects)
