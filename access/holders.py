"""Holders: the users, roles and groups of an AWS account, each with its policies, boundary and trust policy.

Policies are compiled once however many hold them. What ownership rules say is for lists: here nobody is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from access.rows import Row, Rows, all_rows, rows_of_role, rows_of_roles, rows_of_user
from accounts.models import AwsAccount
from policies.engine.callers import Caller, caller_of
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.layers import LayerName, LayerPolicy
from policies.models import Document
from sync.mirror import bulk


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, a role or (whose policies its members hold, too) a group. `not_read`: layers that it has and we lack."""

    caller: Caller
    row: int  # its primary key
    unique_id: str
    policies: tuple[LayerPolicy, ...]
    boundary: LayerPolicy | None = None
    trust: LayerPolicy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()  # ARNs
    not_read: frozenset[LayerName] = frozenset()

    @property
    def arn(self) -> str:
        return self.caller.arn

    @property
    def is_role(self) -> bool:
        return self.trust is not None


def holders(aws_account: AwsAccount) -> list[Holder]:
    """All users, then all roles. A handful of queries, however many there are."""
    return list(assemble_holders(all_rows(aws_account)).holders)


Documents = Mapping[str, CompiledDocument]  # by the hash of the text


@dataclass(frozen=True)
class AssembledHolders:
    """`groups`: what each, by its ARN, gives its members. `documents`: all that any of them has."""

    holders: Sequence[Holder]
    groups: Mapping[str, tuple[LayerPolicy, ...]]
    documents: Documents


def assemble_holders(rows: Rows, known: Documents = MappingProxyType({})) -> AssembledHolders:
    """One query, for texts of documents, unless all are `known`."""
    putting = _HolderAssembly(rows, known)
    return AssembledHolders(putting.holders(), putting.groups(), putting.documents)


def holders_of_roles(ids: Collection[int]) -> dict[int, Holder]:
    """By their pks, live roles of any AWS accounts. Six queries or so, however many there are."""
    by_account = rows_of_roles(ids)
    parts = [part for rows in by_account.values() for part in (rows.policies, rows.inline, rows.roles)]
    documents = documents_of({row[-1] for part in parts for row in part} - {None})
    made = (assemble_holders(rows, documents) for rows in by_account.values())
    return {holder.row: holder for each in made for holder in each.holders}


def caller_named(arn: str) -> Caller | None:
    """None: it is nobody's ARN, such as one that a file made up."""
    try:
        return caller_of(arn)
    except ValueError:
        return None


def holder_of(aws_account: AwsAccount, caller: Caller) -> Holder | None:
    """The user or the role (of a session, its role) that the caller is; None where the mirror has none."""
    by = {"arn": caller.arn} if ":assumed-role/" not in caller.arn else {"name_key": caller.name.casefold()}
    is_role = ":role/" in caller.arn or ":assumed-role/" in caller.arn
    rows = rows_of_role(aws_account, **by) if is_role else rows_of_user(aws_account, **by)
    return next(iter(assemble_holders(rows).holders), None)


_NOTHING = CompiledDocument({})


class _HolderAssembly:
    def __init__(self, rows: Rows, known: Documents) -> None:
        self._rows = rows
        named = {row[-1] for part in (rows.policies, rows.inline, rows.roles) for row in part}
        self.documents = documents_of(named - {None}, known)
        self._names: dict[int, tuple[str, str]] = {pk: (arn, name) for pk, arn, name in rows.groups}
        self._managed = {pk: LayerPolicy(arn, self.documents[text]) for pk, arn, text in rows.policies}
        self._by_arn = {policy.name: policy for policy in self._managed.values()}
        self._groups: dict[int, list[int]] = defaultdict(list)
        for _, user, group in rows.memberships:
            self._groups[user].append(group)
        self._held = self._policies_by_owner()

    def holders(self) -> list[Holder]:
        users = (self._user(row) for row in self._rows.users if caller_named(row[1]))
        roles = (self._role(row) for row in self._rows.roles if caller_named(row[1]))
        return [*users, *roles]

    def groups(self) -> dict[str, tuple[LayerPolicy, ...]]:
        return {arn: self._of("group", pk)[0] for pk, (arn, _) in self._names.items()}

    def _of(self, owner: str, pk: int) -> tuple[tuple[LayerPolicy, ...], bool]:
        return self._held.get((owner, pk), ((), False))

    def _policies_by_owner(self) -> dict[tuple[str, int], tuple[tuple[LayerPolicy, ...], bool]]:
        """With whether one of them isn't read."""
        found: dict[tuple[str, int], list[LayerPolicy | None]] = defaultdict(list)
        for _, user, group, role, policy in self._rows.attached:
            found[_owner(user, group, role)].append(self._managed.get(policy))
        for _, user, group, role, name, text in self._rows.inline:
            of_group = f" of group {self._names[group][1]}" if group in self._names else ""
            found[_owner(user, group, role)].append(
                LayerPolicy(f"inline policy {name}{of_group}", self.documents[text])
            )
        return {owner: (tuple(filter(None, each)), None in each) for owner, each in found.items()}

    def _user(self, row: Row) -> Holder:
        pk = row[0]
        groups = [group for group in self._groups.get(pk, ()) if group in self._names]
        parts = [self._of("user", pk), *(self._of("group", group) for group in groups)]
        policies = tuple(policy for part, _ in parts for policy in part)
        arns = tuple(self._names[group][0] for group in groups)
        return self._holder(row, policies, any(lacks for _, lacks in parts), groups=arns)

    def _role(self, row: Row) -> Holder:
        *shared, text = row
        trust = LayerPolicy(f"trust policy of {row[1]}", self.documents[text] if text else _NOTHING)
        return self._holder(shared, *self._of("role", row[0]), trust=trust)

    def _holder(self, row: Sequence[Any], policies: tuple[LayerPolicy, ...], lacks: bool, **more: Any) -> Holder:
        pk, arn, unique_id, boundary_arn, tags, _ = row
        boundary = self._by_arn.get(boundary_arn)
        not_read = {LayerName.IDENTITY} if lacks else set()
        if boundary_arn and boundary is None:
            not_read.add(LayerName.BOUNDARY)
        return Holder(
            caller_of(arn), pk, unique_id, policies, boundary, tags=tags or {}, not_read=frozenset(not_read), **more
        )


def _owner(user: int | None, group: int | None, role: int | None) -> tuple[str, int]:
    if user is not None:
        return "user", user
    return ("group", group) if group is not None else ("role", role or 0)


def documents_of(hashes: Set[str], known: Documents = MappingProxyType({})) -> dict[str, CompiledDocument]:
    """By the hash of the text. Those that are `known` are the same objects."""
    there = {text_hash: known[text_hash] for text_hash in hashes if text_hash in known}
    found = bulk.select(Document, ["text_hash", "text"], "text_hash", hashes - there.keys())
    return there | {row["text_hash"]: compiled(row["text"]) for row in found}
