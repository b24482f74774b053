"""Making users and groups, renaming them, and making a user or a role like another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from identities.actions.passwords import NO_PASSWORD, PASSWORD_CHOICES, ConsolePasswordFields
from identities.forms import GroupsField
from identities.models import IamUser
from identities.operations import add_member, attach, clone_role, clone_user, create_group, create_user, rename
from objects.object_actions import ActionForm
from policies.fields import PolicyField
from sync.operations import StepSpec

_NAME = "Letters, digits and +=,.@_- only; unique in the AWS account, case-insensitive."
_FIXED_PATH = "Groups them by prefix, such as /apps/; usually just /. It can’t be changed later."
_PATH = "Groups them by prefix, such as /apps/; usually just /. It can be changed later, but the ARN changes with it."


class PathField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 512, "initial": "/", "required": False, "help_text": _PATH, **kwargs})


class FixedPathField(PathField):
    """Of roles and instance profiles."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=_FIXED_PATH, **kwargs)


class NewForm(ActionForm):
    """What everything new has: a name and a path."""

    name = forms.CharField(max_length=128, help_text=_NAME)
    path: forms.CharField = PathField()

    def clean_path(self) -> str:
        """/ at both ends, as AWS wants it."""
        value = str(self.cleaned_data["path"]).strip("/")
        return f"/{value}/" if value else "/"


class CreateUserForm(NewForm, ConsolePasswordFields):
    heading = "New user"
    about = (
        "A person or a program with its own credentials. It has no permissions until a group or a policy grants them."
    )
    groups = GroupsField(label="Groups", required=False)
    policy = PolicyField(
        label="Managed policy",
        required=False,
        help_text="Its name or its ARN; attached when the user or group is created.",
    )
    how = forms.ChoiceField(
        label="Console password",
        choices=[(NO_PASSWORD, "None: the user can’t sign in to the AWS Management Console"), *PASSWORD_CHOICES],
        initial=NO_PASSWORD,
        required=False,
        widget=forms.RadioSelect,
    )
    boundary = PolicyField(label="Permissions boundary", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "groups", "policy", "how", "password", "reset_required", "path", "boundary"])

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        create = create_user(self.aws_account, cleaned["name"], cleaned["path"], cleaned["boundary"])
        user = IamUser(aws_account=self.aws_account, arn=create.params["arn"], name=cleaned["name"])
        member = [add_member(user, group) for group in cleaned["groups"]]
        attached = [attach(user, cleaned["policy"])] if cleaned["policy"] else []
        login = [] if cleaned["how"] in ("", NO_PASSWORD) else [self.password_step(user, "iam.login.create")]
        return [create, *member, *attached, *login]


class CreateGroupForm(NewForm):
    heading = "New group"
    about = "Its members get every policy that it has."

    def steps(self) -> Sequence[StepSpec]:
        return [create_group(self.aws_account, self.cleaned_data["name"], self.cleaned_data["path"])]


# ---- Renaming, and making a user or a role like another one --------------------------------------------------
class RenameOwnerForm(NewForm):
    heading = "Rename {names}"
    about = (
        "Its ARN changes; its unique id and all that it has stay. The plan says which policies name the old ARN, "
        "as far as the mirror tells."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": self.target.name, "path": self.target.path, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        return [rename(self.target, self.cleaned_data["name"], self.cleaned_data["path"])]


class CloneForm(NewForm):
    heading = "Duplicate {names}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"path": self.target.path, **self.initial}

    def titled(self, steps: Sequence[StepSpec]) -> str:
        noun = self.target.kind.removeprefix("iam.")
        return self.cleaned_data["title"] or f"Make a {noun} {self.cleaned_data['name']} like {self.target.name}"


class CloneUserForm(CloneForm):
    about = (
        "A new user with the same groups, policies, boundary and tags. It gets no password and no keys. "
        "What names the old one by ARN doesn’t name the new one."
    )

    def steps(self) -> Sequence[StepSpec]:
        return clone_user(self.target, self.cleaned_data["name"], self.cleaned_data["path"])


class CloneRoleForm(CloneForm):
    path = FixedPathField()
    about = (
        "A new role that the same may assume, with the same policies, boundary, tags and longest session. "
        "What names the old one by ARN doesn’t name the new one."
    )

    def steps(self) -> Sequence[StepSpec]:
        return clone_role(self.target, self.cleaned_data["name"], self.cleaned_data["path"])
