"""What a plan says of changes of Identity Center: they give and take access in other AWS accounts.

What that asks for there, of who proposes and who approves, `AffectsOtherAccounts` has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from accounts.models import AwsAccount
from directory import selectors
from directory.finding_source import allows_everything
from directory.models import PermissionSet
from directory.operations.assignments import CreateAssignment
from directory.operations.base import OfIdentityCenter
from directory.operations.provisioning import ProvisionSet
from directory.role_people import DirectoryPeople, DirectoryPrincipal
from iamconsole.web.words import some
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.operations import PlannedStep

NAME = "directory.assignments"
MOST_SHOWN = 200  # AWS accounts


class DirectoryCheck(PlanCheck):
    name = NAME

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        targets = {
            account_id
            for step in steps
            if isinstance(step.operation, OfIdentityCenter)
            for account_id in step.operation.affected_accounts(aws_account, step.params)
        }
        found = [finding for step in steps for finding in _of_step(aws_account, step)]
        return [*found, *_not_connected(targets - {aws_account.account_id})]

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """What is provisioned: `{touched: [{set, set_id, account_id, people, disabled}], more}`; None for nothing."""
        touched: list[dict[str, Any]] = []
        total = 0
        for step in steps:
            if not isinstance(step.operation, ProvisionSet):
                continue
            row = PermissionSet.objects.live().filter(aws_account=aws_account, arn=step.params.set_arn).first()
            if row is not None:
                total += len(step.params.touched)
                touched += _touched(row, step.params.touched[: MOST_SHOWN - len(touched)])
        return Measurement({"touched": touched, "more": total - len(touched)}) if touched else None


def _touched(row: PermissionSet, accounts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A few queries, however many AWS accounts. Whom the mirror knows by the id alone counts as able to sign in."""
    assigned: defaultdict[str, list[DirectoryPrincipal]] = defaultdict(list)
    rows = selectors.assignments_of(row).filter(target_id__in=accounts)
    for account_id, kind, principal_id in rows.values_list("target_id", "principal_type", "principal_id"):
        assigned[account_id].append(DirectoryPrincipal(kind, principal_id))
    people = DirectoryPeople(row.aws_account, chain.from_iterable(assigned.values()))
    for account_id in accounts:
        ids = people.ids_of(assigned[account_id])
        disabled = sum(map(people.is_disabled, ids))
        about = {"set": row.name, "set_id": row.aws_id, "account_id": account_id}
        yield {**about, "people": len(ids) - disabled, "disabled": disabled}


def _not_connected(targets: set[str]) -> Iterator[PlanFinding]:
    connected = {each.account_id for each in AwsAccount.objects.filter(account_id__in=targets) if each.is_connected}
    others = sorted(targets - connected)
    if others:
        one = len(others) == 1
        which = f"AWS account {others[0]} isn’t" if one else f"AWS accounts {some(others)} aren’t"
        said = f"{which} connected to this console: nobody looks at this on {'its' if one else 'their'} behalf."
        yield PlanFinding("ACCOUNT_NOT_CONNECTED", "warning", said, about=tuple(others))


def _of_step(aws_account: AwsAccount, step: PlannedStep) -> Iterator[PlanFinding]:
    if isinstance(step.operation, CreateAssignment):
        chosen = PermissionSet.objects.live().filter(aws_account=aws_account, arn=step.params.set_arn).first()
        if chosen is not None and allows_everything(chosen):
            said = f"{chosen.name} allows everything in AWS account {step.params.target_id}."
            where = (chosen.name, step.params.target_id)
            yield PlanFinding("ASSIGNS_ADMINISTRATOR", "security_warning", said, step.position, about=where)
