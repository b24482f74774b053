"""Forms that stage changes of assignments, on the pages of permission sets and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount
from directory import selectors
from directory.actions.fields import AccountField, GroupOfDirectoryField, PersonField, SetField
from directory.models import PermissionSet
from directory.operations import assign, withdraw
from directory.operations.assignments import params_of
from directory.operations.sets_base import region_of
from directory.people.names import called, sees_people
from iamconsole.web.counts import FirstRows, first_of
from iamconsole.web.words import number
from objects import object_actions
from objects.fields import UntilField, offer
from objects.object_actions import ActionForm, ObjectAction
from sync.operations import Refusal, StepSpec
from sync.texts import storable

UNTIL = "Taken away again by itself then. Empty: until somebody takes it away."
MOST_LISTED = 500  # assignments in a list to choose from


class AssignSetForm(ActionForm):
    heading = "Assign {names}"
    about = "Whoever is assigned gets a role with it in that AWS account; a group’s members as long as they are in it."
    account = AccountField()
    group = GroupOfDirectoryField(required=False)
    person = PersonField()
    ends = UntilField(UNTIL)

    def __init__(self, aws_account: AwsAccount, *args: Any, **kwargs: Any) -> None:
        super().__init__(aws_account, *args, **kwargs)
        if not sees_people(self.operator, aws_account):
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in ("group", "person") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            self.add_error("group", "Say one of the two: a group or a person." if given else "Say to whom.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        chosen: PermissionSet = self.target
        principal = self.cleaned_data["group"] or self.cleaned_data["person"]
        return assign(params_of(chosen, region_of(chosen), self.cleaned_data["account"], principal))


class AssignGroupForm(ActionForm):
    heading = "Give {names} a permission set"
    about = "All its members get a role with it in that AWS account, as long as they are in the group."
    set = SetField()
    account = AccountField()
    ends = UntilField(UNTIL)
    named_otherwise: ClassVar[dict[str, str]] = {"until": "ends", "set_arn": "set"}

    def steps(self) -> Sequence[StepSpec]:
        chosen: PermissionSet = self.cleaned_data["set"]
        return assign(params_of(chosen, region_of(chosen), self.cleaned_data["account"], self.target))


class WithdrawForm(ActionForm):
    heading = "Take {names} away"
    about = "They get no new session with it in that AWS account. One that runs goes on until it ends."
    assignment = forms.ChoiceField(label="From whom, and where")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assigned = first_of(selectors.assignments_of(self.target).order_by("target_id", "pk"), MOST_LISTED)
        if not assigned:
            self.cannot = "Nobody has it, as far as assignments were read."
        elif assigned.left_out:
            self.fields["assignment"].help_text = (
                f"The first {number(MOST_LISTED)} of {number(assigned.total)}. The pages of groups and people have "
                "all of theirs, each with a link to take it away."
            )
        offer(self, "assignment", self._choices(assigned))

    def _choices(self, assigned: FirstRows) -> Sequence[tuple[str, str]]:
        """Those that are listed, and the one that the address or the posted form names."""
        named = selectors.assignments_of(self.target).filter(aws_id=storable(self["assignment"].value() or ""))
        rows = selectors.with_principals({row.pk: row for row in (*assigned.rows, *named)}.values())
        names = sees_people(self.operator, self.aws_account)
        accounts = selectors.account_names(self.aws_account, {one.assignment.target_id for one in rows})

        def said(one: selectors.AssignedPrincipal) -> str:
            target = one.assignment.target_id
            where = f"{accounts[target]} ({target})" if accounts[target] else target
            who = one.group.name if one.group else called(one.person) if one.person and names else "a person"
            known = one.group or (one.person and names)
            return f"{where}: {who}" if known else f"{where}: {who} {one.assignment.principal_id}"

        return [(one.assignment.aws_id, said(one)) for one in rows]

    def steps(self) -> Sequence[StepSpec]:
        row = selectors.assignments_of(self.target).filter(aws_id=self.cleaned_data["assignment"]).first()
        if row is None:
            raise Refusal("It was taken away meanwhile.", field="assignment")
        return withdraw(row)


def register() -> None:
    object_actions.register(
        "permission_set",
        ObjectAction("assign", "Assign…", AssignSetForm, icon="user-round-plus", position=10),
        ObjectAction(
            "withdraw",
            "Take away…",
            WithdrawForm,
            icon="user-round-minus",
            danger=True,
            position=20,
            offered=lambda row: selectors.assignments_of(row).exists(),
        ),
    )
    object_actions.register(
        "directory_group",
        ObjectAction("assign", "Give a permission set…", AssignGroupForm, icon="user-round-plus", position=10),
    )
