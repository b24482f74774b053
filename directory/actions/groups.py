"""Forms that stage changes of groups: who is in them, making them, and their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from directory import selectors
from directory.actions.base import DeleteAssignedForm, NewInInstanceForm
from directory.actions.fields import PersonField
from directory.models import DirectoryGroup, DirectoryMembership
from directory.operations.groups import LONGEST, CreateDirectoryGroup, CreateGroupParams, delete_group
from directory.operations.memberships import add_member, remove_member
from directory.operations.sets_base import region_of_store
from directory.people.names import called, sees_people
from iamconsole.web.words import counted
from objects import object_actions
from objects.fields import UntilField, offer
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction
from sync.operations import Refusal, StepSpec

WITHOUT_NAMES = "Whoever may see people of this AWS account adds and removes them: you can’t tell who is who here."
_MOST = 500  # members in a list to choose from


class DirectoryGroupForm(ActionForm):
    """Of one group that doesn't come from a directory."""

    named_otherwise: ClassVar[Mapping[str, str]] = {"until": "ends", "group": "person"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row.issuer:
            self.cannot = f"The group comes from {self.row.issuer}, which undoes what is changed here: change it there."

    @property
    def row(self) -> DirectoryGroup:
        found: DirectoryGroup = self.target
        return found


class MemberForm(DirectoryGroupForm):
    """Names people."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.cannot and not sees_people(self.operator, self.aws_account):
            self.cannot = WITHOUT_NAMES


class AddPersonForm(MemberForm):
    heading = "Add a person to {names}"
    person = PersonField(label="Person", required=True, help_text="Their user name, e-mail address or id.")
    ends = UntilField("Taken out again by itself then. Empty: until somebody takes them out.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = selectors.account_ids_of(self.aws_account, self.row.aws_id)
        where = counted(len(accounts), "AWS account") if accounts else "no AWS account yet"
        self.about = f"They get in wherever the group does: {where}. The plan says what they gain."

    def steps(self) -> Sequence[StepSpec]:
        return [add_member(self.row, self.cleaned_data["person"].aws_id, region_of_store(self.row))]


class RemovePersonForm(MemberForm):
    heading = "Remove a person from {names}"
    about = "They get no new session by the group. One that runs goes on until it ends."
    member = forms.ChoiceField(label="Whom")
    ends = UntilField("Put in again by itself then. Empty: they stay out.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [] if self.cannot else selectors.members_of(self.row)[:_MOST]
        choices = [(person.aws_id, called(person)) for person in people]
        offer(self, "member", choices)
        if not choices and not self.cannot:
            self.cannot = "Nobody is in it, as far as memberships were read."

    def steps(self) -> Sequence[StepSpec]:
        return [take_out(self.row, self.cleaned_data["member"])]


def take_out(group: DirectoryGroup, user_id: str) -> StepSpec:
    """Raises Refusal."""
    rows = DirectoryMembership.objects.live().filter(
        aws_account=group.aws_account_id, group_id=group.aws_id, user_id=user_id
    )
    row = rows.first()
    if row is None:
        raise Refusal("They were taken out meanwhile.", field="person")
    return remove_member(row, region_of_store(group))


class DeleteDirectoryGroupForm(DeleteAssignedForm, DirectoryGroupForm):
    about = "Who is in it loses what it gives. Made again, it has another id."

    def deletion(self) -> StepSpec:
        return delete_group(self.row, region_of_store(self.row))


class NewDirectoryGroupForm(NewInInstanceForm):
    heading = "New group"
    about = "It gives nobody access until it is assigned a permission set."
    name = forms.CharField(max_length=LONGEST)
    description = forms.CharField(max_length=LONGEST, required=False)

    def steps(self) -> Sequence[StepSpec]:
        said = {name: self.cleaned_data[name] for name in ("name", "description")}
        p = CreateGroupParams(self.instance.store_arn, self.instance.primary_region, **said)
        return [CreateDirectoryGroup().spec(p)]


def register() -> None:
    object_actions.register(
        "directory_group",
        ObjectAction("add", "Add a person…", AddPersonForm, icon="user-round-plus", position=20),
        ObjectAction("remove", "Remove a person…", RemovePersonForm, icon="user-round-minus", position=21),
        ObjectAction("delete", "Delete…", DeleteDirectoryGroupForm, icon="trash-2", danger=True, position=90),
    )
    object_actions.register(
        ACCOUNT,
        ObjectAction("create-directory-group", "New group…", NewDirectoryGroupForm, icon="plus", on="directory_groups"),
    )
