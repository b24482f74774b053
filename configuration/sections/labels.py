"""Labels of AWS accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from accounts.models import AccountLabel, AwsAccount, Operator
from configuration.sections.section import FileSection, Key, Value, aws_account_of, label_of
from configuration.shapes import ListShape, Member, Struct, Text
from sync.safeguards import labels as services

WAITS = "Taking it from {aws_account} waits for a second person, since plans are blocked by it."


class Labels(FileSection):
    name, title, one, many = "labels", "Labels", "label", "labels"
    shape = Struct({"name": Member(Text(), required=True), "aws_accounts": Member(ListShape(Text()), required=True)})

    def now(self) -> Iterable[Value]:
        for label in AccountLabel.objects.there().order_by("pk"):
            yield {"name": label.name, "aws_accounts": _ids(label)}

    def normal(self, value: Value) -> Value:
        return {**value, "aws_accounts": sorted(set(value["aws_accounts"]))}

    def key_of(self, value: Value) -> Key:
        return (value["name"].casefold(),)

    def words(self, value: Value) -> str:
        return f"The label {value['name']}"

    def add(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        services.make(actor=actor, name=value["name"], aws_accounts=_accounts(value["aws_accounts"]))
        return ""

    def change(self, before: Value, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        label, had, has = label_of(value["name"]), set(before["aws_accounts"]), set(value["aws_accounts"])
        if label.name != value["name"]:
            services.rename(actor=actor, label=label, name=value["name"])
        if new := _accounts(sorted(has - had)):
            services.add(actor=actor, label=label, aws_accounts=new)
        return " ".join(
            WAITS.format(aws_account=aws_account)
            for aws_account in _accounts(sorted(had - has))
            if services.remove(actor=actor, label=label, aws_account=aws_account, reason="By an imported file.")
        )

    def remove(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        services.delete(actor=actor, label=label_of(value["name"]))
        return ""


def _ids(label: AccountLabel) -> list[str]:
    return sorted(each.account_id for each in label.aws_accounts())


def _accounts(account_ids: Iterable[str]) -> list[AwsAccount]:
    return [aws_account_of(each) for each in account_ids]
