"""The rows of an AWS account that its index was made of, and how they follow the mirror: row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Self

from access.rows import (
    ATTACHED,
    GROUPS,
    INLINE,
    MEMBERSHIPS,
    POLICIES,
    ROLES,
    USERS,
    Row,
    Rows,
    all_rows,
    by_name,
    rows_by_id,
)
from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, InstanceProfile, Membership
from policies.models import ManagedPolicy, PolicyVersion
from sync import row_writes
from sync.row_writes import NotedTable, Written

PROFILES, CREDENTIALS = "profiles", "credentials"  # beside what `Rows` has; the second are columns of users
BESIDE = frozenset({USERS, POLICIES, PROFILES})  # of what is written, what the search of escalation paths looks at, too
_OWNERS = ("user_id", "group_id", "role_id")
_PRINCIPAL = ("aws_account_id", "arn", "aws_id", "boundary_arn", "tags", "name_key", "gone_at")
_NOTED = (
    NotedTable(USERS, IamUser, (*_PRINCIPAL, "key_count", "has_password", "mfa_count")),
    NotedTable(ROLES, IamRole, (*_PRINCIPAL, "trust_id")),
    NotedTable(GROUPS, IamGroup, ("aws_account_id", "arn", "name", "gone_at")),
    NotedTable(ATTACHED, Attachment, ("aws_account_id", *_OWNERS, "policy_id", "gone_at")),
    NotedTable(INLINE, InlinePolicy, ("aws_account_id", *_OWNERS, "name", "document_id", "gone_at")),
    NotedTable(MEMBERSHIPS, Membership, ("aws_account_id", "user_id", "group_id", "gone_at")),
    NotedTable(POLICIES, ManagedPolicy, ("aws_account_id", "arn", "is_aws", "default_version", "gone_at")),
    NotedTable(
        POLICIES,
        PolicyVersion,
        ("policy_id", "version_id", "document_id", "gone_at"),
        row="policy_id",
        account='COALESCE((SELECT p.aws_account_id FROM policies_managedpolicy p WHERE p.id = {row}."policy_id"), 0)',
    ),
    NotedTable(PROFILES, InstanceProfile, ("aws_account_id", "role_id", "gone_at")),
)
_KINDS = (USERS, ROLES, ATTACHED, INLINE, MEMBERSHIPS, GROUPS, POLICIES)
_OF_OWNERS = (ATTACHED, INLINE)
Owner = tuple[str, int]  # USERS, GROUPS or ROLES, and the id of the row


def register() -> None:
    row_writes.register(*_NOTED)


@dataclass(frozen=True)
class AccountRows:
    """Live rows by kind and id. Nothing in it ever changes: what follows is made of copies."""

    by_kind: Mapping[str, Mapping[int, Row]]

    @classmethod
    def of(cls, aws_account: AwsAccount) -> Self:
        rows = all_rows(aws_account)
        return cls({kind: {row[0]: row for row in getattr(rows, kind)} for kind in _KINDS})

    def rows(self) -> Rows:
        """All, as `all_rows` reads them."""
        return self._rows({kind: kept.values() for kind, kept in self.by_kind.items()})

    def rows_of(self, owners: Set[Owner]) -> Rows:
        """What these have, with all managed policies, since boundaries are known by their ARNs."""
        kept = self.by_kind
        memberships = [row for row in kept[MEMBERSHIPS].values() if (USERS, row[1]) in owners]
        groups = {(GROUPS, row[2]) for row in memberships} | {owner for owner in owners if owner[0] == GROUPS}
        sources = owners | groups
        listed: dict[str, Iterable[Row]] = {
            kind: [kept[kind][pk] for of, pk in owners if of == kind and pk in kept[kind]] for kind in (USERS, ROLES)
        }
        listed |= {kind: [row for row in kept[kind].values() if owner_of(row) in sources] for kind in _OF_OWNERS}
        listed[GROUPS] = [kept[GROUPS][pk] for _, pk in groups if pk in kept[GROUPS]]
        named = {row[4] for row in listed[ATTACHED]}
        bounding = {row[3] for kind in (USERS, ROLES) for row in listed[kind]} - {""}
        policies = [row for pk, row in kept[POLICIES].items() if pk in named or row[1] in bounding]
        return self._rows({**listed, MEMBERSHIPS: memberships, POLICIES: policies})

    @staticmethod
    def _rows(listed: Mapping[str, Iterable[Row]]) -> Rows:
        named = {kind: sorted(listed[kind], key=by_name) for kind in (USERS, ROLES)}
        others = {kind: sorted(listed[kind], key=lambda row: row[0]) for kind in _KINDS if kind not in named}
        return Rows(**named, **others)

    # ---- Following -------------------------------------------------------------------------------------------
    def followed(self, aws_account: AwsAccount, writes: Iterable[Written]) -> tuple[AccountRows, frozenset[Owner]]:
        """With what was written, and whose Holder, or what of which group, is another now."""
        ids: dict[str, set[int]] = {}
        for kind, pk in writes:
            ids.setdefault(kind, set()).add(pk)
        now, differing = dict(self.by_kind), {}
        for kind in _KINDS:
            read = rows_by_id(aws_account, kind, ids[kind]) if kind in ids else {}
            differing[kind] = {pk for pk in ids.get(kind, ()) if self.by_kind[kind].get(pk) != read.get(pk)}
            if differing[kind]:
                kept = {pk: row for pk, row in self.by_kind[kind].items() if pk not in differing[kind]}
                now[kind] = kept | {pk: read[pk] for pk in differing[kind] if pk in read}
        made = replace(self, by_kind=now)
        concerned = {owner for state in (self, made) for owner in state._concerned(differing)}
        groups = {pk for kind, pk in concerned if kind == GROUPS}
        members = {
            (USERS, row[1]) for state in (self, made) for row in state.by_kind[MEMBERSHIPS].values() if row[2] in groups
        }
        return made, frozenset(concerned | members)

    def _concerned(self, differing: Mapping[str, Set[int]]) -> Iterator[Owner]:
        kept, policies = self.by_kind, differing[POLICIES]
        for kind in (USERS, ROLES, GROUPS):
            yield from ((kind, pk) for pk in differing[kind])
        for kind in _OF_OWNERS:
            yield from (owner_of(kept[kind][pk]) for pk in differing[kind] if pk in kept[kind])
        yield from ((USERS, kept[MEMBERSHIPS][pk][1]) for pk in differing[MEMBERSHIPS] if pk in kept[MEMBERSHIPS])
        if policies:
            yield from (owner_of(row) for row in kept[ATTACHED].values() if row[4] in policies)
            arns = {kept[POLICIES][pk][1] for pk in policies if pk in kept[POLICIES]}
            for kind in (USERS, ROLES):
                yield from ((kind, pk) for pk, row in kept[kind].items() if row[3] in arns)

    @property
    def order(self) -> list[Owner]:
        """Of users and roles, in the order of an index."""
        return [(kind, row[0]) for kind in (USERS, ROLES) for row in sorted(self.by_kind[kind].values(), key=by_name)]


def owner_of(row: Row) -> Owner:
    """Of an attachment, or an inline policy."""
    _, user, group, role, *_ = row
    if user is not None:
        return USERS, user
    return (GROUPS, group) if group is not None else (ROLES, role or 0)
