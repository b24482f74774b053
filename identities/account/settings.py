"""The IAM settings of an AWS account: alias, password policy, summary. Three facets of one object, one call each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from identities.account import parts, password_policy
from identities.models import IamAccount
from sync.aws.errors import MalformedAnswerError, NotFound
from sync.aws.organization_errors import BillingOnly, IamNotTrusted
from sync.aws.permission import reread
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader, bulk
from sync.mirror.differences import ContentDifference, ContentPart
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


# ---- Centralised root access: what an organization lets its management account do about the root users of its members
# Only the management account and its delegated administrator for IAM are told ("Centralize root access for member
# accounts" in the IAM User Guide).
@dataclass(frozen=True)
class RootFeature:
    """`name` is AWS's, `call` the end of its calls' names; `on` and `off` say what it means, for those new to it."""

    name: str
    word: str  # in kinds of operations: "root_credentials"
    title: str  # as AWS's own console has it
    call: str
    on: str
    off: str


FEATURES: Mapping[str, RootFeature] = {
    feature.name: feature
    for feature in (
        RootFeature(
            "RootCredentialsManagement",
            "root_credentials",
            "Root credentials management",
            "OrganizationsRootCredentialsManagement",
            "The management account can look at and delete the root passwords, keys and MFA devices of member accounts,"
            " and new member accounts are created without any.",
            "Each member account keeps a root user of its own, whose e-mail address can reset its password.",
        ),
        RootFeature(
            "RootSessions",
            "root_sessions",
            "Privileged root actions in member accounts",
            "OrganizationsRootSessions",
            "Who may use sts:AssumeRoot in the management account can do some tasks as root of a member account, for"
            " minutes: unlock a bucket or queue that its policy closed to all, or allow password recovery.",
            "Only the root user of a member account can unlock a bucket or queue whose policy denies everybody.",
        ),
    )
}
# What keeps an organization from having any, and what to do about it.
BARRIERS: Mapping[str, str] = {
    "trusted_access": "trusted access for IAM is switched off in AWS Organizations",
    "all_features": "the organization is for consolidated billing only",
}
REMEDIES: Mapping[str, str] = {
    "trusted_access": (
        "Switch it on first, in the management account: in the console of AWS Organizations under Services, or by "
        "aws organizations enable-aws-service-access --service-principal iam.amazonaws.com. Then pull."
    ),
    "all_features": "Enable all features first, in the settings of AWS Organizations. Then pull.",
}


def _feature_title(name: str) -> str:
    return FEATURES[name].title if name in FEATURES else name


def _barrier_words(name: str) -> str:
    return BARRIERS.get(name, name)


class RootAccessMirror(IamAccountMirror):
    """Where something keeps the organization from it, AWS's refusal is the answer: none of it is on."""

    source = "root_access"
    permissions = reread(
        "iam:ListOrganizationsFeatures", "Show whether an organization manages the root users of its members."
    )
    title = "Centralised root access"
    known = frozenset({"AccountId", "Arn", "Barrier", "EnabledFeatures", "OrganizationId"})
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "features": ContentPart(
            title, "{label}: {name} switched on", "{label}: {name} switched off", describe=_feature_title
        ),
        "barrier": ContentPart(
            "What stands in the way of centralised root access",
            "no centralised root access: {new}",
            "centralised root access is possible: no longer is it that {old}",
            named=_barrier_words,
        ),
    }

    def ask(self, client: Reader) -> Item:
        """Raises AwsError: NotInOrganization and NotRootAdministrator where it isn't for this account."""
        try:
            answer = client.call("iam", "ListOrganizationsFeatures")
        except IamNotTrusted:
            return {"EnabledFeatures": [], "Barrier": "trusted_access"}
        except BillingOnly:
            return {"EnabledFeatures": [], "Barrier": "all_features"}
        return {"EnabledFeatures": answer.get("EnabledFeatures") or [], "Barrier": ""}

    def content(self, item: Item) -> Content:
        return {"features": sorted(item["EnabledFeatures"]), "barrier": item["Barrier"]}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"root_access": seen.content}


@dataclass(frozen=True)
class RootAccess:
    """For pages. `barrier` and `remedy` are sentences, "" where nothing stands in the way."""

    features: tuple[tuple[RootFeature, bool], ...]  # each with whether it is on
    others: tuple[str, ...]  # those that are on and that this console doesn't know
    barrier: str
    remedy: str


def read_root_access(said: Mapping[str, Any]) -> RootAccess:
    """`said`: as `IamAccount.root_access` has it."""
    on, barrier = said["features"], said["barrier"]
    words = f"{BARRIERS[barrier][0].upper()}{BARRIERS[barrier][1:]}." if barrier else ""
    features = tuple((feature, name in on) for name, feature in FEATURES.items())
    return RootAccess(features, tuple(name for name in on if name not in FEATURES), words, REMEDIES.get(barrier, ""))
