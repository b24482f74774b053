"""Centralised root access: what an organization lets its management account do about the root users of its members.

Only the management account and its delegated administrator for IAM are told ("Centralize root access for member
accounts" in the IAM User Guide).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from identities.account.settings import IamAccountMirror
from sync.aws.errors import BillingOnly, IamNotTrusted
from sync.aws.permission import reread
from sync.mirror import Content, Item, ParsedItem, Reader
from sync.mirror.differences import ContentPart


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


def _title(name: str) -> str:
    return FEATURES[name].title if name in FEATURES else name


def _barrier(name: str) -> str:
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
        "features": ContentPart(title, "{label}: {name} switched on", "{label}: {name} switched off", describe=_title),
        "barrier": ContentPart(
            "What stands in the way of centralised root access",
            "no centralised root access: {new}",
            "centralised root access is possible: no longer is it that {old}",
            named=_barrier,
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


def read(said: Mapping[str, Any]) -> RootAccess:
    """`said`: as `IamAccount.root_access` has it."""
    on, barrier = said["features"], said["barrier"]
    words = f"{BARRIERS[barrier][0].upper()}{BARRIERS[barrier][1:]}." if barrier else ""
    features = tuple((feature, name in on) for name, feature in FEATURES.items())
    return RootAccess(features, tuple(name for name in on if name not in FEATURES), words, REMEDIES.get(barrier, ""))
