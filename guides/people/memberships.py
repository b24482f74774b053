"""Groups and assignments that somebody gets or gives up: fields that ask for them, their steps, and whether it is so.

A run keeps what was staged as ids: {"joins": […], "leaves": […]} of groups, and of people of Identity Center
{"gets": […], "loses": […]} of assignments, "ps-…/123456789012".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms

from accounts.models import Operator
from directory import selectors
from directory.actions.fields import AccountField, SetField
from directory.actions.groups import take_out
from directory.models import AccountAssignment, DirectoryGroup, DirectoryMembership, DirectoryUser
from directory.operations import assign, withdraw
from directory.operations.assignments import params_of
from directory.operations.memberships import add_member as add_to_directory_group
from directory.operations.sets_base import region_of, region_of_store
from guides.models import TaskRun
from guides.runs.steps import StepForm
from iamconsole.web.words import some
from identities.forms import GroupsField
from identities.models import IamGroup, IamUser, Membership
from identities.operations import add_member, remove_member
from objects.fields import SeveralNamedField, offer
from sync.changes.follow_ups import behind
from sync.operations import Refusal, StepSpec

_GONE = "They are gone from AWS: there is nobody to give it to."


class DirectoryGroupsField(SeveralNamedField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            "group",
            lambda aws_account: DirectoryGroup.objects.live().filter(aws_account=aws_account).order_by("name_key"),
            help_text="Their names, separated by semicolons.",
            **kwargs,
        )

    def words_of(self, row: Any) -> str:
        return str(row.description)


# ---- An IAM user -----------------------------------------------------------------------------------------------------
class UserMovesForm(StepForm):
    leaves = forms.MultipleChoiceField(
        label="Groups that they leave", required=False, widget=forms.CheckboxSelectMultiple
    )
    joins = GroupsField(label="Groups that they join", required=False)

    def __init__(
        self, user: IamUser, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(run, operator, data, **kwargs)
        self.user = user
        self._groups = {group.aws_id: group for group in groups_of_user(user)}
        offer(self, "leaves", [(aws_id, group.name) for aws_id, group in self._groups.items()])
        if not self._groups:
            del self.fields["leaves"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("leaves") and not cleaned["joins"]:
            self.add_error(None, "Name a group that they leave, or one that they join.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        left = [self._groups[each] for each in self.cleaned_data.get("leaves", ())]
        return [
            *(remove_member(self.user, group) for group in left),
            *(add_member(self.user, group) for group in self.cleaned_data["joins"]),
        ]

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return str(self.cleaned_data["title"] or f"Move {self.user.name} between groups")

    def answers(self) -> dict[str, Any]:
        joined: list[IamGroup] = self.cleaned_data["joins"]
        return {"leaves": self.cleaned_data.get("leaves", []), "joins": [group.aws_id for group in joined]}


# ---- A person of Identity Center ---------------------------------------------------------------------------------
class PersonGetsForm(StepForm):
    """Groups, and one permission set in one AWS account."""

    joins = DirectoryGroupsField(label="Groups that they join", required=False)
    set = SetField()
    account = AccountField()
    named_otherwise: Mapping[str, str] = {"until": "ends", "set_arn": "set", "group": "joins"}  # type: ignore[misc]

    def __init__(
        self, person: DirectoryUser, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kw: Any
    ) -> None:
        super().__init__(run, operator, data, **kw)
        self.person = person
        for name, label in (("set", "A permission set of their own"), ("account", "In this AWS account")):
            self.fields[name].required, self.fields[name].label = False, label
        self.fields["set"].help_text = "A group is better: one sees who has what, and it ends for who leaves the group."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned["set"]) is not bool(cleaned["account"]):
            self.add_error("account" if cleaned["set"] else "set", "A permission set goes with an AWS account.")
        if not self.errors and not self.has_something(cleaned):
            self.add_error(None, "Nothing is chosen: name a group, or a permission set with an AWS account.")
        return cleaned

    def has_something(self, cleaned: Mapping[str, Any]) -> bool:
        return bool(cleaned["joins"] or cleaned["set"])

    def steps(self) -> Sequence[StepSpec]:
        """What is taken away comes first. Steps name others of their part by their positions in it."""
        steps: list[StepSpec] = []
        for part in (*self.taken(), *self.given()):
            steps += behind(part, len(steps))
        return steps

    def taken(self) -> Iterable[Sequence[StepSpec]]:
        return ()

    def given(self) -> Iterator[Sequence[StepSpec]]:
        for group in self.cleaned_data["joins"]:
            if group.issuer:
                raise Refusal(f"The group {group.name} comes from {group.issuer}: add them there.", field="joins")
            yield [add_to_directory_group(group, self.person.aws_id, region_of_store(group))]
        if chosen := self.cleaned_data["set"]:
            yield assign(params_of(chosen, region_of(chosen), self.cleaned_data["account"], self.person))

    def answers(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        gets = [f"{cleaned['set'].aws_id}/{cleaned['account']}"] if cleaned["set"] else []
        return {"joins": [group.aws_id for group in cleaned["joins"]], "gets": gets, "leaves": [], "loses": []}


class PersonMovesForm(PersonGetsForm):
    leaves = forms.MultipleChoiceField(
        label="Groups that they leave", required=False, widget=forms.CheckboxSelectMultiple
    )
    loses = forms.MultipleChoiceField(
        label="Permission sets of their own that they lose", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = selectors.groups_of(self.person)
        self._groups = {group.aws_id: group for group in own if not group.issuer}
        entries = selectors.entries_of(self.aws_account, self.person.aws_id, [])
        self._assigned = {_key(entry.assignment): entry for entry in entries}
        offer(self, "leaves", [(aws_id, group.name) for aws_id, group in self._groups.items()])
        offer(self, "loses", [(key, _said(entry)) for key, entry in self._assigned.items()])
        for name, there in (("leaves", self._groups), ("loses", self._assigned)):
            if not there:
                del self.fields[name]
        self.order_fields(["leaves", "loses", "joins", "set", "account", "reason"])

    def has_something(self, cleaned: Mapping[str, Any]) -> bool:
        return super().has_something(cleaned) or bool(cleaned.get("leaves") or cleaned.get("loses"))

    def taken(self) -> Iterator[Sequence[StepSpec]]:
        for aws_id in self.cleaned_data.get("leaves", ()):
            yield [take_out(self._groups[aws_id], self.person.aws_id)]
        if lost := [self._assigned[key].assignment for key in self.cleaned_data.get("loses", ())]:
            yield withdraw(*lost)

    def answers(self) -> dict[str, Any]:
        taken = {name: list(self.cleaned_data.get(name, ())) for name in ("leaves", "loses")}
        return {**super().answers(), **taken}


def _key(assignment: Any) -> str:
    return f"{assignment.set_id}/{assignment.target_id}"


def _said(entry: selectors.Entry) -> str:
    where = f"{entry.account_name} ({entry.assignment.target_id})" if entry.account_name else entry.assignment.target_id
    return f"{entry.assignment.name} in {where}"


def groups_of_user(user: IamUser) -> list[IamGroup]:
    rows = IamGroup.objects.live().filter(memberships__user=user, memberships__gone_at=None)
    return list(rows.order_by("name_key"))


# ---- Whether it is so ------------------------------------------------------------------------------------------------
def is_staged(run: TaskRun) -> bool:
    """Whether it was said what they get and give up."""
    return "joins" in run.answers


def is_so(run: TaskRun, row: IamUser | DirectoryUser) -> bool:
    """As the mirror has it now."""
    said = run.answers
    groups = _group_ids(row)
    if not (groups.issuperset(said["joins"]) and groups.isdisjoint(said.get("leaves", ()))):
        return False
    if not (said.get("gets") or said.get("loses")):
        return True
    rows = AccountAssignment.objects.live().filter(aws_account=run.aws_account, principal_id=row.aws_id)
    held = {f"{set_id}/{target}" for set_id, target in rows.values_list("set_id", "target_id")}
    return held.issuperset(said.get("gets", ())) and held.isdisjoint(said.get("loses", ()))


def _group_ids(row: IamUser | DirectoryUser) -> set[str]:
    if isinstance(row, IamUser):
        return set(Membership.objects.live().filter(user=row).values_list("group__aws_id", flat=True))
    rows = DirectoryMembership.objects.live().filter(aws_account=row.aws_account_id, user_id=row.aws_id)
    return set(rows.values_list("group_id", flat=True))


def groups_said(row: IamUser | DirectoryUser) -> str:
    """In which groups they are, as the end of a sentence."""
    if isinstance(row, IamUser):
        names = [group.name for group in groups_of_user(row)]
    else:
        names = [group.name for group in selectors.groups_of(row)]
    return some(names) if names else "no group"
