"""What a role says of itself, its sessions, and the instance profiles it is in."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from identities.actions.make import FixedPathField, NewForm
from identities.actions.new_role import DescriptionField, MinutesField
from identities.forms import RoleField
from identities.models import InstanceProfile
from identities.operations import create_profile, put_role, revoke_sessions, update_role
from objects.object_actions import ActionForm
from sync.operations import StepSpec


class RoleSettingsForm(ActionForm):
    named_otherwise = MappingProxyType({"max_session_s": "minutes"})
    heading = "Describe {names}"
    about = "Neither changes what the role may do. A session that runs keeps its length."
    description = DescriptionField()
    minutes = MinutesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {"description": self.target.description}
        if self.target.max_session_s:
            held["minutes"] = self.target.max_session_s // 60
        self.initial = {**held, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        return [update_role(self.target, self.cleaned_data["description"], self.cleaned_data["minutes"] * 60)]


class RevokeSessionsForm(ActionForm):
    heading = "Revoke the sessions of {names}"
    about = (
        "Sessions that have begun by now may do nothing any more. Programs that can assume the role again just do; "
        "people sign in again. The AWS Management Console writes the same inline policy, AWSRevokeOlderSessions."
    )

    def steps(self) -> Sequence[StepSpec]:
        now = timezone.now()
        return [revoke_sessions(target, now) for target in self.targets]


class CreateProfileForm(NewForm):
    heading = "New instance profile"
    about = "It hands a role to EC2 instances."
    path = FixedPathField()
    role = RoleField(required=False)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        create = create_profile(self.aws_account, cleaned["name"], cleaned["path"])
        profile = InstanceProfile(aws_account=self.aws_account, arn=create.params["arn"], name=cleaned["name"])
        return [create, *(put_role(profile, cleaned["role"]) if cleaned["role"] else [])]


class SetRoleForm(ActionForm):
    heading = "Set the role of {names}"
    about = (
        "An instance profile takes one role: the current one is removed first. Instances that use it switch over "
        "after a while."
    )
    role = RoleField(required=False, help_text="Its name or its ARN. If empty, the current role is removed.")

    def steps(self) -> Sequence[StepSpec]:
        return put_role(self.target, self.cleaned_data["role"])

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[-1:])
