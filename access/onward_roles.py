"""The roles that somebody may go on to: those that let them in, and those that let these in, in all connected accounts.

Forwards from one principal, breadth first. Roles are found by whom their trust policies name, so that no index of any
AWS account has to be made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from access.holders import Holder, holders_of_roles
from access.index import Index
from access.matches import WhoCanMatch
from access.outsiders import EVERYBODY
from access.resource_sides.values import ResourceSide, SaidByResource
from access.role_chains import ASSUME, LONGEST
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from identities.models import IamRole, TrustedPrincipal
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.layers import LayerPolicy

MOST_LOOKED, MOST_FOLLOWED = 1_000, 40  # roles of each level that are looked at, and of those that let in that are left


@dataclass(frozen=True)
class OnwardRole:
    """`through`: the roles that are assumed before it, the first one first. `match`: why the last of these, or whoever
    begins, may assume it. `is_sure`: nothing on the way is unknown."""

    aws_account: AwsAccount
    row: IamRole
    through: tuple[OnwardRole, ...]
    match: WhoCanMatch
    is_sure: bool

    @property
    def way(self) -> tuple[OnwardRole, ...]:
        return (*self.through, self)


@dataclass
class _Actor:
    index: Index
    names: frozenset[str]  # by which trust policies name it
    way: tuple[OnwardRole, ...] = ()

    @classmethod
    def of(cls, holder: Holder, around: Surroundings, way: tuple[OnwardRole, ...] = ()) -> _Actor:
        account, partition = holder.caller.account, holder.arn.split(":")[1]
        names = {holder.arn, account, f"arn:{partition}:iam::{account}:root", EVERYBODY}
        return cls(Index([holder], around), frozenset(names), way)

    @property
    def arn(self) -> str:
        return self.index.holders[0].arn

    def can_assume(self, arn: str, side: ResourceSide) -> WhoCanMatch | None:
        return next(iter(self.index.who_can(ASSUME, arn, among=(0,), side=side)), None)


@dataclass
class OnwardSearch:
    """`is_whole`: nothing was left out."""

    aws_account: AwsAccount
    is_whole: bool = True
    _around: dict[str, Surroundings] = field(default_factory=dict)

    def roles(self, holder: Holder) -> list[OnwardRole]:
        """The shortest way to each; of equally long ones a sure one."""
        actors = [_Actor.of(holder, self._surroundings(holder.caller.account))]
        found: dict[str, OnwardRole] = {}
        for _ in range(LONGEST):
            reached = self._level(actors, {holder.arn, *found})
            found |= reached
            actors = self._actors(list(reached.values())[:MOST_FOLLOWED])
            self.is_whole &= len(reached) <= MOST_FOLLOWED
            if not actors:
                break
        return list(found.values())

    def _level(self, actors: Sequence[_Actor], known: set[str]) -> dict[str, OnwardRole]:
        found: dict[str, OnwardRole] = {}
        for role, names in self._naming(actors, known):
            side = self._side(role)
            for actor in actors:
                match = actor.can_assume(role.arn, side) if actor.names & names else None
                if match is None:
                    continue
                sure = match.decision is Decision.ALLOWED and all(each.is_sure for each in actor.way)
                if role.arn not in found or (sure and not found[role.arn].is_sure):
                    found[role.arn] = OnwardRole(role.aws_account, role, actor.way, match, sure)
        return found

    def _naming(self, actors: Sequence[_Actor], known: set[str]) -> Iterator[tuple[IamRole, set[str]]]:
        """The roles whose trust policies name one of them, or their AWS account, and which of these names."""
        names = set().union(*(actor.names for actor in actors))
        sessions = Q()
        for actor in actors:
            account, name = account_in(actor.arn), actor.arn.rpartition("/")[2]
            if ":role/" in actor.arn:
                sessions |= Q(value__startswith=f"arn:{actor.arn.split(':')[1]}:sts::{account}:assumed-role/{name}/")
        trusted = TrustedPrincipal.objects.filter(Q(value__in=names) | sessions, type="AWS")
        by_role: dict[int, set[str]] = defaultdict(set)
        for pk, value in trusted.values_list("role_id", "value"):
            by_role[pk].add(value if value in names else self._role_of_session(value, actors))
        partition = self.aws_account.partition
        roles = IamRole.objects.live().filter(pk__in=by_role, aws_account__partition=partition).exclude(trust=None)
        listed = roles.exclude(arn__in=known).select_related("aws_account", "trust").order_by("arn")[: MOST_LOOKED + 1]
        self.is_whole &= len(listed) <= MOST_LOOKED
        yield from ((role, by_role[role.pk]) for role in listed[:MOST_LOOKED])

    @staticmethod
    def _role_of_session(value: str, actors: Sequence[_Actor]) -> str:
        name = value.split("/")[1]
        named = (actor.arn for actor in actors if actor.arn.rpartition("/")[2] == name)
        return next((arn for arn in named if account_in(arn) == account_in(value)), value)

    def _side(self, role: IamRole) -> ResourceSide:
        text = role.trust.text if role.trust else "{}"
        said = SaidByResource(LayerPolicy(f"trust policy of {role.arn}", compiled(text)))
        account_id = role.aws_account.account_id
        return ResourceSide(account_id, self._surroundings(account_id), said, said)

    def _actors(self, roles: Sequence[OnwardRole]) -> list[_Actor]:
        holders = holders_of_roles([role.row.pk for role in roles])
        placed = ((holders[role.row.pk], role) for role in roles if role.row.pk in holders)
        return [_Actor.of(holder, self._surroundings(role.aws_account.account_id), role.way) for holder, role in placed]

    def _surroundings(self, account_id: str) -> Surroundings:
        if account_id not in self._around:
            self._around[account_id] = surroundings_of(account_id)
        return self._around[account_id]


def accounts_not_told(holder: Holder, is_told: Callable[[str], bool]) -> list[str]:
    """The ids of other AWS accounts of which its policies let it assume roles, and of which nothing may be told."""
    statements = (each for policy in holder.policies for each in policy.document.about(ASSUME.lower()))
    named = {account_in(pattern) for each in statements if each.allows for pattern in each.resources.patterns}
    return sorted(each for each in named if each.isdigit() and each != holder.caller.account and not is_told(each))
