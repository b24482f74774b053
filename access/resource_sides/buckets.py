"""What beside the policy of a bucket decides: Block Public Access, who owns objects, and access control lists.

Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Controlling ownership of objects and
disabling ACLs for your bucket", "Access control list (ACL) overview".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from access.resource_sides.values import SaidByResource, denials_of
from policies.engine.layers import LayerPolicy
from policies.engine.public_buckets import counts_as_public
from policies.engine.truth import MAYBE, NO, YES, Truth

ENFORCED = "BucketOwnerEnforced"
PUBLIC_GROUPS = "http://acs.amazonaws.com/groups/global/"
DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"  # a service's
BLOCK, OWNERSHIP, ACL = "public_access_block", "ownership", "acl"  # parts of a bucket
CUT = "Block Public Access leaves in nobody from outside its AWS account, since its policy counts as public."
_PERHAPS_CUT = (
    "Block Public Access may leave in nobody from outside its AWS account: whether it is on for the AWS account, or "
    "whether the policy counts as public, isn’t known."
)
_LISTS = "Its access control list counts, and names others than its owner."
_LISTS_UNREAD = "Its access control list isn’t read, or whether it counts."
_OBJECTS = "Access control lists of objects count in this bucket, and aren’t read."

Facts = Mapping[str, Any]


def is_blocked(setting: str, bucket: Facts, account: Facts | None) -> Truth:
    """Whether a setting of Block Public Access is on, for the bucket or for all of the AWS account. `account`: None
    where it isn't read."""
    if _is_on(setting, bucket.get(BLOCK)) or (account is not None and _is_on(setting, account.get(BLOCK))):
        return YES
    known = BLOCK in bucket and account is not None and BLOCK in account
    return NO if known else MAYBE


def _is_on(setting: str, block: Facts | None) -> bool:
    return bool(block and block.get(setting))


def said_by_bucket(
    policy: LayerPolicy, resource: str, bucket: Facts, account: Facts | None
) -> tuple[SaidByResource, SaidByResource]:
    """To principals of its AWS account, and to others."""
    own = others = SaidByResource(policy)
    cut = min(is_blocked("RestrictPublicBuckets", bucket, account), counts_as_public(policy.document))
    if cut is YES:
        others = SaidByResource(LayerPolicy(policy.name, denials_of(policy.document)), notes=(CUT,))
    elif cut is MAYBE:
        others = replace(others, may_be_refused=_PERHAPS_CUT)
    to_own, to_others = _granted_by_lists(resource, bucket, is_blocked("IgnorePublicAcls", bucket, account))
    return replace(own, may_be_granted=to_own), replace(others, may_be_granted=to_others)


def _granted_by_lists(resource: str, bucket: Facts, ignores_public: Truth) -> tuple[str, str]:
    """What access control lists may grant: to the own AWS account, whom only a grant to everybody lets in, and to
    others."""
    if bucket.get(OWNERSHIP) == ENFORCED:
        return "", ""
    if OWNERSHIP not in bucket or ACL not in bucket:
        return _LISTS_UNREAD, _LISTS_UNREAD
    if "/" in resource:
        return "" if ignores_public is YES else _OBJECTS, _OBJECTS
    listed = bucket[ACL] or {}
    grantees = {str(each["grantee"]) for each in listed.get("grants") or ()} - {str(listed.get("owner")), DELIVERY}
    public = {each for each in grantees if each.startswith(PUBLIC_GROUPS) and ignores_public is not YES}
    named = {each for each in grantees if not each.startswith(PUBLIC_GROUPS)}
    return _LISTS if public else "", _LISTS if public or named else ""
