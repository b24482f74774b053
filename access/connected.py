"""The principals of several AWS accounts under one numbering, added as questions lead there.

Those of the AWS account that is asked keep the numbers of its index. Nothing here depends on who asks: what an operator
may not see is left out when an answer is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from access.holders import Holder
from access.index import CachedIndex, Index, cached_index
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount


class OtherIndexes(Protocol):
    """Of the AWS accounts that have a mirror here, but the one that is asked."""

    @property
    def account_ids(self) -> Sequence[str]:
        """In the order in which pages have them."""

    def index(self, account_id: str) -> Index:
        """Of one of them."""

    def surroundings(self, account_id: str) -> Surroundings:
        """What bounds one of them, without its index."""


@dataclass
class ConnectedIndexes:
    """By the mirrors, in the partition of `aws_account`. What was looked up is remembered: for one question."""

    aws_account: AwsAccount
    _cached: dict[str, CachedIndex] = field(default_factory=dict)
    _around: dict[str, Surroundings] = field(default_factory=dict)

    @cached_property
    def aws_accounts(self) -> Mapping[str, AwsAccount]:
        rows = AwsAccount.objects.filter(partition=self.aws_account.partition).exclude(pk=self.aws_account.pk)
        return {each.account_id: each for each in rows.order_by("name", "pk")}

    @property
    def account_ids(self) -> Sequence[str]:
        return list(self.aws_accounts)

    def cached(self, account_id: str) -> CachedIndex:
        if account_id not in self._cached:
            self._cached[account_id] = cached_index(self.aws_accounts[account_id])
        return self._cached[account_id]

    def index(self, account_id: str) -> Index:
        return self.cached(account_id).index

    def surroundings(self, account_id: str) -> Surroundings:
        if account_id not in self._around:
            self._around[account_id] = surroundings_of(account_id)
        return self._around[account_id]


@dataclass(frozen=True)
class NoOthers:
    """Nothing of other AWS accounts is asked."""

    account_ids: Sequence[str] = ()

    def index(self, account_id: str) -> Index:
        raise LookupError(account_id)

    def surroundings(self, account_id: str) -> Surroundings:
        raise LookupError(account_id)


@dataclass(frozen=True)
class AccountPart:
    """`first`: what is added to the numbers of its index."""

    account_id: str
    index: Index
    first: int


class ConnectedPrincipals:
    """Threads may share it, if one at a time asks for a part that isn't there yet."""

    def __init__(self, own: Index, others: OtherIndexes | None = None) -> None:
        self.others: OtherIndexes = others or NoOthers()
        self.own = AccountPart(own.surroundings.account_id, own, 0)
        self._parts = [self.own]
        self._by_account = {self.own.account_id: self.own}
        self._around: dict[str, Surroundings] = {}  # what was looked up without an index
        self._total = len(own.holders)

    @property
    def account_ids(self) -> Sequence[str]:
        """Of all of them, the one that is asked first."""
        return [self.own.account_id, *self.others.account_ids]

    def surroundings(self, account_id: str) -> Surroundings:
        found = self._by_account.get(account_id)
        if found:
            return found.index.surroundings
        around = self._around[account_id] = self.others.surroundings(account_id)
        return around

    def index(self, account_id: str) -> Index:
        return self.part(account_id).index

    @property
    def parts(self) -> Sequence[AccountPart]:
        """Those that were asked for."""
        return list(self._parts)

    def part(self, account_id: str) -> AccountPart:
        found = self._by_account.get(account_id)
        if found is None:
            index = self.others.index(account_id)
            found = self._by_account[account_id] = AccountPart(account_id, index, self._total)
            self._parts.append(found)
            self._total += max(1, len(index.holders))
        return found

    def part_of(self, number: int) -> AccountPart:
        return self._parts[bisect_right(self._parts, number, key=lambda part: part.first) - 1]

    def holder(self, number: int) -> Holder:
        part = self.part_of(number)
        return part.index.holders[number - part.first]

    def is_own(self, number: int) -> bool:
        return number < len(self.own.index.holders)

    def goes_on_with(self, others: OtherIndexes) -> bool:
        """Looks up the rest in `others`, those of now. False where what was looked up by now isn't so any more."""
        is_current = (
            self.others.account_ids == others.account_ids
            and all(others.index(part.account_id) is part.index for part in self._parts[1:])
            and all(others.surroundings(account_id) == around for account_id, around in list(self._around.items()))
        )
        if is_current:
            self.others = others
        return is_current
