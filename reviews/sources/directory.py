"""Grants of Identity Center: who is assigned to which permission set where, by the AWS account that administers it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    PermissionSet,
    PrincipalType,
)
from directory.operations import withdraw
from directory.people.names import A_PERSON, called, sees_people
from findings.owners import owner_in
from reviews.grants import FoundGrant, GrantSource, is_called, linked_ids
from reviews.sources.reach import PolicyReaches, policies_of_set
from sync.operations import StepSpec


class AssignmentGrants(GrantSource):
    """A person or group has a permission set in an AWS account."""

    name = "sso.assignment"
    label = "Assignments of permission sets in Identity Center"
    through = "Assigned permission set"
    a_person = A_PERSON

    def _rows(self, aws_account: AwsAccount) -> QuerySet[Any]:
        rows = AccountAssignment.objects.live().filter(aws_account=aws_account)
        return rows.select_related("aws_account").order_by("pk")

    def _key(self, row: AccountAssignment) -> str:
        return f"{row.principal_id} {row.set_id} {row.target_id}"

    def grants(self, aws_account: AwsAccount, groups: Collection[str]) -> Iterator[FoundGrant]:
        reaches, wanted = PolicyReaches(aws_account), {each.casefold() for each in groups}
        found = PermissionSet.objects.live().filter(aws_account=aws_account).select_related("inline")
        sets = {row.aws_id: row for row in found}
        of = DirectoryGroup.objects.live().filter(aws_account=aws_account)
        names = dict(of.values_list("aws_id", "name"))
        for row in self._rows(aws_account):
            is_group, chosen = row.principal_type == PrincipalType.GROUP, sets.get(row.set_id)
            group = names.get(row.principal_id, "") if is_group else ""
            if wanted and group.casefold() not in wanted:
                continue
            text = chosen.inline.text if chosen and chosen.inline else None
            reach = policies_of_set(reaches, chosen.managed if chosen else (), text)
            knows_all = chosen is not None and not chosen.customer
            yield FoundGrant(
                self._key(row),
                DirectoryGroup.kind if is_group else DirectoryUser.kind,
                row.principal_id,
                group,
                f"{row.name} in {row.target_id}",
                row.first_seen,
                reach.level if knows_all or reach.level == "everything" else "",
                owner=owner_in(chosen.tags) if chosen else "",
            )

    def there(self, aws_account: AwsAccount, holders: Collection[str]) -> Mapping[str, Any]:
        rows = self._rows(aws_account).filter(principal_id__in=list(holders))
        return {self._key(row): row for row in rows}

    def steps(self, row: AccountAssignment) -> Sequence[StepSpec]:
        return withdraw(row)

    def own(self, aws_account: AwsAccount, operators: Sequence[Operator]) -> Mapping[int, Collection[str]]:
        people = list(DirectoryUser.objects.live().filter(aws_account=aws_account))
        linked = linked_ids(aws_account, operators)
        theirs = {
            each.pk: linked[each.pk] | {one.aws_id for one in people if is_called(each, one.name, one.email)}
            for each in operators
        }
        some = set().union(*theirs.values())
        rows = DirectoryMembership.objects.live().filter(aws_account=aws_account, user_id__in=some)
        groups: dict[str, set[str]] = {}
        for user, group in rows.values_list("user_id", "group_id"):
            groups.setdefault(user, set()).add(group)
        return {pk: ids.union(*(groups.get(each, set()) for each in ids)) for pk, ids in theirs.items()}

    def names(self, operator: Operator, aws_account: AwsAccount, ids: Collection[str]) -> Mapping[str, str]:
        if not sees_people(operator, aws_account):
            return {}
        rows = DirectoryUser.objects.live().filter(aws_account=aws_account, aws_id__in=list(ids))
        return {row.aws_id: called(row) for row in rows}
