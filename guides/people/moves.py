"""A person moves: groups that they leave and join, as one change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import Operator
from guides.models import TaskRun
from guides.people.users import UserForm, user_of
from guides.runs.stepped import SteppedTask
from guides.runs.steps import StepForm, StepFound, TaskStep, done, to_do
from identities.forms import GroupsField
from identities.models import IamGroup, Membership
from identities.operations import add_member, remove_member
from sync.operations import Refusal, StepSpec


class MoveForm(StepForm):
    leaves = GroupsField(label="Groups that they leave", required=False)
    joins = GroupsField(label="Groups that they join", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["leaves"] and not cleaned["joins"]:
            self.add_error(None, "Name a group that they leave, or one that they join.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        user = user_of(self.run)
        if user is None:
            raise Refusal("The user is gone: there is nobody who could move.")
        leaves, joins = self.cleaned_data["leaves"], self.cleaned_data["joins"]
        return [*(remove_member(user, group) for group in leaves), *(add_member(user, group) for group in joins)]

    def answers(self) -> dict[str, Any]:
        return {name: [group.aws_id for group in self.cleaned_data[name]] for name in ("leaves", "joins")}


class MoveStep(TaskStep):
    name = "groups"
    title = "Groups that go and come"
    form_class = MoveForm

    def look(self, run: TaskRun) -> StepFound:
        user = user_of(run)
        if user is None:
            return to_do("The user is gone.")
        if "joins" not in run.answers:
            return to_do("Say which groups they leave, and which they join.")
        held = set(Membership.objects.live().filter(user=user).values_list("group__aws_id", flat=True))
        is_so = held.issuperset(run.answers["joins"]) and held.isdisjoint(run.answers["leaves"])
        names = ", ".join(IamGroup.objects.filter(aws_id__in=held, gone_at=None).values_list("name", flat=True))
        return done(f"They are in {names or 'no group'}.") if is_so else to_do("Not so yet.")


def called(run: TaskRun, operator: Operator) -> str:
    return f"{run.answers.get('name', '')} moves"


MOVES = SteppedTask(
    "person_moves",
    "A person moves",
    "Groups that go and come, with the difference in access before anything is sent.",
    "user-round-cog",
    "begin_person_moves",
    words="transfer change team department promoted",
    position=40,
    begins=UserForm,
    steps=lambda run: (MoveStep(),),
    called=called,
)
