"""Cleans up what was picked: one change that switches it off, waits, and then deletes what nobody used meanwhile.

The plan is of what there is now: of each object its kind says whether it may be, and what its last use was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount, Operator
from contain.administrators import cut_off, last_administrators
from iamconsole.web.words import counted, day
from infrastructure.owned.changes import OwnedPatch, StepAbout, patches_of_steps
from infrastructure.owned.evidence import owned_by_code
from sync import changes
from sync.models import Change
from sync.operations import BadParams, Refusal, StepSpec
from unused.kinds.base import CleanUp, UnusedKind
from unused.kinds.registry import KINDS
from unused.models import UnusedObject
from unused.operations import wait

MOST = 200  # objects of one change: nobody reads a longer plan
_LAST = "No administrator would be left in this AWS account: nobody could bring anything back. Make another one first."
_WITH_USER = ("key", "password")


@dataclass(frozen=True)
class PickedObject:
    """One that was picked. `why_not`: why it isn't part of the change; "" where it is."""

    found: UnusedObject
    kind: UnusedKind
    row: Any = None
    clean_up: CleanUp | None = None
    why_not: str = ""

    is_owned: bool = False  # it isn't part of it since code owns it


class CleaningPlan:
    """What is done with each of those that were picked, as they are now."""

    def __init__(self, aws_account: AwsAccount, picked: Sequence[UnusedObject]) -> None:
        self.aws_account = aws_account
        self._found, self._at = picked, timezone.now()

    @cached_property
    def picked(self) -> list[PickedObject]:
        rows = {kind.slug: kind.rows(self.aws_account, self._ids_of(kind.slug)) for kind in KINDS.values()}
        users = {each.object_id for each in self._found if each.kind == "user"}
        return [self._one(each, rows[each.kind].get(each.object_id), users) for each in self._found]

    @cached_property
    def _last_administrators(self) -> set[str]:
        """With users of whom every way in was picked."""
        arns = {each.arn for each in self._found if each.kind in ("user", "role") and each.can_clean}
        arns |= cut_off(self.aws_account, *(self._ids_of(slug, can_clean=True) for slug in _WITH_USER))
        return last_administrators(self.aws_account, arns) if arns else set()

    def _ids_of(self, slug: str, *, can_clean: bool = False) -> list[str]:
        """`can_clean`: only of those that can be."""
        return [each.object_id for each in self._found if each.kind == slug and (each.can_clean or not can_clean)]

    def _one(self, found: UnusedObject, row: Any, users: Collection[str]) -> PickedObject:
        kind = KINDS[found.kind]
        if not found.can_clean:
            return PickedObject(found, kind, row, why_not=found.why_not)
        if row is None:
            return PickedObject(found, kind, why_not="It is gone already.")
        if found.kind in _WITH_USER and row.user.aws_id in users:
            return PickedObject(found, kind, row, why_not=f"It goes with the user {found.whose}.")
        if self._is_owned(row, found):
            return PickedObject(found, kind, row, why_not="Code owns it: take it out there.", is_owned=True)
        if kind.principal(row).arn in self._last_administrators:
            return PickedObject(found, kind, row, why_not=_LAST)
        try:
            return PickedObject(found, kind, row, kind.clean_up(row, found.last_used_at, self._at))
        except (Refusal, BadParams) as refusal:
            return PickedObject(found, kind, row, why_not=str(refusal))

    def _is_owned(self, row: Any, found: UnusedObject) -> bool:
        """Credentials of users that code owns are nobody's but theirs."""
        return found.kind not in _WITH_USER and bool(owned_by_code(self.aws_account, [row]))

    @property
    def planned(self) -> list[PickedObject]:
        return [each for each in self.picked if each.clean_up]

    @property
    def left_out(self) -> list[PickedObject]:
        return [each for each in self.picked if not each.clean_up]

    @property
    def owned(self) -> list[PickedObject]:
        """Those that are left out since code owns them."""
        return [each for each in self.left_out if each.is_owned]

    @cached_property
    def patches(self) -> list[OwnedPatch]:
        """What to take out of the code that owns them."""
        about = []
        for each in self.owned:
            try:
                deletion = each.kind.clean_up(each.row, None, self._at).deletion
            except (Refusal, BadParams):
                continue
            about += [StepAbout(step.kind, step.params) for step in deletion]
        return list(patches_of_steps(self.aws_account, about))

    @property
    def kinds(self) -> list[UnusedKind]:
        planned = {each.found.kind for each in self.planned}
        return [kind for slug, kind in KINDS.items() if slug in planned]

    def steps(self, days: int) -> list[StepSpec]:
        """Raises Refusal where nothing is left."""
        planned = self.planned
        if not planned:
            raise Refusal("Nothing of what you picked can be cleaned up as it is now.")
        first = planned[0].kind.principal(planned[0].row)
        cleaned = [each.clean_up for each in planned if each.clean_up]
        steps = [step for each in cleaned for step in each.off]
        steps.append(wait(first.kind, first.arn, days))
        for each in cleaned:
            steps.append(each.check)
            steps += each.deletion
        return steps

    def until(self, days: int) -> str:
        return day(self._at + timedelta(days=days))


def propose(*, plan: CleaningPlan, days: int, title: str, reason: str, actor: Operator) -> Change:
    """Raises PlanError, Refusal and BadParams with a sentence."""
    count = counted(len(plan.planned), "unused object")
    return changes.propose(
        aws_account=plan.aws_account,
        actor=actor,
        title=title or f"Switch off {count}, and delete after {counted(days, 'day')} what nobody misses",
        reason=reason,
        steps=plan.steps(days),
        independent=True,
    )
