"""The roles that somebody took on lately, or may take on: their sessions live on when whoever began them is cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from access.holders import Holder
from access.onward_roles import OnwardSearch, ReachedRole, accounts_not_told
from access.protection import why_protected
from access.role_chains import LONGEST
from accounts.models import AwsAccount
from contain.hits import hits_later, last_use
from contain.pieces import Piece, Uncut
from iamconsole.web.words import counted, duration, full_time
from identities.models import IamRole
from identities.operations import contain
from identities.operations.containing import ISSUED, SETTLES
from sync.operations import StepSpec

MOST_PIECES = 30
LONGEST_SESSION_S = 43_200  # of a role: twelve hours, where its own limit wasn't read


@dataclass(frozen=True, eq=False)
class RolesTakenOn:
    """Of one actor. `may_see`: what is told of other AWS accounts, by their ids. `at`: when they are cut."""

    aws_account: AwsAccount
    actor: Holder
    assumed: Mapping[str, datetime]
    may_see: Callable[[str], bool]
    at: datetime

    @cached_property
    def _reached(self) -> Sequence[ReachedRole]:
        return OnwardSearch([ReachedRole(self.aws_account, self.actor)], most_steps=LONGEST).found()

    @cached_property
    def _rows(self) -> Sequence[IamRole]:
        """Of this AWS account, those that were taken on lately first."""
        own = {each.holder.row for each in self._reached if each.aws_account == self.aws_account}
        rows = IamRole.objects.live().filter(aws_account=self.aws_account)
        found = {row.pk: row for row in rows.filter(pk__in=own)}
        found |= {row.pk: row for row in rows.filter(arn__in=list(self.assumed))}
        found = {pk: row for pk, row in found.items() if row.arn != self.actor.arn}
        return sorted(found.values(), key=lambda row: (row.arn not in self.assumed, row.name_key))

    def pieces(self) -> list[Piece]:
        """Those that were taken on lately are chosen; the others are for the operator to choose."""
        return [self._piece(row) for row in self._rows[:MOST_PIECES]]

    def _piece(self, role: IamRole) -> Piece:
        taken = self.assumed.get(role.arn)
        protected = why_protected(self.aws_account, role.arn)
        return Piece(
            f"role:{role.aws_id}",
            f"Cut the sessions of the role {role.name}",
            self._note(role, taken, protected),
            (sessions_cut(role, self.at),),
            is_chosen=taken is not None and not protected,
            hits=hits_later(self.aws_account, role, self.actor.arn, self.may_see),
            refused=why_never_cut(self.aws_account, role),
            url=reverse("role", kwargs={"account_id": self.aws_account.account_id, "aws_id": role.aws_id}),
        )

    def _note(self, role: IamRole, taken: datetime | None, protected: str) -> str:
        how = f"They took it on at {full_time(taken)}." if taken else "They may take it on."
        longest = f"A session of it lasts {duration(longest_session_s(role))} at most. {last_use(role)}"
        owner = f" An owner has to let it through first: {protected}." if protected else ""
        return f"{how} {longest}{owner}"

    @property
    def elsewhere(self) -> Sequence[ReachedRole]:
        """In other AWS accounts."""
        return [each for each in self._reached if each.aws_account != self.aws_account]

    def uncut(self) -> Iterator[Uncut]:
        """All of it, whoever asks: `contain.uncut.told` leaves out what they may not see."""
        for each in self.elsewhere:
            yield _there(each)
        if named := accounts_not_told(self.actor, lambda account_id: False):
            words = (
                f"Their policies let them take on roles of {', '.join(named)}: more of them than are known here, maybe."
            )
            yield Uncut("AWS accounts that their policies name", words, "triangle-alert")
        if (left_out := len(self._rows) - MOST_PIECES) > 0:
            words = f"{counted(left_out, 'more role')} that they may take on: contain them one by one."
            yield Uncut("More roles", words, "triangle-alert")


def _there(reached: ReachedRole) -> Uncut:
    return Uncut(
        f"The role {reached.holder.arn.rpartition('/')[2]} in {reached.aws_account}",
        "Its sessions there last twelve hours at most, unless they are cut, too.",
        "triangle-alert",
        account_id=reached.aws_account.account_id,
        role_id=reached.holder.unique_id,
    )


def sessions_cut(role: IamRole, at: datetime) -> StepSpec:
    return contain(role, at + SETTLES, ISSUED)


def longest_session_s(role: IamRole) -> int:
    return role.max_session_s or LONGEST_SESSION_S


def why_never_cut(aws_account: AwsAccount, role: IamRole) -> str:
    """Why nobody cuts it from here; "" where it can be cut."""
    if role.kept_by_aws:
        return "AWS keeps this role for itself, so nothing can be written on it."
    if role.arn in (aws_account.read_role_arn, aws_account.write_role_arn):
        return "This console works by it."
    return ""
