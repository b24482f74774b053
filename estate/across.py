"""A list of one AWS account as a list of all of them: the same columns and filters, with the AWS account beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, LabelledAwsAccount
from estate.scope import AllAccounts
from iamconsole.web.elements import format_html, small
from iamconsole.web.filters import Filter, TextFilter
from iamconsole.web.tables import Column, Table

ACCOUNT, LABEL = "account", "label"  # of addresses
Cell = Callable[[Any, Any], str]


@dataclass(frozen=True)
class AccountFilter(Filter):
    """By the 12 digits of an AWS account that the operator may see. `column` of the rows is their AWS account."""

    column: str = "aws_account"

    control: ClassVar[str] = "select"

    def chip(self, scope: AllAccounts, value: str) -> str | None:
        found = scope.named(value)
        return str(found) if found else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        found = AwsAccount.objects.filter(account_id=value).values_list("pk", flat=True).first()
        return rows.filter(**{self.column: found})

    def options(self, scope: AllAccounts) -> Iterable[tuple[str, str]]:
        return [(each.account_id, str(each)) for each in scope.held]


@dataclass(frozen=True)
class LabelFilter(Filter):
    """By a label that an AWS account has which the operator may see."""

    column: str = "aws_account"

    control: ClassVar[str] = "select"

    def chip(self, scope: AllAccounts, value: str) -> str | None:
        return next((f"Label {label}" for label in scope.labels if str(label.pk) == value), None)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        labelled = LabelledAwsAccount.objects.filter(label=int(value), label__deleted_at=None)
        return rows.filter(**{f"{self.column}__in": labelled.values("aws_account")})

    def options(self, scope: AllAccounts) -> Iterable[tuple[str, str]]:
        return [(str(label.pk), label.name) for label in scope.labels]


def across(table: Table, column: str = "aws_account") -> Table:
    """`table` with a column and filters of the AWS account; its cells get the AWS account of their row."""
    first, *others = (_of_its_account(each, column) for each in table.columns)
    its_filters = (AccountFilter(ACCOUNT, "AWS account", column=column), LabelFilter(LABEL, "Label", column=column))
    return replace(
        table,
        name=f"all-{table.name}",
        columns=(first, *_account_columns(column), *others),
        filters=(*its_filters, *(_without_suggestions(each) for each in table.filters)),
        empty_text="No AWS account that you may see has any, or they were never pulled.",
    )


def chosen(scope: AllAccounts, account_id: str, label: str) -> list[AwsAccount]:
    """The AWS accounts that the filters leave: where else rows can't be, so that nobody looks there."""
    left = list(scope.held)
    if account_id and scope.named(account_id):
        left = [each for each in left if each.account_id == account_id]
    if label and any(str(one.pk) == label for one in scope.labels):
        having = {each.pk for each in scope.with_label(label)}
        left = [each for each in left if each.pk in having]
    return left


def _account_columns(column: str) -> tuple[Column, ...]:
    def name(row: Any) -> str:
        return str(getattr(row, column).name)

    def number(row: Any) -> str:
        return str(getattr(row, column).account_id)

    return (
        Column("account", "AWS account", name, cell=_account_cell(column)),
        Column("account_id", "Account id", number, only_export=True),
    )


def _account_cell(column: str) -> Cell:
    def cell(row: Any, scope: AllAccounts) -> SafeString:
        aws_account = scope.by_pk[getattr(row, f"{column}_id")]
        return format_html("{}{}", aws_account.name, small(aws_account.account_id))

    return cell


def _of_its_account(column: Column, account: str) -> Column:
    if column.cell is None:
        return column
    its_cell = column.cell

    def cell(row: Any, scope: AllAccounts) -> str:
        return its_cell(row, scope.by_pk[getattr(row, f"{account}_id")])

    return replace(column, cell=cell)


def _without_suggestions(choice: Filter) -> Filter:
    """What is suggested, and what there is, is asked of one AWS account: of all of them any text will do."""
    return replace(choice, known=None) if isinstance(choice, TextFilter) else choice
