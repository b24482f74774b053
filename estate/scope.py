"""All AWS accounts whose IAM an operator may see: what the pages of this app are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from accounts.access import may, signed_in, visible_aws_accounts
from accounts.models import AccountLabel, AwsAccount, LabelledAwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole.web.addresses import AddressScope, needs

ACCESS = needs(SEE_IAM, scope=AddressScope.ANY, is_of_all=True)


@dataclass(frozen=True)
class AllAccounts:
    """`held`: in the order of their names."""

    operator: Operator
    held: Sequence[AwsAccount]

    @cached_property
    def by_pk(self) -> Mapping[int, AwsAccount]:
        return {each.pk: each for each in self.held}

    def named(self, account_id: str) -> AwsAccount | None:
        """The one of that number (12 digits)."""
        return next((each for each in self.held if each.account_id == account_id), None)

    @cached_property
    def labelled(self) -> Mapping[int, Sequence[AccountLabel]]:
        """Labels by the primary key of an AWS account: only of those that are held, so no name of another's label."""
        found: dict[int, list[AccountLabel]] = {}
        rows = LabelledAwsAccount.objects.filter(label__deleted_at=None, aws_account__in=self.by_pk)
        for row in rows.select_related("label").order_by("label__name", "label"):
            found.setdefault(row.aws_account_id, []).append(row.label)
        return found

    @cached_property
    def labels(self) -> Sequence[AccountLabel]:
        """Each once, by name."""
        found = {label.pk: label for labels in self.labelled.values() for label in labels}
        return sorted(found.values(), key=lambda label: (label.name.casefold(), label.pk))

    def with_label(self, pk: str) -> Sequence[AwsAccount]:
        return [each for each in self.held if any(str(one.pk) == pk for one in self.labelled.get(each.pk, ()))]


def all_accounts(request: HttpRequest) -> AllAccounts:
    operator = signed_in(request)
    return AllAccounts(operator, [each for each in visible_aws_accounts(request) if may(operator, SEE_IAM, each)])
