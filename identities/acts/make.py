"""Making users and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from identities.operations import create_group, create_user
from policies.acts import ActForm
from policies.fields import PolicyField
from sync.operations import StepSpec

_NAME = "Letters, digits and +=,.@_- only; unique in the AWS account, whatever the case."
_FIXED_PATH = "Sorts them in folders, such as /apps/; usually just /. It can’t be changed later."
_PATH = "Sorts them in folders, such as /apps/; usually just /. It can be changed later, but the ARN changes with it."


class PathField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 512, "initial": "/", "required": False, "help_text": _PATH, **kwargs})


class FixedPathField(PathField):
    """Of roles and instance profiles."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=_FIXED_PATH, **kwargs)


class NewForm(ActForm):
    """What everything new has: a name and a path."""

    name = forms.CharField(max_length=128, help_text=_NAME)
    path: forms.CharField = PathField()

    def clean_path(self) -> str:
        """/ at both ends, as AWS wants it."""
        said = str(self.cleaned_data["path"]).strip("/")
        return f"/{said}/" if said else "/"


class CreateUserForm(NewForm):
    heading = "New user"
    about = "A person or a program with credentials of its own. It may do nothing until a group or a policy says so."
    boundary = PolicyField(label="Permissions boundary", required=False)

    def steps(self) -> Sequence[StepSpec]:
        said = self.cleaned_data
        return [create_user(self.aws_account, said["name"], said["path"], said["boundary"])]


class CreateGroupForm(NewForm):
    heading = "New group"
    about = "Its members get every policy that it has."

    def steps(self) -> Sequence[StepSpec]:
        return [create_group(self.aws_account, self.cleaned_data["name"], self.cleaned_data["path"])]
