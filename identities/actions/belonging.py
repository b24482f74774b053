"""What users, groups and roles have, and where they belong: attachments, memberships, boundaries, tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from identities.forms import GroupField, UsersField
from identities.kinds import kind_of
from identities.models import Attachment, IamGroup, Membership
from identities.operations import add_member, attach, delete_boundary, detach, put_boundary, remove_member, tag, untag
from objects.fields import UntilField
from objects.object_actions import ActionForm
from objects.operations.tags import LONGEST_KEY, LONGEST_VALUE
from policies.ending import ending_copy
from policies.fields import PolicyField
from sync.operations import StepSpec

_UNTIL = (
    "Empty: without an end. Else this console removes it then, by a change that is planned and approved together "
    "with this one. AWS doesn’t remove it by itself."
)


def _those(rows: Sequence[Any], there: set[int], *, has: bool) -> Sequence[Any]:
    """Those that are `there` (primary keys), or that aren't; all where there are none of them."""
    return [row for row in rows if (row.pk in there) is has] or rows


def _having(targets: Sequence[Any], policy_arn: str) -> set[int]:
    word = kind_of(targets[0]).name
    held = Attachment.objects.live().filter(arn=policy_arn, **{f"{word}__in": targets})
    return set(held.values_list(f"{word}_id", flat=True))


def _members(targets: Sequence[Any], group: IamGroup) -> set[int]:
    return set(Membership.objects.live().filter(group=group, user__in=targets).values_list("user_id", flat=True))


class AttachForm(ActionForm):
    heading = "Attach a policy to {names}"
    about = "A managed policy of this AWS account or of AWS. Identities that have it already are left out."
    policy = PolicyField(label="Policy")
    ends = UntilField(f"{_UNTIL.rstrip('.')}, only a copy (below).")
    copies = forms.BooleanField(
        label="Attach a copy that expires by itself",
        required=False,
        help_text="A new policy with the same statements, whose Allow statements hold only until then (a condition on "
        "aws:CurrentTime). This console deletes it then. Later changes of the policy don’t reach the copy.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("copies") and "ends" in cleaned and cleaned["ends"] is None:
            self.add_error("ends", "Say when the copy ends, or attach the policy itself.")
        return cleaned

    def steps(self) -> Sequence[StepSpec]:
        policy = self.cleaned_data["policy"]
        rows = _those(self.targets, _having(self.targets, policy), has=False)
        if self.until is None or not self.cleaned_data["copies"]:
            return [attach(row, policy) for row in rows]
        copied = ending_copy(self.aws_account, policy, self.until)
        return [copied, *(attach(row, copied.params["arn"]) for row in rows)]


class DetachForm(ActionForm):
    about = (
        "What only this policy allowed is no longer allowed. The policy itself stays. Identities without it are left "
        "out."
    )
    policy = PolicyField(label="Policy")

    @property
    def heading(self) -> str:  # type: ignore[override]  # of the policy that the address names
        held = Attachment.objects.live().filter(aws_account=self.aws_account, arn=self.initial.get("policy", ""))
        name = held.values_list("name", flat=True).first() or "a policy"
        return f"Detach {name.replace('{', '{{').replace('}', '}}')} from {{names}}"

    def steps(self) -> Sequence[StepSpec]:
        policy = self.cleaned_data["policy"]
        return [detach(row, policy) for row in _those(self.targets, _having(self.targets, policy), has=True)]


class JoinGroupForm(ActionForm):
    heading = "Add {names} to a group"
    about = "Members get every policy that the group has. Users who are members already are left out."
    group = GroupField(label="Group")
    ends = UntilField(_UNTIL)

    def steps(self) -> Sequence[StepSpec]:
        group = self.cleaned_data["group"]
        others = _those(self.targets, _members(self.targets, group), has=False)
        return [add_member(user, group) for user in others]


class LeaveGroupForm(ActionForm):
    heading = "Take {names} out of a group"
    about = "They lose the permissions that only this group granted. Users who aren’t members are left out."
    group = GroupField(label="Group")

    def steps(self) -> Sequence[StepSpec]:
        group = self.cleaned_data["group"]
        members = _those(self.targets, _members(self.targets, group), has=True)
        return [remove_member(user, group) for user in members]


class AddUsersForm(ActionForm):
    heading = "Add users to {names}"
    about = "Members get every policy that the group has. Users who are members already are left out."
    users = UsersField(label="Users")
    ends = UntilField(_UNTIL)

    def steps(self) -> Sequence[StepSpec]:
        users = self.cleaned_data["users"]
        others = _those(users, _members(users, self.target), has=False)
        return [add_member(user, self.target) for user in others]


class RemoveUsersForm(ActionForm):
    heading = "Remove users from {names}"
    about = "They lose the permissions that only this group granted. Users who aren’t members are left out."
    users = UsersField(label="Users")

    def steps(self) -> Sequence[StepSpec]:
        users = self.cleaned_data["users"]
        members = _those(users, _members(users, self.target), has=True)
        return [remove_member(user, self.target) for user in members]


# ---- The permissions boundary of users and roles -------------------------------------------------------------
class PutBoundaryForm(ActionForm):
    heading = "Permissions boundary of {names}"
    about = "What the boundary doesn't allow is not allowed, whatever other policies say. It gives nothing by itself."
    policy = PolicyField(label="Boundary")

    def steps(self) -> Sequence[StepSpec]:
        policy = self.cleaned_data["policy"]
        others = [target for target in self.targets if target.boundary_arn != policy]
        return [put_boundary(target, policy) for target in others or self.targets]


class DeleteBoundaryForm(ActionForm):
    heading = "Take the permissions boundary off {names}"
    about = "Everything that the policies allow is allowed then: this can add access."

    def steps(self) -> Sequence[StepSpec]:
        return [delete_boundary(target) for target in self.targets]


# ---- Tags of users and roles ---------------------------------------------------------------------------------
class OwnerTagForm(ActionForm):
    heading = "Tag {names}"
    about = (
        "Policies may ask for tags, so a tag can give access, or take it. A tag of that key is replaced; who has it so "
        "already is left out."
    )
    key = forms.CharField(max_length=LONGEST_KEY)
    value = forms.CharField(max_length=LONGEST_VALUE, required=False)

    def steps(self) -> Sequence[StepSpec]:
        key, value = self.cleaned_data["key"], self.cleaned_data["value"]
        others = [target for target in self.targets if target.tags.get(key) != value]
        return [tag(target, key, value) for target in others or self.targets]


class OwnerUntagForm(ActionForm):
    heading = "Remove a tag from {names}"
    about = "What a policy allows only with this tag is no longer allowed. Identities without the tag are left out."
    key = forms.CharField(max_length=LONGEST_KEY)

    def steps(self) -> Sequence[StepSpec]:
        key = self.cleaned_data["key"]
        tagged = [target for target in self.targets if key in target.tags]
        return [untag(target, key) for target in tagged or self.targets]
