"""Grants of Cognito: people in groups of user pools that give a role, which an identity pool hands to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.access import may_in_pool, pools_of
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_PEOPLE
from aws_constraints.arn import name_of
from cognito.models import CognitoMembership, CognitoUser
from cognito.people.display_names import full_title_of
from cognito.people.operations.base import on_person
from cognito.people.operations.groups import RemoveFromGroup
from policies.summaries import DocumentReach
from reviews.grants import FoundGrant, GrantSource, is_called
from reviews.sources.reach import PolicyReaches
from sync.operations import StepSpec

_UNKNOWN = DocumentReach("", frozenset())


class PoolGroupGrants(GrantSource):
    """Without names: a person is known here by the `sub` alone."""

    name = "cognito.membership"
    label = "People in groups of user pools that give a role"
    through = "Member of the group"
    permission = SEE_PEOPLE
    a_person = "a person of a user pool"

    def _rows(self, aws_account: AwsAccount) -> QuerySet[Any]:
        rows = CognitoMembership.objects.filter(group__aws_account=aws_account, gone_at=None)
        there = rows.filter(group__gone_at=None, user__gone_at=None).exclude(group__role_arn="")
        return there.select_related("group__pool", "user__pool", "group__aws_account").order_by("pk")

    def _key(self, row: CognitoMembership) -> str:
        return f"{row.user.aws_id} {row.group.pool.aws_id} {row.group.name}"

    def grants(self, aws_account: AwsAccount, groups: Collection[str]) -> Iterator[FoundGrant]:
        reaches, rows = PolicyReaches(aws_account), self._rows(aws_account)
        if groups:
            rows = rows.filter(group__name_key__in=[each.casefold() for each in groups])
        for row in rows:
            reach = reaches.of_roles.get(row.group.role_arn, _UNKNOWN)
            yield FoundGrant(
                self._key(row),
                CognitoUser.kind,
                row.user.aws_id,
                "",
                f"{row.group.name} of {row.group.pool.name}, with the role {name_of(row.group.role_arn)}"[:256],
                None,
                reach.level,
                fingerprint=self.fingerprint(row),
            )

    def fingerprint(self, row: CognitoMembership) -> str:
        return row.group.role_arn

    def there(self, aws_account: AwsAccount, holders: Collection[str]) -> Mapping[str, Any]:
        rows = self._rows(aws_account).filter(user__aws_id__in=list(holders))
        return {self._key(row): row for row in rows}

    def steps(self, row: CognitoMembership) -> Sequence[StepSpec]:
        return [on_person(row.user, RemoveFromGroup.kind, "", group=row.group.name)]

    def own(self, aws_account: AwsAccount, operators: Sequence[Operator]) -> Mapping[int, Collection[str]]:
        found: dict[int, set[str]] = {each.pk: set() for each in operators}
        for row in self._rows(aws_account):
            for each in operators:
                if is_called(each, row.user.name, str(row.user.attributes.get("email", ""))):
                    found[each.pk].add(row.user.aws_id)
        return found

    def names(self, operator: Operator, aws_account: AwsAccount, ids: Collection[str]) -> Mapping[str, str]:
        if pools_of(operator, SEE_PEOPLE, aws_account) == frozenset():
            return {}
        rows = CognitoUser.objects.filter(aws_account=aws_account, aws_id__in=list(ids), erased_at=None)
        return {
            row.aws_id: full_title_of(row)
            for row in rows.select_related("pool")
            if may_in_pool(operator, SEE_PEOPLE, aws_account, row.pool.aws_id)
        }

    def may_review(self, operator: Operator, aws_account: AwsAccount) -> bool:
        """A grant for the people of one user pool isn’t enough: a review is of all."""
        sees_all = pools_of(operator, SEE_PEOPLE, aws_account) is None
        return super().may_review(operator, aws_account) and sees_all
