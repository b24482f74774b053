"""Where the principals of chains are: in the AWS account that is asked or in another, and whether that may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from access.connected import ConnectedIndexes, ConnectedPrincipals
from access.holders import Holder
from access.object_links import principal_url
from access.who_can.ways import Groups
from accounts.models import AwsAccount


@dataclass(frozen=True)
class PrincipalPlaces:
    """`groups`: of the AWS account that is asked. `may_see`: whether another one, by its id, may be told of."""

    aws_account: AwsAccount
    groups: Groups
    principals: ConnectedPrincipals
    connected: ConnectedIndexes
    may_see: Callable[[str], bool]

    def holder(self, number: int) -> Holder:
        return self.principals.holder(number)

    def is_shown(self, number: int) -> bool:
        return self.principals.is_own(number) or self.may_see(self.principals.part_of(number).account_id)

    def aws_account_of(self, number: int) -> AwsAccount:
        if self.principals.is_own(number):
            return self.aws_account
        return self.connected.aws_accounts[self.principals.part_of(number).account_id]

    def account_words(self, number: int) -> str:
        """ "" of the AWS account that is asked."""
        return "" if self.principals.is_own(number) else str(self.aws_account_of(number))

    def groups_of(self, number: int) -> Groups:
        """What the groups of its AWS account give their members."""
        if self.principals.is_own(number):
            return self.groups
        return self.connected.groups(self.principals.part_of(number).account_id)

    def url_of(self, number: int) -> str:
        holder = self.holder(number)
        return principal_url(self.aws_account_of(number), holder.unique_id, holder.is_role)
