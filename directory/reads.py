"""How AWS is asked about Identity Center: each call in the Region where the instance is.

An ARN says which instance it is of, and the mirror where that is: who is asked about one object knows no more.
"""

from __future__ import annotations

from typing import Any

from directory.models import Instance, PermissionSet
from directory.permissions import SSO, STORE
from sync.aws.errors import AccessDeniedError, AwsError, NotFound
from sync.mirror import Item, Reader

_OUTDATED = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


def instances(client: Reader, account_id: str) -> list[Item]:
    """Those that the AWS account sees, wherever they are, each with whether it `Administers` it."""
    pages = client.pages(SSO, "ListInstances", RegionScope="ALL_REGIONS")
    listed = [one for page in pages for one in page.items.get("Instances", ())]
    return [_described(client, one, account_id) for one in listed]


def _described(client: Reader, listed: Item, account_id: str) -> Item:
    there, arn = client.at(listed["PrimaryRegion"]), listed["InstanceArn"]
    try:
        more = there.call(SSO, "DescribeInstance", InstanceArn=arn)
    except AccessDeniedError:  # who only sees it may not be told more
        more = {}
    return {**listed, **more, "Administers": listed["OwnerAccountId"] == account_id or _may_list(there, arn)}


def _may_list(there: Reader, instance_arn: str) -> bool:
    """AWS tells nobody who the delegate is: one finds out by asking for something."""
    try:
        there.call(SSO, "ListPermissionSets", InstanceArn=instance_arn, MaxResults=1)
    except (AccessDeniedError, NotFound):
        return False
    return True


def instance_arn_of(set_arn: str) -> str:
    """arn:aws:sso:::permissionSet/ssoins-1/ps-1 → arn:aws:sso:::instance/ssoins-1"""
    _, partition, *_, resource = set_arn.split(":", 5)
    return f"arn:{partition}:sso:::instance/{resource.split('/')[1]}"


def region_of(instance_arn: str) -> str:
    """Where the instance is. Raises LookupError where no AWS account has it in its mirror."""
    found = Instance.objects.filter(arn=instance_arn).order_by("gone_at").values_list("primary_region", flat=True)
    if (region := found.first()) is None:
        raise LookupError(f"The mirror has no {instance_arn}.")
    return str(region)


def region_of_store(store_id: str) -> str:
    """The same of an identity store."""
    found = Instance.objects.filter(store_id=store_id).order_by("gone_at").values_list("primary_region", flat=True)
    if (region := found.first()) is None:
        raise LookupError(f"The mirror has no identity store {store_id}.")
    return str(region)


def store_id_of(store_arn: str) -> str:
    return store_arn.rpartition("/")[2]


# ---- Permission sets -----------------------------------------------------------------------------------------
def permission_set(client: Reader, set_arn: str) -> Item:
    """With its policies, tags and where it is provisioned. Raises NotFound."""
    instance_arn = instance_arn_of(set_arn)
    there = client.at(region_of(instance_arn))
    return {
        **content_of_set(there, set_arn),
        "InstanceArn": instance_arn,
        "Tags": _tags(there, instance_arn, set_arn),
        "Accounts": provisioned_accounts(there, set_arn),
        "Outdated": outdated_accounts(there, set_arn),
    }


def content_of_set(there: Reader, set_arn: str) -> Item:
    """What its roles get. `there`: where the instance is. Raises NotFound."""
    of_it = {"InstanceArn": instance_arn_of(set_arn), "PermissionSetArn": set_arn}
    return {
        **there.call(SSO, "DescribePermissionSet", **of_it)["PermissionSet"],
        "Inline": there.call(SSO, "GetInlinePolicyForPermissionSet", **of_it).get("InlinePolicy") or "",
        "Managed": _all(there, "ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", **of_it),
        "Customer": _all(
            there, "ListCustomerManagedPolicyReferencesInPermissionSet", "CustomerManagedPolicyReferences", **of_it
        ),
        "Boundary": _boundary(there, of_it),
    }


def provisioned_accounts(there: Reader, set_arn: str, **status: str) -> list[str]:
    """Raises NotFound."""
    of_it = {"InstanceArn": instance_arn_of(set_arn), "PermissionSetArn": set_arn}
    return sorted(_all(there, "ListAccountsForProvisionedPermissionSet", "AccountIds", **of_it, **status))


def outdated_accounts(there: Reader, set_arn: str) -> list[str]:
    """Whose role lacks what was edited since. Raises NotFound."""
    return provisioned_accounts(there, set_arn, ProvisioningStatus=_OUTDATED)


def set_named(client: Reader, instance_arn: str, name: str) -> Item | None:
    """AWS lists ARNs alone: those that the mirror knows are left out, since a set keeps its name for ever."""
    there = client.at(region_of(instance_arn))
    known = dict(PermissionSet.objects.filter(instance_arn=instance_arn).values_list("arn", "name"))
    for arn in _all(there, "ListPermissionSets", "PermissionSets", InstanceArn=instance_arn):
        if known.get(arn, name) != name:
            continue
        try:
            found = permission_set(client, arn)
        except NotFound:  # deleted a moment ago
            continue
        if found["Name"] == name:
            return found
    return None


def _boundary(there: Reader, of_it: dict[str, str]) -> Item:
    """Empty where there is none: AWS finds nothing then."""
    try:
        return dict(there.call(SSO, "GetPermissionsBoundaryForPermissionSet", **of_it).get("PermissionsBoundary") or {})
    except NotFound:
        return {}


def _tags(there: Reader, instance_arn: str, set_arn: str) -> list[Item]:
    return _all(there, "ListTagsForResource", "Tags", InstanceArn=instance_arn, ResourceArn=set_arn)


def assignments(client: Reader, set_arn: str, account_id: str) -> list[Item]:
    """Of a permission set in one AWS account. Raises NotFound."""
    instance_arn = instance_arn_of(set_arn)
    there = client.at(region_of(instance_arn))
    about = {"InstanceArn": instance_arn, "PermissionSetArn": set_arn, "AccountId": account_id}
    return _all(there, "ListAccountAssignments", "AccountAssignments", **about)


def _all(there: Reader, operation: str, members: str, service: str = SSO, /, **params: Any) -> list[Any]:
    return [item for page in there.pages(service, operation, **params) for item in page.items.get(members, ())]


# ---- The identity store --------------------------------------------------------------------------------------
def group(client: Reader, store_id: str, group_id: str) -> Item:
    """Raises NotFound."""
    return client.at(region_of_store(store_id)).call(STORE, "DescribeGroup", IdentityStoreId=store_id, GroupId=group_id)


def membership(client: Reader, store_id: str, membership_id: str) -> Item:
    """Raises NotFound."""
    about = {"IdentityStoreId": store_id, "MembershipId": membership_id}
    return client.at(region_of_store(store_id)).call(STORE, "DescribeGroupMembership", **about)


def user(client: Reader, store_id: str, user_id: str) -> Item:
    """All that AWS says of somebody: to be reduced before it is kept (people/person_record.py). Raises NotFound."""
    return client.at(region_of_store(store_id)).call(STORE, "DescribeUser", IdentityStoreId=store_id, UserId=user_id)


def group_named(client: Reader, store_id: str, name: str) -> Item | None:
    """Names are unique."""
    found = _id_of(client, "GetGroupId", store_id, "displayName", name)
    return group(client, store_id, found["GroupId"]) if found else None


def user_named(client: Reader, store_id: str, name: str) -> Item | None:
    """By the user name, which is unique; all that AWS says of them."""
    found = _id_of(client, "GetUserId", store_id, "userName", name)
    return user(client, store_id, found["UserId"]) if found else None


def _id_of(client: Reader, operation: str, store_id: str, path: str, value: str) -> Item | None:
    asked = {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}
    there = client.at(region_of_store(store_id))
    try:
        return there.call(STORE, operation, IdentityStoreId=store_id, AlternateIdentifier=asked)
    except NotFound:
        return None
    except AwsError as error:
        error.hide([value] if operation == "GetUserId" else [])
        raise


def members(client: Reader, store_id: str, group_id: str) -> list[Item]:
    """Raises NotFound."""
    there = client.at(region_of_store(store_id))
    about = {"IdentityStoreId": store_id, "GroupId": group_id}
    return _all(there, "ListGroupMemberships", "GroupMemberships", STORE, **about)


def memberships(client: Reader, store_id: str, user_id: str) -> list[Item]:
    """Raises NotFound where there is no such user."""
    there = client.at(region_of_store(store_id))
    about = {"IdentityStoreId": store_id, "MemberId": {"UserId": user_id}}
    return _all(there, "ListGroupMembershipsForMember", "GroupMemberships", STORE, **about)


def membership_of(client: Reader, store_id: str, group_id: str, user_id: str) -> Item | None:
    """Raises NotFound where there is no such user."""
    found = memberships(client, store_id, user_id)
    return next((each for each in found if each["GroupId"] == group_id), None)
