"""Objects of Organizations as AWS tells of them, in the shape that the mirrors take. E-mail addresses stop here.

Besides other AwsErrors: NotFound, and NotInOrganization for a stand-alone AWS account.
"""

from __future__ import annotations

from typing import Any

from sync.aws.errors import AccessDeniedError
from sync.mirror import Item, Reader

# The most of a page of any list of Organizations.
PAGE = 20
_PERSONAL = frozenset({"Email", "MasterAccountEmail"})
_ROOT = "r-"


def organization(client: Reader) -> Item:
    """With `Delegated`: whether this AWS account, not being the management account, may read the organization."""
    found = _impersonal(client.call("organizations", "DescribeOrganization")["Organization"])
    return found | {"Delegated": _is_delegate(client, found["MasterAccountId"])}


def _is_delegate(client: Reader, management_id: str) -> bool:
    """AWS tells nobody but the management account who its delegates are: one finds out by asking for something."""
    if client.call("sts", "GetCallerIdentity")["Account"] == management_id:
        return False
    try:
        client.call("organizations", "ListRoots", MaxResults=1)
    except AccessDeniedError:
        return False
    return True


def roots(client: Reader) -> list[Item]:
    """There is one, as of today."""
    found = _all(client, "ListRoots", "Roots")
    return [root | {"ParentId": ""} for root in found]


def units_below(client: Reader, parent_id: str) -> list[Item]:
    found = _all(client, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent_id)
    return [unit | {"ParentId": parent_id} for unit in found]


def accounts_below(client: Reader, parent_id: str) -> list[Item]:
    found = _all(client, "ListAccountsForParent", "Accounts", ParentId=parent_id)
    return [_impersonal(account) | {"ParentId": parent_id} for account in found]


def unit(client: Reader, unit_id: str) -> Item | None:
    if unit_id.startswith(_ROOT):
        return next((root for root in roots(client) if root["Id"] == unit_id), None)
    answer = client.call("organizations", "DescribeOrganizationalUnit", OrganizationalUnitId=unit_id)
    return _with_parent(client, answer["OrganizationalUnit"])


def account(client: Reader, account_id: str) -> Item:
    return _with_parent(
        client, _impersonal(client.call("organizations", "DescribeAccount", AccountId=account_id)["Account"])
    )


def policy(client: Reader, policy_id: str) -> Item:
    """With its document as the text that AWS holds, and its targets: a list of policies has neither."""
    answer = client.call("organizations", "DescribePolicy", PolicyId=policy_id)["Policy"]
    targets = _all(client, "ListTargetsForPolicy", "Targets", PolicyId=policy_id)
    return {**answer["PolicySummary"], "Content": answer["Content"], "Targets": targets}


def policy_named(client: Reader, name: str) -> Item | None:
    """The control policy of that name, as `policy` gives it: names are unique (API Reference, "CreatePolicy")."""
    for policy_type in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        for each in _all(client, "ListPolicies", "Policies", Filter=policy_type):
            if each["Name"] == name:
                return policy(client, each["Id"])
    return None


def _with_parent(client: Reader, found: Item) -> Item:
    (parent,) = _all(client, "ListParents", "Parents", ChildId=found["Id"])
    return found | {"ParentId": parent["Id"]}


def _all(client: Reader, operation: str, members: str, **params: Any) -> list[Item]:
    pages = client.pages("organizations", operation, MaxResults=PAGE, **params)
    return [item for page in pages for item in page.items.get(members, ())]


def _impersonal(found: Item) -> Item:
    return {name: value for name, value in found.items() if name not in _PERSONAL}
