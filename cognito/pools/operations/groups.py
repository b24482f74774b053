"""Deleting a group of a pool. Its reverse makes it again, and puts back whom the mirror knew to be in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount
from cognito.models import CognitoGroup, CognitoUser
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.base import on_person
from cognito.pools.operations.belonging import DeletePoolObject, PoolObjectParams, make
from cognito.pools.operations.places import pool_row
from cognito.pools.operations.pool_children import child_row, rows_of
from cognito.pools.operations.roles import role_given
from iamconsole.web.words import counted
from sync.checks import PlanFinding
from sync.operations import AccessChange, StepSpec, Undo, Value
from sync.plan_draft import Draft

PUT_BACK = 500  # members at most: one step, and two calls, each
ADD = "cognito.user.group.add"


class DeleteCognitoGroup(DeletePoolObject):
    undo = Undo.NEW_ID

    def note(self, p: PoolObjectParams) -> str:
        return (
            "Its members stay people of the pool. Its reverse makes it again with its settings, and puts back whom the "
            f"mirror knows to be in it now, {PUT_BACK} people at most."
        )

    def access_changes(self, aws_account: AwsAccount, p: PoolObjectParams) -> Sequence[AccessChange]:
        row = rows_of(self.of, aws_account, p.pool_arn, p.name).first()
        return role_given(p.pool_arn, p.name, row.role_arn if row else "", "")

    def limits(self, draft: Draft, p: PoolObjectParams, value: Value) -> list[PlanFinding]:
        """What of the members a reverse could not bring back."""
        group = child_row(self.of, draft, p.pool_arn, p.name)
        found = super().limits(draft, p, value)
        if group.members_read_at is None:
            words = f"The mirror doesn’t know who is in {p.name}: a reverse makes it again with nobody in it."
            return [*found, PlanFinding("MEMBERS_UNKNOWN", "warning", words, about=())]
        number = _members(group).count()
        if number > PUT_BACK:
            words = (
                f"{p.name} has {counted(number, 'member')}: a reverse puts back the first {PUT_BACK}. Export the "
                "people of the group first, to put back the others from that file."
            )
            found.append(PlanFinding("MANY_MEMBERS", "warning", words, about=(), amount=number))
        return found

    def before(self, draft: Draft, p: PoolObjectParams, value: Value) -> dict[str, Any]:
        """With its members by their `sub`."""
        kept = super().before(draft, p, value)
        pool = pool_row(draft, p.pool_arn)
        group = CognitoGroup.objects.filter(pool=pool.pk, aws_id=value["object"]).first() if kept else None
        if group is None:
            return kept
        subs = _members(group).order_by("aws_id").values_list("aws_id", flat=True)[:PUT_BACK]
        return {**kept, "members": list(subs)}

    def reverse(self, p: PoolObjectParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        """Who is gone since isn't put back. Of a change from before members were kept there are none."""
        if not before:
            return []
        people = CognitoUser.objects.live().filter(pool__arn=p.pool_arn, aws_id__in=before.get("members", []))
        back = [
            on_person(person, ADD, NO_MESSAGE, group=p.name)
            for person in people.select_related("pool").order_by("aws_id")
        ]
        return [make(self.of, p.pool_arn, p.name, before["settings"]), *back]


def _members(group: CognitoGroup) -> Any:
    held = group.memberships.filter(gone_at__isnull=True)
    return CognitoUser.objects.live().filter(pk__in=held.values("user"))
