"""Managed policies: making them, and their end, which is a matter of all who have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from iamconsole.web.words import counted
from identities.actions.make import FixedPathField, NewForm
from identities.models import Attachment, IamRole, IamUser
from identities.operations import delete_boundary, detach, put_boundary
from identities.trust import joined
from objects.object_actions import ActionForm
from policies.actions.document_edit import SKELETON
from policies.fields import DocumentField, PolicyField
from policies.kinds import POLICY
from policies.operations import create_policy, plan_delete
from policies.operations.managed import LONGEST_DESCRIPTION
from policies.quotas import MANAGED_POLICY
from policies.selectors import kept_versions
from sync.operations import StepSpec


class CreatePolicyForm(NewForm):
    heading = "New policy"
    about = "It grants nothing until it is attached. Name, path and description can't be changed later."
    path = FixedPathField()
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)
    document = DocumentField(MANAGED_POLICY, label="Policy as JSON", initial=SKELETON)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        arn = POLICY.arn_of(self.aws_account, cleaned["name"], cleaned["path"])
        return [create_policy(arn, cleaned["document"], cleaned["description"])]


class DeletePolicyForm(ActionForm):
    """Detach it from everybody, clear it as boundary, delete all versions but the one in force, then the policy."""

    heading = "Delete {names}"
    boundary = PolicyField(
        label="Boundary instead",
        required=False,
        help_text="For those who have it as their boundary; left empty, they have none then, which can add access.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bounded = [owner for policy in self.targets for owner in _bounded(policy)]
        if not self.bounded:
            del self.fields["boundary"]

    @property
    def about(self) -> str:  # type: ignore[override]  # of this policy
        first = []
        if attached := sum(_attachments(policy).count() for policy in self.targets):
            first.append(f"detaches it from {counted(attached, 'user, group or role', 'users, groups and roles')}")
        if self.bounded:
            first.append(f"takes it off {counted(len(self.bounded), 'user or role', 'users and roles')} as boundary")
        if others := sum(len(kept_versions(policy)) - 1 for policy in self.targets):
            first.append(f"deletes {counted(others, 'other version')}")
        plan = f"The plan first {joined(first)}. " if first else ""
        return f"{plan}Made again from its history, it has a new unique id."

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled([step for step in steps if step.kind == "iam.policy.delete"])

    def clean_boundary(self) -> str:
        value = str(self.cleaned_data["boundary"])
        if value in {policy.arn for policy in self.targets}:
            raise forms.ValidationError("This is a policy that goes.")
        return value

    def steps(self) -> Sequence[StepSpec]:
        return [step for policy in self.targets for step in self._whole(policy)]

    def _whole(self, policy: Any) -> Iterator[StepSpec]:
        instead = self.cleaned_data.get("boundary")
        held = _attachments(policy).select_related("user", "group", "role").order_by("pk")
        yield from (detach(one.user or one.group or one.role, policy.arn) for one in held)
        yield from (put_boundary(owner, instead) if instead else delete_boundary(owner) for owner in _bounded(policy))
        yield from plan_delete(policy)


def _attachments(policy: Any) -> Any:
    return Attachment.objects.live().filter(aws_account=policy.aws_account, arn=policy.arn)


def _bounded(policy: Any) -> Iterator[IamUser | IamRole]:
    for model in (IamUser, IamRole):
        bounded: Any = model.objects.live()
        yield from bounded.filter(aws_account=policy.aws_account, boundary_arn=policy.arn).order_by("name_key")
