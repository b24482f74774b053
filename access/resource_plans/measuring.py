"""What changes of a resource by a plan or a draft: who gets in from outside, and whose access changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from access.exposure.looking import exposure_of
from access.exposure.values import ResourceExposure
from access.plans.effects import Effort
from access.resource_plans.effects import AccountEffects, account_effects
from access.resource_plans.said import ResourceSays
from access.resource_sides.kinds import side_of
from access.resource_sides.planned import planned_as_whole, planned_policies
from access.resource_sides.values import ResourceSide
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from policies.engine.compiled import CompiledDocument
from policies.holdings import ResourceChange
from resources.models import Resource
from resources.operations.affected import accounts_concerned
from resources.selectors import HeldPolicies, held_policies

_NOT_READ = "What stands on it isn’t read, so nobody knows what changes."


@dataclass(frozen=True)
class AccountAffected:
    """`connected`: as this console has it; None: it hasn't, or not any more."""

    account_id: str
    connected: AwsAccount | None
    effects: AccountEffects


class ResourceDifference:
    """Of one resource that the mirror has. `changes`: all of a plan, of other resources, too; `undone`: what the mirror
    has of it already."""

    def __init__(self, row: Resource, changes: Sequence[ResourceChange], undone: Sequence[ResourceChange] = ()) -> None:
        self.row = row
        held = held_policies(row)
        self.why = "" if isinstance(held, HeldPolicies) else (held.why or _NOT_READ)
        self._held = held
        self._changes = [each for each in changes if each.resource_arn == row.arn]
        self._undone = [each for each in undone if each.resource_arn == row.arn]

    @cached_property
    def exposures(self) -> tuple[ResourceExposure | None, ResourceExposure | None]:
        """Before and after."""
        if not isinstance(self._held, HeldPolicies):
            return None, None
        before = planned_as_whole(self._held, self._undone)
        return exposure_of(before), exposure_of(planned_as_whole(before, self._changes))

    # ---- In AWS accounts -------------------------------------------------------------------------------------
    @cached_property
    def _stands_on(self) -> list[str]:
        """The ARNs on which something is written: of a function its own, and those of aliases."""
        written = (getattr(each, "on", "") or each.resource_arn for each in self._changes)
        return list(dict.fromkeys(written))

    def _says(self, on: str) -> tuple[ResourceSays, ResourceSays] | None:
        if not isinstance(self._held, HeldPolicies):
            return None
        policies = tuple(each for each in self._held.policies if each.arn == on)
        held = HeldPolicies(self._held.kind, policies, self.row, self._held.facts, self._held.missing, self._held.at)
        before = planned_policies(held, on, self._undone)
        after = planned_policies(before, on, self._changes)
        around = surroundings_of(self.row.aws_account.account_id)
        sides = [side_of(each, "", on, around) if isinstance(each, HeldPolicies) else None for each in (before, after)]
        had, has = sides
        if not isinstance(had, ResourceSide) or not isinstance(has, ResourceSide):
            return None
        return ResourceSays(had, self.row), ResourceSays(has, self.row)

    @cached_property
    def _said(self) -> list[tuple[ResourceSays, ResourceSays]]:
        return [each for on in self._stands_on if (each := self._says(on)) is not None]

    @property
    def documents(self) -> Iterator[tuple[CompiledDocument, CompiledDocument]]:
        """What is said to others than principals of its own AWS account."""
        for before, after in self._said:
            yield before.side.others.policy.document, after.side.others.policy.document

    @cached_property
    def concerned_ids(self) -> frozenset[str]:
        """Of other AWS accounts, connected or not."""
        own = self.row.aws_account
        return frozenset(each for both in self.documents for each in accounts_concerned(own, *both))

    def accounts(self, among: Iterable[AwsAccount], effort: Effort | None = None) -> list[AccountAffected]:
        """Of these AWS accounts, which are connected."""
        return [AccountAffected(each.account_id, each, self.effects_in(each, effort)) for each in among]

    def effects_in(self, aws_account: AwsAccount, effort: Effort | None = None) -> AccountEffects:
        if self.why or not self._said:
            return AccountEffects(why=(self.why or _NOT_READ,))
        found = [account_effects(*both, aws_account, effort) for both in self._said]
        if len(found) == 1:
            return found[0]
        concerned = [each for one in found for each in one.concerned]
        why = tuple(dict.fromkeys(each for one in found for each in one.why))
        notes = tuple(dict.fromkeys(each for one in found for each in one.notes))
        return AccountEffects(concerned, found[0].holdings, why, notes)

    @property
    def notes(self) -> list[str]:
        """Sentences: what beside the policy decides, and isn't known or is counted."""
        said = (after.side for _, after in self._said)
        found = (each for side in said for part in (side.own, side.others) for each in (*part.notes, *part.unsure))
        return list(dict.fromkeys(found))


def differences(
    aws_account: AwsAccount, changes: Sequence[ResourceChange], undone: Sequence[ResourceChange] = ()
) -> list[ResourceDifference]:
    """Of each resource of the AWS account that the changes are about, in their order."""
    arns = list(dict.fromkeys(each.resource_arn for each in changes))
    rows = Resource.objects.live().filter(aws_account=aws_account, arn__in=arns).select_related("aws_account")
    found = {row.arn: row for row in rows.prefetch_related("policies__document")}
    return [ResourceDifference(found[arn], changes, undone) for arn in arns if arn in found]
