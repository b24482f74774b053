"""What apps above do with objects that were picked in a list, besides staging a change; registered when they load."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from accounts.access import may
from accounts.models import AwsAccount, Operator
from iamconsole.web.tables import PickUse
from objects.kinds import AwsKind


@dataclass(frozen=True)
class KindsUse:
    """`form_url_name` and `url_name` are formatted with the name of the list ("roles") and take an `account_id`: where
    the list's form is sent to, and the page for all that match."""

    label: str
    all_label: str  # "Export all"
    icon: str
    form_url_name: str
    url_name: str
    lists: Collection[str]
    permission: str

    def of(self, kind: AwsKind, aws_account: AwsAccount) -> PickUse:
        address = {"account_id": aws_account.account_id}
        form_url, url = (reverse(name.format(kind.list_name), kwargs=address) for name in self._names)
        return PickUse(self.label, self.icon, form_url, url, self.all_label)

    @property
    def _names(self) -> tuple[str, str]:
        return self.form_url_name, self.url_name


_uses: list[KindsUse] = []


def register(use: KindsUse) -> None:
    """Adds `use`; once only."""
    if use not in _uses:
        _uses.append(use)


def uses_of(kind: AwsKind, operator: Operator, aws_account: AwsAccount) -> list[PickUse]:
    """Those that the operator may, of a list of the AWS account."""
    return [
        use.of(kind, aws_account)
        for use in _uses
        if kind.list_name in use.lists and may(operator, use.permission, aws_account)
    ]
