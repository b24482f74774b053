"""The rows of the mirror that say who in an AWS account has which policies."""

from __future__ import annotations

import hashlib
import marshal
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import PolicyVersion

Row = tuple[Any, ...]
_PRINCIPAL = ("id", "arn", "aws_id", "boundary_arn", "tags", "name_key")
_OWNERS = ("user_id", "group_id", "role_id")
USERS, ROLES, ATTACHED, INLINE, MEMBERSHIPS, GROUPS, POLICIES = (
    "users",
    "roles",
    "attached",
    "inline",
    "memberships",
    "groups",
    "policies",
)  # as `Rows` has them
_READ: Mapping[str, tuple[type[Model], Sequence[str]]] = {
    USERS: (IamUser, _PRINCIPAL),
    ROLES: (IamRole, (*_PRINCIPAL, "trust__text_hash")),
    ATTACHED: (Attachment, ("id", *_OWNERS, "policy_id")),
    INLINE: (InlinePolicy, ("id", *_OWNERS, "name", "document__text_hash")),
    MEMBERSHIPS: (Membership, ("id", "user_id", "group_id")),
    GROUPS: (IamGroup, ("id", "arn", "name")),
}
_CHUNK = 500  # ids in one query


@dataclass(frozen=True)
class Rows:
    """Each a list of tuples, in the columns that are said beside it; users and roles by name, the others by id."""

    users: Sequence[Row]  # id, ARN, unique id, ARN of the boundary, tags, folded name
    roles: Sequence[Row]  # the same, and the trust policy
    attached: Sequence[Row]  # id, user, group, role, policy
    inline: Sequence[Row]  # id, user, group, role, name, document
    memberships: Sequence[Row]  # id, user, group
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


def by_name(row: Row) -> tuple[str, int]:
    """The order of users, and of roles."""
    return row[5], row[0]


def all_rows(aws_account: AwsAccount) -> Rows:
    """Seven queries; 0.1 s for 10,000 principals."""
    live = _LiveRows(aws_account)
    read = {kind: live.read(kind) for kind in _READ}
    return Rows(
        **{**read, USERS: sorted(read[USERS], key=by_name), ROLES: sorted(read[ROLES], key=by_name)},
        policies=live.in_force(),
    )


def rows_by_id(aws_account: AwsAccount, kind: str, ids: Collection[int]) -> dict[int, Row]:
    """Those that are live."""
    live, parts = _LiveRows(aws_account), list(chunks(ids))
    if kind == POLICIES:
        return {row[0]: row for part in parts for row in live.in_force(Q(policy__in=part))}
    return {row[0]: row for part in parts for row in live.read(kind, Q(pk__in=part))}


def rows_of_role(aws_account: AwsAccount, **which: str) -> Rows:
    live = _LiveRows(aws_account)
    roles = sorted(live.read(ROLES, Q(**which)), key=by_name)[:1]
    return live.of_one([], roles, Q(role=roles[0][0]), []) if roles else _NOBODY


def rows_of_user(aws_account: AwsAccount, **which: str) -> Rows:
    live = _LiveRows(aws_account)
    users = sorted(live.read(USERS, Q(**which)), key=by_name)[:1]
    if not users:
        return _NOBODY
    memberships = live.read(MEMBERSHIPS, Q(user=users[0][0]))
    whose = Q(user=users[0][0]) | Q(group__in=[group for *_, group in memberships])
    return live.of_one(users, [], whose, memberships)


def rows_of_roles(ids: Collection[int]) -> dict[int, Rows]:
    """Of live roles of any AWS accounts, by the pk of each account: four queries for 500 of them."""
    return rows_of_principals((), ids)


def rows_of_principals(users: Collection[int], roles: Collection[int]) -> dict[int, Rows]:
    """Of live users and roles of any AWS accounts, by the pk of each account: a few queries for 500 of them."""
    reading = _PrincipalRows()
    for at in chunks(roles):
        reading.read(ROLES, Q(pk__in=at))
        reading.read_policies(Q(role__in=at))
    for at in chunks(users):
        reading.read(USERS, Q(pk__in=at))
        reading.read_policies(Q(user__in=at))
        reading.read(MEMBERSHIPS, Q(user__in=at))
    for at in chunks({row[2] for read in reading.parts.values() for row in read[MEMBERSHIPS]}):
        reading.read(GROUPS, Q(pk__in=at))
        reading.read_policies(Q(group__in=at))
    reading.read_in_force()
    return reading.rows()


def chunks(ids: Collection[int]) -> Iterator[list[int]]:
    listed = sorted(ids)
    return (listed[at : at + _CHUNK] for at in range(0, len(listed), _CHUNK))


class _PrincipalRows:
    """Rows by the pk of their AWS account and by kind."""

    def __init__(self) -> None:
        self.parts: defaultdict[int, dict[str, list[Row]]] = defaultdict(
            lambda: {kind: [] for kind in (*_READ, POLICIES)}
        )

    def read(self, kind: str, which: Q) -> None:
        model, columns = _READ[kind]
        rows = model._default_manager.filter(which, gone_at=None)
        for account, *row in rows.values_list("aws_account_id", *columns):
            self.parts[account][kind].append(tuple(row))

    def read_policies(self, whose: Q) -> None:
        self.read(ATTACHED, whose)
        self.read(INLINE, whose)

    def read_in_force(self) -> None:
        """The managed policies that they have, and their boundaries, each as its own AWS account has it."""
        attached = {row[-1] for read in self.parts.values() for row in read[ATTACHED]} - {None}
        for at in chunks(attached):
            self._read_in_force(Q(policy__in=at))
        bounding: defaultdict[str, set[int]] = defaultdict(set)
        for account, read in self.parts.items():
            for row in (*read[USERS], *read[ROLES]):
                bounding[row[3]].add(account)
        bounding.pop("", None)
        arns = sorted(bounding)
        for begin in range(0, len(arns), _CHUNK):
            self._read_in_force(Q(policy__arn__in=arns[begin : begin + _CHUNK], policy__aws_account__in=self.parts))

    def _read_in_force(self, which: Q) -> None:
        rows = PolicyVersion.objects.filter(which, policy__gone_at=None, version_id=F("policy__default_version"))
        columns = ("policy__aws_account_id", "policy_id", "policy__arn", "document__text_hash")
        for account, *row in rows.values_list(*columns):
            self.parts[account][POLICIES].append(tuple(row))

    def rows(self) -> dict[int, Rows]:
        """In the order of those that are read as a whole."""
        found = {}
        for account, read in self.parts.items():
            by_id = {kind: [row for _, row in sorted({row[0]: row for row in read[kind]}.items())] for kind in read}
            named = {kind: sorted(by_id[kind], key=by_name) for kind in (USERS, ROLES)}
            found[account] = Rows(**{**by_id, **named})
        return found


_NOBODY = Rows((), (), (), (), (), (), ())


class _LiveRows:
    """What is live in the mirror of an AWS account."""

    def __init__(self, aws_account: AwsAccount) -> None:
        self._aws_account = aws_account

    def read(self, kind: str, where: Q | None = None) -> Sequence[Row]:
        model, columns = _READ[kind]
        rows: QuerySet[Any] = model._default_manager.filter(where or Q(), aws_account=self._aws_account, gone_at=None)
        return list(rows.order_by("pk").values_list(*columns))

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
        attached = self.read(ATTACHED, whose)
        wanted = Q(policy__in=[policy for *_, policy in attached]) | Q(policy__arn=(*users, *roles)[0][3])
        return Rows(
            users,
            roles,
            attached,
            self.read(INLINE, whose),
            memberships,
            self.read(GROUPS, Q(pk__in=[group for *_, group in memberships])),
            self.in_force(wanted),
        )
