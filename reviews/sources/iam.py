"""Grants of IAM: users in groups, managed policies attached, and inline policies; not of what AWS keeps for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from access.last_use import Judge
from accounts.models import AwsAccount, Operator
from findings.owners import owner_in
from identities.models import Attachment, IamGroup, IamUser, InlinePolicy, Membership, Principal
from identities.models.principals import Owned
from identities.operations import delete_inline, detach, remove_member
from policies.summaries import DocumentReach
from reviews.grants import FoundGrant, GrantSource, is_called, linked_ids
from reviews.sources.reach import PolicyReaches
from sync.operations import StepSpec

_OWNERS = ("user", "group", "role")
_ADDRESS_TAGS = ("email", "e-mail", "mail", "username")  # of a user: who that is


def _said_of_user(user: IamUser) -> list[str]:
    said = [str(value) for key, value in user.tags.items() if key.casefold() in _ADDRESS_TAGS]
    return [user.name, *said]


def own_in_iam(aws_account: AwsAccount, operators: Sequence[Operator]) -> dict[int, set[str]]:
    """Users that an operator is linked to, or that are called as they are, and their groups."""
    linked = linked_ids(aws_account, operators)
    users = list(IamUser.objects.live().filter(aws_account=aws_account))
    theirs = {
        each.pk: [user for user in users if user.aws_id in linked[each.pk] or is_called(each, *_said_of_user(user))]
        for each in operators
    }
    some = {user.pk for found in theirs.values() for user in found}
    groups: defaultdict[int, set[str]] = defaultdict(set)
    rows = Membership.objects.live().filter(user__in=some)
    for user, group in rows.values_list("user", "group__aws_id"):
        groups[user].add(group)
    return {
        pk: {user.aws_id for user in found}.union(*(groups[user.pk] for user in found)) for pk, found in theirs.items()
    }


class _IamGrants(GrantSource):
    def own(self, aws_account: AwsAccount, operators: Sequence[Operator]) -> Mapping[int, Collection[str]]:
        return own_in_iam(aws_account, operators)


class GroupMemberGrants(_IamGrants):
    """A user is in a group of IAM."""

    name = "iam.membership"
    label = "Users in groups"
    through = "Member of the group"

    def _rows(self, aws_account: AwsAccount) -> QuerySet[Any]:
        rows = Membership.objects.live().filter(aws_account=aws_account, user__gone_at=None, group__gone_at=None)
        return rows.select_related("user", "group", "aws_account").order_by("pk")

    def _key(self, row: Membership) -> str:
        return f"{row.user.aws_id} {row.group.aws_id}"

    def grants(self, aws_account: AwsAccount, groups: Collection[str]) -> Iterator[FoundGrant]:
        reaches, rows = PolicyReaches(aws_account), self._rows(aws_account)
        if groups:
            rows = rows.filter(group__name_key__in=[each.casefold() for each in groups])
        for row in rows:
            reach = reaches.of_groups[row.group_id]
            yield FoundGrant(
                self._key(row),
                IamUser.kind,
                row.user.aws_id,
                row.user.name,
                row.group.name,
                row.first_seen,
                reach.level,
                reach.services,
                [row.user],
                owner_in(row.user.tags),
            )

    def there(self, aws_account: AwsAccount, holders: Collection[str]) -> Mapping[str, Any]:
        return {self._key(row): row for row in self._rows(aws_account).filter(user__aws_id__in=list(holders))}

    def steps(self, row: Membership) -> Sequence[StepSpec]:
        return [remove_member(row.user, row.group)]


class _OwnedGrants(_IamGrants):
    """What depends on one user, group or role."""

    model: ClassVar[type[Owned]]

    def _rows(self, aws_account: AwsAccount) -> QuerySet[Any]:
        rows = self.model.objects.live().filter(aws_account=aws_account)
        return rows.select_related(*_OWNERS, "aws_account").order_by("pk")

    def _key(self, row: Any) -> str:
        raise NotImplementedError

    def _reach(self, reaches: PolicyReaches, row: Any) -> DocumentReach:
        raise NotImplementedError

    def grants(self, aws_account: AwsAccount, groups: Collection[str]) -> Iterator[FoundGrant]:
        reaches, rows = PolicyReaches(aws_account), self._rows(aws_account)
        if groups:
            rows = rows.filter(group__name_key__in=[each.casefold() for each in groups])
        for row in rows:
            owner = row.owner
            if owner.gone_at is not None or owner.kept_by_aws:
                continue
            reach = self._reach(reaches, row)
            yield FoundGrant(
                self._key(row),
                owner.kind,
                owner.aws_id,
                owner.name,
                row.name,
                row.first_seen,
                reach.level,
                reach.services,
                _judges(reaches, owner),
                owner_in(getattr(owner, "tags", {})),
                self.fingerprint(row),
            )

    def there(self, aws_account: AwsAccount, holders: Collection[str]) -> Mapping[str, Any]:
        ids = list(holders)
        of = Q(user__aws_id__in=ids) | Q(group__aws_id__in=ids) | Q(role__aws_id__in=ids)
        return {self._key(row): row for row in self._rows(aws_account).filter(of) if row.owner.gone_at is None}


def _judges(reaches: PolicyReaches, owner: Principal) -> Sequence[Judge]:
    if isinstance(owner, IamGroup):
        return reaches.members[owner.pk]
    return [owner]  # type: ignore[list-item]  # a user or a role: nobody else owns policies


class AttachedPolicyGrants(_OwnedGrants):
    name = "iam.attachment"
    label = "Policies attached to users, groups and roles"
    through = "Attached policy"
    model = Attachment

    def _rows(self, aws_account: AwsAccount) -> QuerySet[Any]:
        return super()._rows(aws_account).select_related(*_OWNERS, "aws_account", "policy")

    def fingerprint(self, row: Attachment) -> str:
        """Of a policy that was deleted and made again under its name AWS has another id."""
        return row.policy.aws_id if row.policy else ""

    def _key(self, row: Attachment) -> str:
        return f"{row.owner.aws_id} {row.arn}"

    def _reach(self, reaches: PolicyReaches, row: Attachment) -> DocumentReach:
        return reaches.of_managed(row.arn)

    def steps(self, row: Attachment) -> Sequence[StepSpec]:
        return [detach(row.owner, row.arn)]


class InlinePolicyGrants(_OwnedGrants):
    name = "iam.inline"
    label = "Inline policies of users, groups and roles"
    through = "Inline policy"
    model = InlinePolicy

    def _rows(self, aws_account: AwsAccount) -> QuerySet[Any]:
        return super()._rows(aws_account).select_related(*_OWNERS, "aws_account", "document")

    def _key(self, row: InlinePolicy) -> str:
        return f"{row.owner.aws_id} {row.name}"

    def fingerprint(self, row: InlinePolicy) -> str:
        return row.document.canonical_hash

    def _reach(self, reaches: PolicyReaches, row: InlinePolicy) -> DocumentReach:
        return reaches.of_text(row.document.text)

    def steps(self, row: InlinePolicy) -> Sequence[StepSpec]:
        return [delete_inline(row.owner, row.name)]
