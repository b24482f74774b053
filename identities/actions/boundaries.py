"""The permissions boundary of users and roles."""

from __future__ import annotations

from collections.abc import Sequence

from identities.operations import delete_boundary, put_boundary
from objects.object_actions import ActionForm
from policies.fields import PolicyField
from sync.operations import StepSpec


class PutBoundaryForm(ActionForm):
    heading = "Permissions boundary of {names}"
    about = "What the boundary doesn't allow is not allowed, whatever other policies say. It gives nothing by itself."
    policy = PolicyField(label="Boundary")

    def steps(self) -> Sequence[StepSpec]:
        policy = self.cleaned_data["policy"]
        others = [target for target in self.targets if target.boundary_arn != policy]
        return [put_boundary(target, policy) for target in others or self.targets]


class DeleteBoundaryForm(ActionForm):
    heading = "Take the permissions boundary off {names}"
    about = "Everything that the policies allow is allowed then: this can add access."

    def steps(self) -> Sequence[StepSpec]:
        return [delete_boundary(target) for target in self.targets]
