"""The account access manager: people of Identity Center take on ordinary IAM roles, without a permission set.

An application of it in the instance holds *entitlements*, each of a user or group to the ARN of a role in any AWS
account; the role's trust policy lets the service in for that application (IAM Identity Center User Guide, "Account
access manager").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from accounts.models import AwsAccount
from aws_constraints.arn import account_in, name_of, region_in
from directory.mirrors import DirectoryMirror
from directory.models import PermissionSet, PrincipalType, RoleEntitlement
from directory.permissions import ACCOUNT_ACCESS, PULL_ENTITLEMENTS
from directory.sources import INSTANCE, SETS, OfInstances, administered
from policies.models import OrgAccount
from sync import clock
from sync.aws.errors import NotFound
from sync.aws.permission import Permission
from sync.mirror import AccountRegion, Item, ParsedItem, Reader, SourcePage
from sync.mirror.differences import ContentPart
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef

ENTITLEMENTS = "account-access.entitlements"
SERVICE = "account-access.amazonaws.com"  # as trust policies name it
_PER_CALL, _ACCOUNTS_PER_PAGE = 100, 20
_HOURLY = timedelta(hours=1)
_NOBODYS = "arn:{partition}:account-access:{region}:{account_id}:application/none"


def _to_read(operation: str, **probe: Any) -> Permission:
    return Permission(f"{ACCOUNT_ACCESS}:{operation}", PULL_ENTITLEMENTS, "read", probe=probe)


class EntitlementMirror(DirectoryMirror):
    """`ref.arn` is the application's."""

    kind = RoleEntitlement.kind
    model = RoleEntitlement
    permissions: ClassVar[Sequence[Permission]] = (
        _to_read("GetEntitlement", applicationArn=_NOBODYS, entitlementId="none"),
    )
    known = frozenset({"applicationArn", "createdAt", "entitlement", "entitlementId"})
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "role_arn": ContentPart("Role"),
        "principal_type": ContentPart("To"),
        "principal_id": ContentPart("Principal"),
    }

    def object_id(self, item: Item) -> str:
        return str(item["entitlementId"])

    def see(self, item: Item) -> ParsedItem:
        to_role = item["entitlement"]["principalRole"]
        who = to_role["principal"]["identityCenter"]
        content = {
            "role_arn": to_role["roleArn"],
            "principal_type": PrincipalType.GROUP.value if "groupId" in who else PrincipalType.USER.value,
            "principal_id": who.get("groupId") or who["userId"],
        }
        volatile = {"created_at": moment(item.get("createdAt"))}
        return ParsedItem(self.object_id(item), name_of(content["role_arn"]), item["applicationArn"], content, volatile)

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        return {**seen.content, "target_id": account_in(seen.content["role_arn"]), **seen.volatile}

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        about: dict[str, Any] = {"applicationArn": ref.arn, "entitlementId": ref.object_id}
        found = client.at(region_in(ref.arn)).call(ACCOUNT_ACCESS, "GetEntitlement", **about)
        return {name: found[name] for name in self.known if name in found}


class EntitlementSource(OfInstances):
    """AWS lists entitlements of one AWS account at a time: of each in the organization, as far as that is known."""

    name = ENTITLEMENTS
    title = "Entitlements of the account access manager"
    kinds = (RoleEntitlement.kind,)
    every = _HOURLY
    after = (INSTANCE, SETS)
    permissions = (
        _to_read("ListApplications", maxResults=1),
        _to_read(
            "ListEntitlements",
            applicationArn=_NOBODYS,
            filter={"principalRole": {"account": "{account_id}"}},
            maxResults=1,
        ),
    )

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker: the application and the AWS account that were read last."""
        requested_at = clock.now()
        account_ids = _account_ids(place.aws_account)
        pairs = [(arn, each) for arn in sorted(_applications(client, place)) for each in account_ids]
        due = [pair for pair in pairs if marker is None or list(pair) > json.loads(marker)]
        if not due:
            yield SourcePage({}, None, requested_at)
        for begin in range(0, len(due), _ACCOUNTS_PER_PAGE):
            some = due[begin : begin + _ACCOUNTS_PER_PAGE]
            yield _page(client, some, is_last=begin + _ACCOUNTS_PER_PAGE >= len(due))


def _page(client: Reader, pairs: Sequence[tuple[str, str]], *, is_last: bool) -> SourcePage:
    requested_at: datetime = clock.now()
    items = [item for arn, account_id in pairs for item in _entitlements(client, arn, account_id)]
    return SourcePage({RoleEntitlement.kind: items}, None if is_last else json.dumps(pairs[-1]), requested_at)


def _account_ids(held_by: AwsAccount) -> list[str]:
    """Of the organization; where the mirror doesn't have it, those that are connected, or have a permission set."""
    found = set(OrgAccount.objects.live().filter(aws_account=held_by).values_list("aws_id", flat=True))
    connected = AwsAccount.objects.filter(partition=held_by.partition)
    found |= set(connected.values_list("account_id", flat=True))
    for accounts in PermissionSet.objects.live().filter(aws_account=held_by).values_list("accounts", flat=True):
        found |= set(accounts)
    return sorted(found)


def _applications(client: Reader, place: AccountRegion) -> set[str]:
    return {
        str(one["applicationArn"])
        for instance in administered(place.aws_account)
        for page in client.at(instance.primary_region).pages(ACCOUNT_ACCESS, "ListApplications", maxResults=_PER_CALL)
        for one in page.items.get("applications", ())
    }


def _entitlements(client: Reader, application_arn: str, account_id: str) -> list[Item]:
    there, of_account = client.at(region_in(application_arn)), {"principalRole": {"account": account_id}}
    about: dict[str, Any] = {"applicationArn": application_arn, "filter": of_account, "maxResults": _PER_CALL}
    pages = there.pages(ACCOUNT_ACCESS, "ListEntitlements", marker=None, **about)
    try:
        return [
            {**one, "applicationArn": application_arn} for page in pages for one in page.items.get("entitlements", ())
        ]
    except NotFound:  # the application was deleted a moment ago
        return []
