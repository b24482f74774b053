"""What a plan tells of the role that a group carries: its members may take it on through an identity pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cognito.permissions import pool_id_of
from policies.holdings import AccessFact
from sync.operations import AccessChange
from sync.placeholders import is_placeholder


@dataclass(frozen=True)
class GroupRoleFact(AccessFact):
    role_arn: str
    pool_arn: str
    group: str
    now: bool

    @property
    def arn(self) -> str:
        return self.role_arn

    @property
    def words(self) -> str:
        pool_id = pool_id_of(self.pool_arn)
        who = f"members of the group {self.group} of {'the new pool' if is_placeholder(pool_id) else pool_id}"
        return f"Is {'' if self.now else 'no longer '}given by Cognito to {who}, where an identity pool goes by groups"


def role_given(pool_arn: str, group: str, old: str, new: str) -> Sequence[AccessChange]:
    """`old` and `new`: ARNs, "" for none."""
    if old == new:
        return ()
    gone = [GroupRoleFact(old, pool_arn, group, now=False)] if old else []
    return [*gone, *([GroupRoleFact(new, pool_arn, group, now=True)] if new else [])]


@dataclass(frozen=True)
class GroupMemberRoleFact(AccessFact):
    """Beside what the role may: by which way somebody gets it."""

    who: str
    role_arn: str
    group: str
    now: bool = True

    @property
    def arn(self) -> str:
        return self.who

    @property
    def words(self) -> str:
        role = self.role_arn.rpartition("/")[2]
        return f"Takes on the role {role} as a member of the group {self.group}, where an identity pool goes by groups"
