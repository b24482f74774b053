"""Deletes users, groups, roles and instance profiles with their dependents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from iamconsole.web.words import day, some
from identities.models import IamRole, IamUser
from identities.operations import delete_linked, delete_whole, delete_whole_profile
from identities.operations.deletion import take_off
from objects.object_actions import ActionForm
from sync.operations import StepSpec

_MOST_NAMED = 8


class DeletingForm(ActionForm):
    heading = "Delete {names}"

    def titled(self, steps: Sequence[StepSpec]) -> str:
        """By what all the other steps are for."""
        return super().titled([step for step in steps if step.kind == f"{self.target.kind}.delete"])


class DeleteOwnerForm(DeletingForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if len(self.targets) > 1:
            yield "Everything that depends on them is removed first, each by a separate step."
        elif dependents := [what for what, _ in take_off(self.target)]:
            yield f"Removed first, each by a separate step: {some(dependents, shown=_MOST_NAMED)}."
        else:
            yield "Nothing depends on it."
        if any(_is_partly_known(target) for target in self.targets):
            yield "Not all credentials were read yet: pull first, or the plan stops where it finds another one."
        if len(self.targets) == 1 and isinstance(self.target, IamRole):
            used = self.target.last_used_at
            yield f"AWS last saw it used on {day(used)}." if used else "AWS tells of no use of it in 400 days."
        lost = {IamUser: " Credentials don’t come back.", IamRole: " Trust policies that name it mean the old one."}
        yield f"The reverse makes another of that name, with another unique id.{lost.get(type(self.target), '')}"

    def steps(self) -> Sequence[StepSpec]:
        return delete_whole(*self.targets)


def _is_partly_known(target: Any) -> bool:
    return isinstance(target, IamUser) and None in (target.key_count, target.mfa_count, target.has_password)


class DeleteLinkedForm(ActionForm):
    heading = "Delete {names}"
    about = (
        "AWS deletes it when no resource of its service needs it any more, which may take minutes, or says why not. "
        "The change waits for that."
    )

    def steps(self) -> Sequence[StepSpec]:
        return delete_linked(self.target)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[:1])


class DeleteProfileForm(DeletingForm):
    about = "Instances that use it get no credentials any more. A role in it is removed from it first, and stays."

    def steps(self) -> Sequence[StepSpec]:
        return [step for target in self.targets for step in delete_whole_profile(target)]
