"""The steps of the one change, in an order in which nobody has less in between: groups give before users give up.

First the policies and the groups, then what groups have, then who is in them; after all of that what users have
directly goes. Wherever the change stops, each user has all of what they had, or all of what they will have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.models import AwsAccount
from guides.groups.direct import DirectPolicies, DirectUser, GivingGroup
from guides.groups.proposals import GroupProposal
from identities.kinds import GROUP
from identities.models import IamGroup
from identities.operations import add_member, attach, create_group, delete_inline, detach
from policies.operations import create_policy
from sync.operations import StepSpec


@dataclass(frozen=True)
class GroupMove:
    """`group`: one that is there, which is left as it is; None for a new one."""

    proposal: GroupProposal
    name: str
    group: GivingGroup | None
    users: Sequence[DirectUser]

    @property
    def gives(self) -> frozenset[str]:
        """The tokens of what its members have by it."""
        return self.group.gives if self.group else self.proposal.missing

    @property
    def is_new(self) -> bool:
        return self.proposal.joins and self.group is None

    @property
    def not_given(self) -> frozenset[str]:
        """What its users keep: the group that they join doesn't give it."""
        return self.proposal.missing - self.gives


@dataclass(frozen=True)
class ManagedName:
    """The managed policy that an inline policy's text becomes. `is_there`: the AWS account has it already."""

    arn: str
    is_there: bool = False


@dataclass(frozen=True)
class ToGroups:
    """All that was chosen. `managed`: by the token of each text that a new group gives."""

    aws_account: AwsAccount
    direct: DirectPolicies
    moves: Sequence[GroupMove]
    managed: Mapping[str, ManagedName]

    @cached_property
    def steps(self) -> Sequence[StepSpec]:
        new = [move for move in self.moves if move.is_new]
        return [
            *self._policies(),
            *(create_group(self.aws_account, move.name) for move in new),
            *(attach(self._group(move), arn) for move in new for arn in sorted(self._arns(move.proposal.missing))),
            *(add_member(user.user, self._group(move)) for move in self.moves for user in self._joining(move)),
            *(step for move in self.moves for user in move.users for step in self._taken_off(move, user)),
        ]

    def _policies(self) -> Iterator[StepSpec]:
        for token, managed in self.managed.items():
            if not managed.is_there:
                yield create_policy(managed.arn, self.direct.texts[token].text)

    def _group(self, move: GroupMove) -> IamGroup:
        """As later steps name a new one: it isn't there yet."""
        if move.group:
            return move.group.group
        arn = GROUP.arn_of(self.aws_account, move.name)
        return IamGroup(aws_account=self.aws_account, arn=arn, name=move.name)

    def _arns(self, tokens: frozenset[str]) -> set[str]:
        return {self.managed[each].arn if each in self.managed else each for each in tokens}

    def _joining(self, move: GroupMove) -> Sequence[DirectUser]:
        if not move.proposal.joins:
            return ()
        there = move.group.group.pk if move.group else None
        return [user for user in move.users if there not in user.groups]

    def _taken_off(self, move: GroupMove, user: DirectUser) -> Iterator[StepSpec]:
        """What the user has by groups from then on."""
        given = self.direct.given_to(user) | (move.gives if move.proposal.joins else frozenset())
        yield from (detach(user.user, arn) for arn in sorted(user.attached & given))
        yield from (delete_inline(user.user, name) for name, token in sorted(user.inline.items()) if token in given)
