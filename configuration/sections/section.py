"""A section of the file: what there is of one kind, and how an entry of it comes, changes and goes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest

from accounts.models import AccountLabel, AwsAccount, Operator
from configuration.shapes import Struct
from sync.safeguards.scopes import Scope

Key = tuple[str, ...]
Value = dict[str, Any]  # an entry, as the file has it


class EntryRefused(Exception):
    """Why an entry of the file can't be so, in a sentence."""


class FileSection(ABC):
    """`one` and `many`: what an entry is called in sentences.

    `add`, `change` and `remove` go by the services that pages use, in the caller's transaction. They return what is to
    be told of it besides ("waits for a second person"), and raise EntryRefused or what these services raise.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    one: ClassVar[str]
    many: ClassVar[str]
    shape: ClassVar[Struct]

    @abstractmethod
    def now(self) -> Iterable[Value]:
        """All that there is, each with every member of its shape."""

    @abstractmethod
    def key_of(self, value: Value) -> Key:
        """By which an entry is the same one, whatever else it says."""

    @abstractmethod
    def words(self, value: Value) -> str:
        """Which one it is, for a page."""

    @abstractmethod
    def add(self, value: Value, actor: Operator, request: HttpRequest | None) -> str: ...

    @abstractmethod
    def change(self, before: Value, value: Value, actor: Operator, request: HttpRequest | None) -> str: ...

    @abstractmethod
    def remove(self, value: Value, actor: Operator, request: HttpRequest | None) -> str: ...

    def normal(self, value: Value) -> Value:
        """The same, where it can be written in several ways, in one."""
        return value

    def misshapen(self, value: Value) -> Sequence[str]:
        """What is wrong with an entry whatever else there is, in sentences."""
        return ()


WHERE = ("aws_account", "label")
ONE_OF_TWO = "Say either “aws_account” or “label”."


def where_key(value: Value) -> Key:
    return ("account", value["aws_account"]) if value["aws_account"] else ("label", value["label"].casefold())


def scope_value(scope: Scope) -> Value:
    if isinstance(scope, AwsAccount):
        return {"aws_account": scope.account_id, "label": ""}
    return {"aws_account": "", "label": scope.name}


def where_words(value: Value) -> str:
    if value["aws_account"]:
        found = AwsAccount.objects.filter(account_id=value["aws_account"]).first()
        return str(found or value["aws_account"])
    return f"all AWS accounts with the label {value['label']}"


def aws_account_of(account_id: str) -> AwsAccount:
    found = AwsAccount.objects.filter(account_id=account_id).first()
    if found is None:
        raise EntryRefused(f"This console has no AWS account {account_id[:40]}.")
    return found


def label_of(name: str) -> AccountLabel:
    """The first one of the name: labels are numbered in the order in which they were made."""
    folded = name.casefold()
    found = next((each for each in AccountLabel.objects.there().order_by("pk") if each.name.casefold() == folded), None)
    if found is None:
        raise EntryRefused(f"There is no label “{name[:80]}”.")
    return found


def scope_of(value: Value) -> Scope:
    return aws_account_of(value["aws_account"]) if value["aws_account"] else label_of(value["label"])
