"""The principals of several AWS accounts under one numbering, added as questions lead there.

Those of the AWS account that is asked keep the numbers of its index. Of each other AWS account those are read whom
questions concern. Nothing here depends on who asks: what an operator may not see is left out when an answer is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from access.holders import Holder
from access.index import Index
from access.partial_index import Asked, PartialIndex, partial_indexes, read_everybody, read_named, read_whom
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from iamconsole.web.once import page_is_made
from policies.engine.layers import LayerPolicy
from policies.organizations.selectors import remember_bounds


class OtherIndexes(Protocol):
    """Of the AWS accounts that have a mirror here, but the one that is asked. An index may grow as questions are asked;
    who is in it keeps their number."""

    @property
    def account_ids(self) -> Sequence[str]:
        """In the order in which pages have them."""

    def surroundings(self, account_id: str) -> Surroundings:
        """What bounds one of them, without its index."""

    def look_up(self, account_ids: Collection[str]) -> None:
        """`surroundings` of these will be asked for."""

    def concerned(self, account_id: str, asked: Asked) -> Index:
        """With everybody there who has a policy that may allow what is asked, and perhaps with others."""

    def read_whom(self, account_ids: Collection[str], asked: Asked) -> None:
        """`concerned` of these will be asked for."""

    def named(self, account_id: str, arns: Collection[str]) -> Index:
        """With the users and roles of these ARNs."""

    def everybody(self, account_id: str) -> Index:
        """With all users and roles."""

    def index(self, account_id: str) -> Index:
        """As it is by now."""

    def state(self, account_id: str) -> object:
        """The same as long as nothing of the AWS account has changed."""


@dataclass
class ConnectedIndexes:
    """By the mirrors, in the partition of `aws_account`. What was looked up is remembered: for one question."""

    aws_account: AwsAccount
    _parts: dict[str, PartialIndex] = field(default_factory=dict)
    _around: dict[str, Surroundings] = field(default_factory=dict)

    @cached_property
    def aws_accounts(self) -> Mapping[str, AwsAccount]:
        rows = AwsAccount.objects.filter(partition=self.aws_account.partition).exclude(pk=self.aws_account.pk)
        return {each.account_id: each for each in rows.order_by("name", "pk")}

    @property
    def account_ids(self) -> Sequence[str]:
        return list(self.aws_accounts)

    # ---- What bounds them ----------------------------------------------------------------------------------------
    def surroundings(self, account_id: str) -> Surroundings:
        self.look_up([account_id])
        return self._around[account_id]

    def look_up(self, account_ids: Collection[str]) -> None:
        due = [each for each in account_ids if each not in self._around]
        with page_is_made():
            if len(due) > 1:
                remember_bounds([self.aws_accounts[each] for each in due if each in self.aws_accounts])
            self._around |= {each: surroundings_of(each) for each in due}

    # ---- Who is there --------------------------------------------------------------------------------------------
    def concerned(self, account_id: str, asked: Asked) -> Index:
        self.read_whom([account_id], asked)
        return self._parts[account_id].index

    def read_whom(self, account_ids: Collection[str], asked: Asked) -> None:
        read_whom(self._parts_of(account_ids), asked)

    def named(self, account_id: str, arns: Collection[str]) -> Index:
        [part] = self._parts_of([account_id])
        read_named(part, arns)
        return part.index

    def everybody(self, account_id: str) -> Index:
        [part] = self._parts_of([account_id])
        read_everybody(part)
        return part.index

    def index(self, account_id: str) -> Index:
        return self._parts_of([account_id])[0].index

    def state(self, account_id: str) -> object:
        return self._parts_of([account_id])[0]

    def groups(self, account_id: str) -> Mapping[str, tuple[LayerPolicy, ...]]:
        """What groups give their members, of who was read by now."""
        return self._parts_of([account_id])[0].groups

    def _parts_of(self, account_ids: Collection[str]) -> list[PartialIndex]:
        due = [each for each in account_ids if each not in self._parts]
        if due:
            self.look_up(due)
            found = partial_indexes([self.aws_accounts[each] for each in due], self._around.__getitem__)
            self._parts |= dict(zip(due, found, strict=True))
        return [self._parts[each] for each in account_ids]


@dataclass(frozen=True)
class NoOthers:
    """Nothing of other AWS accounts is asked."""

    account_ids: Sequence[str] = ()

    def surroundings(self, account_id: str) -> Surroundings:
        raise LookupError(account_id)

    def look_up(self, account_ids: Collection[str]) -> None:
        pass

    def concerned(self, account_id: str, asked: Asked) -> Index:
        raise LookupError(account_id)

    def read_whom(self, account_ids: Collection[str], asked: Asked) -> None:
        pass

    def named(self, account_id: str, arns: Collection[str]) -> Index:
        raise LookupError(account_id)

    def everybody(self, account_id: str) -> Index:
        raise LookupError(account_id)

    def index(self, account_id: str) -> Index:
        raise LookupError(account_id)

    def state(self, account_id: str) -> object:
        raise LookupError(account_id)


_APART = 100_000_000  # between the numbers of two AWS accounts: more than one has principals


@dataclass(frozen=True)
class AccountPart:
    """`first`: what is added to the numbers of its index."""

    account_id: str
    first: int


class ConnectedPrincipals:
    """Threads may share it, if one at a time asks for a part that isn't there yet."""

    def __init__(self, own: Index, others: OtherIndexes | None = None) -> None:
        self.others: OtherIndexes = others or NoOthers()
        self.own = AccountPart(own.surroundings.account_id, 0)
        self._own = own
        self._parts = [self.own]
        self._states: list[object] = [own]
        self._by_account = {self.own.account_id: self.own}
        self._around: dict[str, Surroundings] = {}  # what was looked up without an index

    @property
    def account_ids(self) -> Sequence[str]:
        """Of all of them, the one that is asked first."""
        return [self.own.account_id, *self.others.account_ids]

    # ---- What AcrossSearch asks of all of them -------------------------------------------------------------------
    def surroundings(self, account_id: str) -> Surroundings:
        if account_id == self.own.account_id:
            return self._own.surroundings
        around = self._around[account_id] = self.others.surroundings(account_id)
        return around

    def look_up(self, account_ids: Collection[str]) -> None:
        self.others.look_up(self._others_among(account_ids))

    def concerned(self, account_id: str, asked: Asked) -> Index:
        return self._own if account_id == self.own.account_id else self.others.concerned(account_id, asked)

    def read_whom(self, account_ids: Collection[str], asked: Asked) -> None:
        self.others.read_whom(self._others_among(account_ids), asked)

    def named(self, account_id: str, arns: Collection[str]) -> Index:
        return self._own if account_id == self.own.account_id else self.others.named(account_id, arns)

    def everybody(self, account_id: str) -> Index:
        return self._own if account_id == self.own.account_id else self.others.everybody(account_id)

    def index(self, account_id: str) -> Index:
        return self._own if account_id == self.own.account_id else self.others.index(account_id)

    def state(self, account_id: str) -> object:
        return self._own if account_id == self.own.account_id else self.others.state(account_id)

    def _others_among(self, account_ids: Iterable[str]) -> list[str]:
        return [each for each in account_ids if each != self.own.account_id]

    # ---- Under one numbering -------------------------------------------------------------------------------------
    def part(self, account_id: str) -> AccountPart:
        found = self._by_account.get(account_id)
        if found is None:
            self._states.append(self.others.state(account_id))
            found = self._by_account[account_id] = AccountPart(account_id, _APART * len(self._parts))
            self._parts.append(found)
        return found

    def part_of(self, number: int) -> AccountPart:
        return self._parts[number // _APART]

    def holder(self, number: int) -> Holder:
        part = self.part_of(number)
        return self.index(part.account_id).holders[number - part.first]

    def is_own(self, number: int) -> bool:
        return number < _APART

    def goes_on_with(self, others: OtherIndexes) -> bool:
        """Looks up the rest in `others`, those of now. False where what was looked up by now isn't so any more."""
        if self.others.account_ids != others.account_ids:
            return False
        parts, around = list(zip(self._parts, self._states, strict=True))[1:], dict(self._around)
        others.look_up(list(around))
        is_current = all(others.state(part.account_id) is state for part, state in parts) and all(
            others.surroundings(account_id).is_as(before) for account_id, before in around.items()
        )
        if is_current:
            self.others = others
        return is_current
