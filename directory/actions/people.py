"""Forms that stage changes of one of the people: their groups, an assignment of their own, making them, their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from accounts.roles import SEE_PEOPLE
from directory import selectors
from directory.actions.assignments import UNTIL
from directory.actions.base import DeleteAssignedForm, NewInInstanceForm
from directory.actions.fields import AccountField, GroupOfDirectoryField, SetField
from directory.actions.groups import take_out
from directory.models import DirectoryGroup, DirectoryUser, PermissionSet
from directory.operations import assign
from directory.operations.assignments import params_of
from directory.operations.memberships import add_member
from directory.operations.sets_base import region_of, region_of_store
from directory.operations.store_base import directory_of
from directory.operations.users import DISPLAY_NAME, EMAIL, FAMILY, GIVEN, USER_NAME, create_user, delete_user
from objects import object_actions
from objects.fields import UntilField, offer
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction
from sync.operations import StepSpec

_FROM_DIRECTORY = "People of this Identity Center come from {}: make, disable and delete them there."


class DirectoryPersonForm(ActionForm):
    """Of one of the people."""

    @property
    def row(self) -> DirectoryUser:
        found: DirectoryUser = self.target
        return found


class JoinForm(DirectoryPersonForm):
    heading = "Add {names} to a group"
    about = "They get in wherever the group does. The plan says what they gain."
    group = GroupOfDirectoryField()
    ends = UntilField("Taken out again by itself then. Empty: until somebody takes them out.")

    def steps(self) -> Sequence[StepSpec]:
        group: DirectoryGroup = self.cleaned_data["group"]
        return [add_member(group, self.row.aws_id, region_of_store(group))]


class LeaveForm(DirectoryPersonForm):
    heading = "Remove {names} from a group"
    about = "They get no new session by the group. One that runs goes on until it ends."
    group = forms.ChoiceField(label="Group")
    ends = UntilField("Put in again by itself then. Empty: they stay out.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {group.aws_id: group for group in selectors.groups_of(self.row) if not group.issuer}
        offer(self, "group", [(aws_id, group.name) for aws_id, group in self.groups.items()])
        if not self.groups:
            self.cannot = "They are in no group that could be changed here."

    def steps(self) -> Sequence[StepSpec]:
        return [take_out(self.groups[self.cleaned_data["group"]], self.row.aws_id)]


class AssignPersonForm(DirectoryPersonForm):
    heading = "Give {names} a permission set"
    about = "A group is better: one sees who has what, and it ends for somebody who leaves the group."
    set = SetField()
    account = AccountField()
    ends = UntilField(UNTIL)
    named_otherwise: ClassVar[Mapping[str, str]] = {"until": "ends", "set_arn": "set", "group": "set"}

    def steps(self) -> Sequence[StepSpec]:
        chosen: PermissionSet = self.cleaned_data["set"]
        return assign(params_of(chosen, region_of(chosen), self.cleaned_data["account"], self.row))


class DeleteDirectoryPersonForm(DeleteAssignedForm, DirectoryPersonForm):
    about = "This can’t be undone. AWS has no call that disables somebody: its own pages do, by “Disable user access”."
    its_assignments = ("assignment of their own", "assignments of their own")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row.issuer:
            self.cannot = (
                f"They come from {self.row.issuer}: disable or delete them there. It would bring them back here."
            )

    def deletion(self) -> StepSpec:
        return delete_user(self.row, region_of_store(self.row))


_LONGEST = 128  # characters of a user name; of the others AWS takes more, and a page doesn't


class NewPersonForm(NewInInstanceForm):
    heading = "New person"
    about = "They get in nowhere until they are in a group, or have a permission set. AWS sends them no message."
    user_name = forms.CharField(max_length=_LONGEST, label="User name", help_text="It can’t have spaces.")
    given = forms.CharField(max_length=_LONGEST, label="Given name")
    family = forms.CharField(max_length=_LONGEST, label="Family name")
    display_name = forms.CharField(
        max_length=_LONGEST, label="Display name", required=False, help_text="Empty: given and family name."
    )
    email = forms.EmailField(max_length=_LONGEST * 2, label="E-mail address", required=False)
    if_untitled = "If empty, it says that somebody new is made: no names here."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if issuer := directory_of(self.aws_account, DirectoryUser):
            self.cannot = _FROM_DIRECTORY.format(issuer)

    def clean_user_name(self) -> str:
        said = str(self.cleaned_data["user_name"])
        if any(each.isspace() for each in said):
            raise forms.ValidationError("A user name has no spaces.")
        return said

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        said = {
            USER_NAME: cleaned["user_name"],
            GIVEN: cleaned["given"],
            FAMILY: cleaned["family"],
            DISPLAY_NAME: cleaned["display_name"] or f"{cleaned['given']} {cleaned['family']}",
            EMAIL: cleaned["email"],
        }
        return [create_user(self.instance.store_arn, self.instance.primary_region, said)]


def register() -> None:
    object_actions.register(
        "directory_person",
        ObjectAction("join", "Add to a group…", JoinForm, icon="users", position=10),
        ObjectAction("leave", "Remove from a group…", LeaveForm, icon="user-round-minus", position=11),
        ObjectAction("assign", "Give a permission set…", AssignPersonForm, icon="key-round", position=20),
        ObjectAction("delete", "Delete…", DeleteDirectoryPersonForm, icon="trash-2", danger=True, position=90),
    )
    object_actions.register(
        ACCOUNT,
        ObjectAction(
            "create-directory-person",
            "New person…",
            NewPersonForm,
            icon="plus",
            on="directory_people",
            needs=SEE_PEOPLE,
        ),
    )
