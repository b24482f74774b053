"""Where a question finds the principals of its AWS account: in the rows of the mirror, one by one, or among holders
that were put together already, such as those of an index, or as a plan would leave them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from access.holders import Holder, holder_of
from accounts.models import AwsAccount
from identities.models import IamRole
from policies.engine.callers import Caller
from policies.engine.compiled import compiled
from policies.engine.layers import LayerPolicy


class PrincipalLookup(Protocol):
    def holder(self, caller: Caller) -> Holder | None:
        """The user or the role (of a session, its role) that the caller is; None where there is none."""

    def trust(self, role_arn: str) -> LayerPolicy | None:
        """The trust policy of a role of the AWS account; None where there is no such role."""


class MirrorLookup:
    """Some queries for each principal."""

    def __init__(self, aws_account: AwsAccount) -> None:
        self._aws_account = aws_account

    def holder(self, caller: Caller) -> Holder | None:
        return holder_of(self._aws_account, caller)

    def trust(self, role_arn: str) -> LayerPolicy | None:
        role = IamRole.objects.live().filter(aws_account=self._aws_account, arn=role_arn).select_related("trust")
        found = role.first()
        if found is None:
            return None
        return LayerPolicy(f"trust policy of {role_arn}", compiled(found.trust.text if found.trust else "{}"))


class HolderLookup:
    """No queries at all."""

    def __init__(self, holders: Iterable[Holder]) -> None:
        self._by_arn: dict[str, Holder] = {}
        self._roles: dict[str, Holder] = {}
        for holder in holders:
            self._by_arn.setdefault(holder.arn, holder)
            if holder.is_role:
                self._roles.setdefault(holder.caller.name.casefold(), holder)

    def holder(self, caller: Caller) -> Holder | None:
        return self._roles.get(caller.name.casefold()) if caller.is_session else self._by_arn.get(caller.arn)

    def trust(self, role_arn: str) -> LayerPolicy | None:
        found = self._by_arn.get(role_arn)
        return found.trust if found else None
