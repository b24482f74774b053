"""Whom the access control list of a bucket lets in: Amazon S3 User Guide, "Access control list (ACL) overview"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from access.exposure.values import Opening, OpeningEvidence, Party, PartyKind
from access.resource_sides.buckets import ACL, DELIVERY, ENFORCED, OWNERSHIP, PUBLIC_GROUPS, is_blocked
from policies.engine.catalogue import AccessLevel
from policies.engine.truth import MAYBE, YES
from resources.selectors import HeldPolicies, s3_settings
from resources.table.s3 import BUCKET

_ALL = f"{PUBLIC_GROUPS}AllUsers"
_LIST = "access control list"
# What each permission allows on a bucket.
_ALLOWS: Mapping[str, tuple[tuple[AccessLevel, ...], tuple[str, ...]]] = {
    "READ": ((AccessLevel.LIST,), ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")),
    "WRITE": ((AccessLevel.WRITE,), ("s3:PutObject",)),
    "READ_ACP": ((AccessLevel.READ,), ("s3:GetBucketAcl",)),
    "WRITE_ACP": ((AccessLevel.PERMISSIONS,), ("s3:PutBucketAcl",)),
}
_UNSURE = "Whether Block Public Access has public access control lists ignored isn’t known."


def openings_by_lists(held: HeldPolicies) -> list[Opening]:
    """Those of a bucket whose list counts and is read."""
    row = held.resource
    if row is None or row.kind != BUCKET.kind or OWNERSHIP not in held.facts or ACL not in held.facts:
        return []
    if held.facts[OWNERSHIP] == ENFORCED:
        return []
    ignored = is_blocked("IgnorePublicAcls", held.facts, s3_settings(row.aws_account))
    listed = held.facts[ACL] or {}
    by_grantee: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for grant in listed.get("grants") or ():
        by_grantee[str(grant["grantee"])].append(grant)
    found = []
    for grantee, grants in sorted(by_grantee.items()):
        is_public = grantee.startswith(PUBLIC_GROUPS)
        if grantee in (str(listed.get("owner")), DELIVERY) or (is_public and ignored is YES):
            continue
        unsure = _UNSURE if is_public and ignored is MAYBE else ""
        found.append(_opening(grantee, grants, row.arn, is_public=is_public, unsure=unsure))
    return found


def _opening(grantee: str, grants: list[Mapping[str, Any]], arn: str, *, is_public: bool, unsure: str) -> Opening:
    permissions = {str(each["permission"]) for each in grants}
    if "FULL_CONTROL" in permissions:
        permissions = set(_ALLOWS)
    allowed = [_ALLOWS[each] for each in _ALLOWS if each in permissions]
    there = {level for each, _ in allowed for level in each}
    levels = tuple(level for level in AccessLevel if level in there)
    return Opening(
        Party(PartyKind.ANYBODY, "*") if is_public else Party(PartyKind.CANONICAL, grantee),
        is_public and not unsure,
        levels,
        tuple(name for _, names in allowed for name in names),
        (arn,),
        (OpeningEvidence(_LIST, ", ".join(sorted(permissions)), {"Grants": [dict(each) for each in grants]}),),
        unsure=unsure,
        unsigned=levels if grantee == _ALL else (),
    )
