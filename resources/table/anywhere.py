"""Trust anchors and profiles of IAM Roles Anywhere: who has a certificate may take on roles of the AWS account by them.

No policy stands on them. The source: "Trust model in AWS IAM Roles Anywhere" in its user guide, and its API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.table.entry import Asker, AwsPlace, InTheList, Listed, Listing, Need, Part, ResourceKind

_NOBODYS_ID = "00000000-0000-0000-0000-000000000000"
_GUIDE = "https://docs.aws.amazon.com/rolesanywhere/latest/userguide"


# ---- Trust anchors -------------------------------------------------------------------------------------------
def _anchor(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    """The certificates themselves aren't kept."""
    source = item.get("source") or {}
    told = {
        "enabled": bool(item.get("enabled")),
        "authority": {
            "type": str(source.get("sourceType") or ""),
            "arn": str((source.get("sourceData") or {}).get("acmPcaArn") or ""),
        },
    }
    return Listed(item["trustAnchorArn"], item["name"], place.region, told=told)


def _anchor_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("GetTrustAnchor", trustAnchorId=arn.rpartition("/")[2])
    return _anchor(answer["trustAnchor"], ask.place) if answer else None


TRUST_ANCHOR = ResourceKind(
    kind="rolesanywhere.trust_anchor",
    service="rolesanywhere",
    client="rolesanywhere",
    word="trust anchor of Roles Anywhere",
    plural="trust anchors of Roles Anywhere",
    lists=Listing("ListTrustAnchors", "trustAnchors", _anchor),
    needs=(
        Need("rolesanywhere:ListTrustAnchors", {"pageSize": 1}),
        Need("rolesanywhere:GetTrustAnchor", {"trustAnchorId": _NOBODYS_ID}),
    ),
    find=_anchor_again,
    parts=(
        Part("enabled", "Enabled", InTheList("enabled")),
        Part("authority", "Certificates of", InTheList("authority")),
    ),
    documentation=f"{_GUIDE}/introduction.html",
    none_means="No policy stands on it. Trust policies of roles say which trust anchors they take, and which subjects.",
    peculiar="Who has a certificate of its authority may take on the roles of a profile whose trust policies let them.",
    decides_access=False,
)


# ---- Profiles ------------------------------------------------------------------------------------------------
def _profile(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    told = {
        "enabled": bool(item.get("enabled")),
        "roles": sorted(item.get("roleArns") or ()),
        "session_policy": str(item.get("sessionPolicy") or ""),
        "session_policies": sorted(item.get("managedPolicyArns") or ()),
        "attributes": sorted(str(each["certificateField"]) for each in item.get("attributeMappings") or ()),
    }
    return Listed(item["profileArn"], item["name"], place.region, told=told)


def _profile_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("GetProfile", profileId=arn.rpartition("/")[2])
    return _profile(answer["profile"], ask.place) if answer else None


PROFILE = ResourceKind(
    kind="rolesanywhere.profile",
    service="rolesanywhere",
    client="rolesanywhere",
    word="profile of Roles Anywhere",
    plural="profiles of Roles Anywhere",
    lists=Listing("ListProfiles", "profiles", _profile),
    needs=(
        Need("rolesanywhere:ListProfiles", {"pageSize": 1}),
        Need("rolesanywhere:GetProfile", {"profileId": _NOBODYS_ID}),
    ),
    find=_profile_again,
    parts=(
        Part("enabled", "Enabled", InTheList("enabled")),
        Part("roles", "Roles", InTheList("roles")),
        Part("session_policy", "Session policy", InTheList("session_policy")),
        Part("session_policies", "Session policies that AWS keeps", InTheList("session_policies")),
        Part("attributes", "Mapped attributes", InTheList("attributes")),
    ),
    documentation=f"{_GUIDE}/introduction.html",
    none_means="No policy stands on it. Its session policies bound what sessions may that begin by it.",
    peculiar="Sessions have what their role has, within its session policies.",
    decides_access=False,
)

KINDS = (TRUST_ANCHOR, PROFILE)
