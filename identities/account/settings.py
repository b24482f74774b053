"""The IAM settings of an AWS account: alias, password policy, summary. Three facets of one object, one call each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from identities.account import parts, password_policy
from identities.models import IamAccount
from sync.aws.errors import MalformedAnswerError, NotFound
from sync.aws.permission import reread
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader, bulk
from sync.mirror.differences import ContentDifference
from sync.mirror.rows import KEY, columns
from sync.object_ref import ObjectRef

# Of the summary's counters those that say how things are set, and not how many there are.
FLAGS = frozenset(
    {
        "AccountMFAEnabled",
        "AccountAccessKeysPresent",
        "AccountPasswordPresent",
        "AccountSigningCertificatesPresent",
        "GlobalEndpointTokenVersion",
    }
)


class IamAccountMirror(Mirror):
    """An item has the AWS account's id and ARN, and AWS's answer."""

    kind = IamAccount.kind
    model = IamAccount
    page = "account_settings"
    one_of_it = True

    def object_id(self, item: Item) -> str:
        return str(item["AccountId"])

    def see(self, item: Item) -> ParsedItem:
        account_id = self.object_id(item)
        return ParsedItem(account_id, account_id, item["Arn"], self.content(item), self.volatile(item))

    @abstractmethod
    def content(self, item: Item) -> Content: ...

    def volatile(self, item: Item) -> Mapping[str, Any]:
        return {}

    @abstractmethod
    def columns(self, seen: ParsedItem) -> Mapping[str, Any]: ...

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        """Its own columns only, in one statement: the other sources of this one row may write just now, too."""
        rows = [
            columns(place, at, aws_id=seen.object_id, name=seen.name, arn=seen.arn, **self.columns(seen))
            for seen in batch
        ]
        bulk.upsert(IamAccount, rows, key=KEY, kept=["first_seen"], returning="aws_id")

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """An AWS account always has settings."""

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        return {"AccountId": ref.object_id, "Arn": ref.arn, **self.ask(client)}

    @abstractmethod
    def ask(self, client: Reader) -> Item: ...


def ref_of(place: AccountRegion, facet: str) -> ObjectRef:
    """The AWS account itself; its ARN is the root user's."""
    aws_account = place.aws_account
    arn = f"arn:{aws_account.partition}:iam::{aws_account.account_id}:root"
    return ObjectRef(IamAccount.kind, aws_account.account_id, aws_account.account_id, arn, facet=facet)


class AliasMirror(IamAccountMirror):
    source = "alias"
    permissions = reread(
        "iam:ListAccountAliases", "Show the account alias, and with it the address to sign in at.", MaxItems=1
    )
    title = "Account alias"
    parts = parts.ALIAS
    known = frozenset({"AccountId", "Arn", "AccountAliases"})

    def ask(self, client: Reader) -> Item:
        pages = client.pages("iam", "ListAccountAliases")
        return {"AccountAliases": [alias for page in pages for alias in page.items["AccountAliases"]]}

    def content(self, item: Item) -> Content:
        return {"alias": next(iter(item["AccountAliases"]), "")}  # AWS allows one

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return seen.content


class PasswordPolicyMirror(IamAccountMirror):
    """`{}` where the AWS account has none of its own: then AWS's default is in force, and not "no rules"."""

    source = "password_policy"
    permissions = reread("iam:GetAccountPasswordPolicy", "Show the password policy.")
    title = "Password policy"
    parts = parts.PASSWORD_POLICY
    known = frozenset({"AccountId", "Arn", "PasswordPolicy"})

    def ask(self, client: Reader) -> Item:
        try:
            return {"PasswordPolicy": client.call("iam", "GetAccountPasswordPolicy")["PasswordPolicy"]}
        except NotFound:
            return {"PasswordPolicy": {}}

    def content(self, item: Item) -> Content:
        """`ExpirePasswords` only repeats whether there is a `MaxPasswordAge`; rules that are off may be left out."""
        rules = item["PasswordPolicy"]
        return {"rules": {rule: value for rule, value in rules.items() if value and rule != "ExpirePasswords"}}

    def differences(self, before: Content, after: Content) -> list[ContentDifference]:
        """A rule that has no words here is told as AWS calls it."""
        described = password_policy.differences(before.get("rules", {}), after.get("rules", {}))
        return [ContentDifference("rules", words) for words in described] or super().differences(before, after)

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"password_policy": seen.content["rules"]}


class SummaryMirror(IamAccountMirror):
    source = "summary"
    permissions = reread("iam:GetAccountSummary", "Know how much there is to pull, and show its progress.")
    title = "Quotas and flags"
    parts = parts.SUMMARY
    known = frozenset({"AccountId", "Arn", "SummaryMap"})

    def ask(self, client: Reader) -> Item:
        counters = client.call("iam", "GetAccountSummary").get("SummaryMap")
        if not counters:  # there are some of every AWS account
            raise MalformedAnswerError("It has no counters.", operation="iam:GetAccountSummary")
        return {"SummaryMap": counters}

    def content(self, item: Item) -> Content:
        summary = item["SummaryMap"]
        return {name: value for name, value in summary.items() if name in FLAGS or name.endswith("Quota")}

    def volatile(self, item: Item) -> Mapping[str, Any]:
        return {"summary": item["SummaryMap"]}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return seen.volatile
