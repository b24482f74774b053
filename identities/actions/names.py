"""Renaming users and groups, and making a user or a role like another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from identities.actions.make import FixedPathField, NewForm
from identities.operations import clone_role, clone_user, rename
from sync.operations import StepSpec


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
