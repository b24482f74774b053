"""What a plan says of assignments: they give and take access in another AWS account than it is carried out in.

What that asks for there, of who proposes and who approves, `AffectsOtherAccounts` has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accounts.models import AwsAccount
from directory.finding_source import allows_everything
from directory.models import PermissionSet
from directory.operations.assignments import AssignmentParams, AwaitAssignmentParams, CreateAssignment
from sync.checks import PlanCheck, PlanFinding
from sync.operations import PlannedStep


class AssignmentCheck(PlanCheck):
    name = "directory.assignments"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        about = list(_about(steps))
        targets = {step.params.target_id for step in about} - {aws_account.account_id}
        connected = {one.account_id: one for one in AwsAccount.objects.filter(account_id__in=targets)}
        found = [finding for step in about for finding in self._of_step(aws_account, step)]
        for target in sorted(targets):
            known = connected.get(target)
            if known is None or not known.is_connected:
                said = f"AWS account {target} isn’t connected to this console: nobody looks at this on its behalf."
                found.append(PlanFinding("ACCOUNT_NOT_CONNECTED", "warning", said, about=(target,)))
        return found

    def _of_step(self, aws_account: AwsAccount, step: PlannedStep) -> Iterator[PlanFinding]:
        if not isinstance(step.operation, CreateAssignment):
            return
        chosen = PermissionSet.objects.live().filter(aws_account=aws_account, arn=step.params.set_arn).first()
        if chosen is not None and allows_everything(chosen):
            said = f"{chosen.name} allows everything in AWS account {step.params.target_id}."
            where = (chosen.name, step.params.target_id)
            yield PlanFinding("ASSIGNS_ADMINISTRATOR", "security_warning", said, step.position, about=where)


def _about(steps: Sequence[PlannedStep]) -> Iterator[PlannedStep]:
    """Without the gates, which say the same."""
    for step in steps:
        if isinstance(step.params, AssignmentParams) and not isinstance(step.params, AwaitAssignmentParams):
            yield step
