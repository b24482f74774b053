"""Says of a plan what of it code owns: it isn't applied until somebody overrides the code up to an end; and of drift
where it undoes such an override."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import AwsAccount
from accounts.roles import APPLY
from infrastructure.models import OwnedResource
from infrastructure.owned.changes import StepAbout, owned_changes
from sync.checks import PlanCheck, PlanFinding
from sync.drift import undone_override
from sync.mirror.base import mirror_about
from sync.models import MirroredRow, Revision
from sync.operations import PlannedStep

CODE = "owned_by_code"


class OwnedCheck(PlanCheck):
    name = CODE

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        """One for each object, by its kind and unique id."""
        about = [StepAbout(each.operation.kind, each.operation.spec(each.params).params) for each in steps]
        return [
            PlanFinding(
                CODE,
                "owned",
                _sentence(each.row, each.resource),
                about=(each.row.kind, each.row.aws_id),
                override=APPLY,
            )
            for each in owned_changes(aws_account, about)
        ]


def _sentence(row: MirroredRow, resource: OwnedResource) -> str:
    mirror = mirror_about(row.kind)
    word = mirror.called_in_words if mirror else row.kind
    if resource.stack:
        where = f"the stack {resource.stack.name} of CloudFormation in {resource.stack.region}"
    else:
        where = f"the Terraform state {resource.state}"
    return f"The {word} {row.name} is {resource.address} in {where}: its pipeline undoes what is applied here."


def override_objection(revision: Revision) -> str | None:
    """Drift that undoes an override of code isn't accepted by itself. Of others nothing is said."""
    if undone_override(revision) is None:
        return None
    return "It undoes what somebody let through, until the override of the code ends."
