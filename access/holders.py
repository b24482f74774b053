"""Who there is in an AWS account, and what each of them holds: policies, boundary, trust, as the mirror has them.

Policies are compiled once however many hold them. What ownership rules say is for lists: here nobody is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.engine.callers import Caller, caller_of
from policies.engine.compiled import Compiled, compiled
from policies.engine.layers import LayerName, Policy
from policies.models import Document, ManagedPolicy, PolicyVersion
from sync.mirror import bulk


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, a role or (whose policies its members hold, too) a group. `not_held`: layers that it has and we lack."""

    caller: Caller
    row: int  # its primary key
    unique_id: str
    policies: tuple[Policy, ...]
    boundary: Policy | None = None
    trust: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()  # ARNs
    not_held: frozenset[LayerName] = frozenset()

    @property
    def arn(self) -> str:
        return self.caller.arn

    @property
    def is_role(self) -> bool:
        return self.trust is not None


def holders(aws_account: AwsAccount) -> list[Holder]:
    """All users, then all roles. A handful of queries, however many there are."""
    return holders_and_groups(aws_account)[0]


def holders_and_groups(aws_account: AwsAccount) -> tuple[list[Holder], dict[str, tuple[Policy, ...]]]:
    """With what each group, by its ARN, gives its members."""
    live = [model.objects.live().filter(aws_account=aws_account) for model in (IamUser, IamRole)]
    users, roles = (
        [row for row in rows.order_by("name_key", "pk").values(*_COLUMNS[rows.model]) if caller_named(row["arn"])]
        for rows in live
    )
    loading = _Loading(aws_account, Q(), users, roles)
    return loading.holders(), loading.groups()


def caller_named(arn: str) -> Caller | None:
    """None: it is nobody's ARN, such as one that a file made up."""
    try:
        return caller_of(arn)
    except ValueError:
        return None


def holder_of(aws_account: AwsAccount, caller: Caller) -> Holder | None:
    """The user or the role (of a session, its role) that the caller is; None where the mirror has none."""
    by = {"arn": caller.arn} if ":assumed-role/" not in caller.arn else {"name_key": caller.name.casefold()}
    model: type[IamUser | IamRole] = IamRole if ":role/" in caller.arn or ":assumed-role/" in caller.arn else IamUser
    rows = list(model.objects.live().filter(aws_account=aws_account, **by).values(*_COLUMNS[model])[:1])
    if not rows:
        return None
    if model is IamRole:
        return _Loading(aws_account, Q(role=rows[0]["id"]), [], rows).holders()[0]
    groups = Membership.objects.live().filter(user=rows[0]["id"]).values("group")
    return _Loading(aws_account, Q(user=rows[0]["id"]) | Q(group__in=groups), rows, []).holders()[0]


_SHARED = ("id", "arn", "aws_id", "boundary_arn", "tags")
_COLUMNS: Mapping[type[Any], Sequence[str]] = {IamUser: _SHARED, IamRole: (*_SHARED, "trust_id")}
_OWNERS = ("user_id", "group_id", "role_id")
_NOTHING = Compiled({})


class _Loading:
    """`whose`: of which owners attachments and inline policies are wanted."""

    def __init__(
        self, aws_account: AwsAccount, whose: Q, users: Sequence[dict[str, Any]], roles: Sequence[dict[str, Any]]
    ) -> None:
        self._aws_account = aws_account
        self._users, self._roles = users, roles
        self._attached = self._owned(Attachment, whose, "arn", "policy_id")
        self._inline = self._owned(InlinePolicy, whose, "name", "document_id")
        self._groups = self._memberships()
        self._names: dict[int, tuple[str, str]] = {
            pk: (arn, name) for pk, arn, name in self._of(IamGroup).values_list("id", "arn", "name")
        }
        versions = self._versions_in_force()
        texts = _texts({*versions.values(), *(row[-1] for row in self._inline), *(row["trust_id"] for row in roles)})
        self._documents = {pk: compiled(text) for pk, text in texts.items()}
        arns = dict(self._of(ManagedPolicy).filter(pk__in=versions).values_list("pk", "arn"))
        self._managed = {
            pk: Policy(arns[pk], self._documents[document]) for pk, document in versions.items() if pk in arns
        }
        self._by_arn = {policy.name: policy for policy in self._managed.values()}

    def _of(self, model: Any) -> Any:
        return model.objects.live().filter(aws_account=self._aws_account)

    def _owned(self, model: Any, whose: Q, *columns: str) -> list[tuple[Any, ...]]:
        return list(self._of(model).filter(whose).order_by("pk").values_list(*_OWNERS, *columns))

    def _memberships(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        rows = self._of(Membership)
        if len(self._users) == 1:
            rows = rows.filter(user=self._users[0]["id"])
        for user, group in rows.order_by("pk").values_list("user_id", "group_id"):
            found[user].append(group)
        return found

    def _versions_in_force(self) -> dict[int, int]:
        """By policy its document: of policies that are attached or a boundary."""
        boundaries = {row["boundary_arn"] for row in (*self._users, *self._roles)} - {""}
        rows = PolicyVersion.objects.filter(
            policy__aws_account=self._aws_account, policy__gone_at=None, version_id=F("policy__default_version")
        )
        if len(self._users) + len(self._roles) == 1:
            wanted = {row[-1] for row in self._attached}
            rows = rows.filter(Q(policy__in=wanted) | Q(policy__arn__in=boundaries))
        return dict(rows.values_list("policy_id", "document_id"))

    # ---- Put together ----------------------------------------------------------------------------------------
    def holders(self) -> list[Holder]:
        held = self._policies_by_owner()
        of_users = [self._user(row, held) for row in self._users]
        return of_users + [self._role(row, *held.get(("role", row["id"]), ((), False))) for row in self._roles]

    def groups(self) -> dict[str, tuple[Policy, ...]]:
        held = self._policies_by_owner()
        return {arn: held.get(("group", pk), ((), False))[0] for pk, (arn, _) in self._names.items()}

    def _policies_by_owner(self) -> dict[tuple[str, int], tuple[tuple[Policy, ...], bool]]:
        """With whether one of them isn't held."""
        found: dict[tuple[str, int], list[Policy | None]] = defaultdict(list)
        for user, group, role, _, policy in self._attached:
            found[_owner(user, group, role)].append(self._managed.get(policy))
        for user, group, role, name, document in self._inline:
            owner = _owner(user, group, role)
            of_group = f" of group {self._names[group][1]}" if group in self._names else ""
            text = self._documents.get(document)
            found[owner].append(Policy(f"inline policy {name}{of_group}", text) if text else None)
        return {owner: (tuple(filter(None, each)), None in each) for owner, each in found.items()}

    def _user(self, row: dict[str, Any], held: Mapping[tuple[str, int], tuple[tuple[Policy, ...], bool]]) -> Holder:
        groups = [group for group in self._groups.get(row["id"], ()) if group in self._names]
        parts = [held.get(owner, ((), False)) for owner in (("user", row["id"]), *(("group", each) for each in groups))]
        policies = tuple(policy for part, _ in parts for policy in part)
        return self._holder(
            row, policies, any(lacks for _, lacks in parts), groups=tuple(self._names[group][0] for group in groups)
        )

    def _role(self, row: dict[str, Any], policies: tuple[Policy, ...], lacks: bool) -> Holder:
        trust = Policy(f"trust policy of {row['arn']}", self._documents.get(row["trust_id"], _NOTHING))
        return self._holder(row, policies, lacks, trust=trust)

    def _holder(self, row: dict[str, Any], policies: tuple[Policy, ...], lacks: bool, **more: Any) -> Holder:
        boundary = self._by_arn.get(row["boundary_arn"])
        not_held = {LayerName.IDENTITY} if lacks else set()
        if row["boundary_arn"] and boundary is None:
            not_held.add(LayerName.BOUNDARY)
        return Holder(
            caller_of(row["arn"]), row["id"], row["aws_id"], policies, boundary,
            tags=row["tags"] or {}, not_held=frozenset(not_held), **more,
        )  # fmt: skip


def _owner(user: int | None, group: int | None, role: int | None) -> tuple[str, int]:
    if user is not None:
        return "user", user
    return ("group", group) if group is not None else ("role", role or 0)


def _texts(documents: Iterable[int | None]) -> dict[int, str]:
    wanted = {pk for pk in documents if pk is not None}
    return {row["id"]: row["text"] for row in bulk.select(Document, ["id", "text"], "id", wanted)}
