"""What the mirror has of principals and of what they hold, as rows: what everything else here is made of.

Documents are named by the hash of their text. So two readings with the same digest mean the same access, whatever
wrote to the mirror in between.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import PolicyVersion

Row = tuple[Any, ...]
_SHARED = ("id", "arn", "aws_id", "boundary_arn", "tags")
_OWNERS = ("user_id", "group_id", "role_id")


@dataclass(frozen=True)
class Rows:
    """Each a list of tuples, in the columns that are said beside it."""

    users: Sequence[Row]  # id, ARN, unique id, ARN of the boundary, tags
    roles: Sequence[Row]  # the same, and the trust policy
    attached: Sequence[Row]  # user, group, role, policy
    inline: Sequence[Row]  # user, group, role, name, document
    memberships: Sequence[Row]  # user, group
    groups: Sequence[Row]  # id, ARN, name
    policies: Sequence[Row]  # id, ARN, document: managed ones, in the version in force

    def digest(self) -> bytes:
        return digest_of(
            self.users, self.roles, self.attached, self.inline, self.memberships, self.groups, self.policies
        )


def digest_of(*rows: Any) -> bytes:
    """Equal for equal rows (of texts, numbers and what JSON has), and else for none."""
    plain = 2  # the format that doesn't tell which of equal objects are one
    return hashlib.blake2b(marshal.dumps(rows, plain), digest_size=32).digest()


def all_rows(aws_account: AwsAccount) -> Rows:
    """Seven queries; 0.1 s for 10,000 principals."""
    live = _LiveRows(aws_account)
    return Rows(
        live.read(IamUser, *_SHARED, by=("name_key", "pk")),
        live.read(IamRole, *_SHARED, "trust__text_hash", by=("name_key", "pk")),
        live.read(Attachment, *_OWNERS, "policy_id"),
        live.read(InlinePolicy, *_OWNERS, "name", "document__text_hash"),
        live.read(Membership, "user_id", "group_id"),
        live.read(IamGroup, "id", "arn", "name"),
        live.in_force(),
    )


def rows_of_role(aws_account: AwsAccount, **which: str) -> Rows:
    live = _LiveRows(aws_account)
    roles = live.read(IamRole, *_SHARED, "trust__text_hash", where=Q(**which))[:1]
    return live.of_one([], roles, Q(role=roles[0][0]), []) if roles else _NOBODY


def rows_of_user(aws_account: AwsAccount, **which: str) -> Rows:
    live = _LiveRows(aws_account)
    users = live.read(IamUser, *_SHARED, where=Q(**which))[:1]
    if not users:
        return _NOBODY
    memberships = live.read(Membership, "user_id", "group_id", where=Q(user=users[0][0]))
    whose = Q(user=users[0][0]) | Q(group__in=[group for _, group in memberships])
    return live.of_one(users, [], whose, memberships)


_NOBODY = Rows((), (), (), (), (), (), ())


class _LiveRows:
    """What is live in the mirror of an AWS account."""

    def __init__(self, aws_account: AwsAccount) -> None:
        self._aws_account = aws_account

    def read(
        self, model: type[Model], *columns: str, where: Q | None = None, by: Sequence[str] = ("pk",)
    ) -> Sequence[Row]:
        rows: QuerySet[Any] = model._default_manager.filter(where or Q(), aws_account=self._aws_account, gone_at=None)
        return list(rows.order_by(*by).values_list(*columns))

    def in_force(self, which: Q | None = None) -> Sequence[Row]:
        """Managed policies with the document of the version in force."""
        rows = PolicyVersion.objects.filter(
            which or Q(),
            policy__aws_account=self._aws_account,
            policy__gone_at=None,
            version_id=F("policy__default_version"),
        )
        return list(rows.order_by("policy_id").values_list("policy_id", "policy__arn", "document__text_hash"))

    def of_one(self, users: Sequence[Row], roles: Sequence[Row], whose: Q, memberships: Sequence[Row]) -> Rows:
        attached = self.read(Attachment, *_OWNERS, "policy_id", where=whose)
        wanted = Q(policy__in=[policy for *_, policy in attached]) | Q(policy__arn=(*users, *roles)[0][3])
        return Rows(
            users,
            roles,
            attached,
            self.read(InlinePolicy, *_OWNERS, "name", "document__text_hash", where=whose),
            memberships,
            self.read(IamGroup, "id", "arn", "name", where=Q(pk__in=[group for _, group in memberships])),
            self.in_force(wanted),
        )
