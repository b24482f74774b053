"""Users, groups, roles and policies as IAM's answers show them; which parts of them differs from call to call."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from emulator.iam.managed import is_managed_by_aws

if TYPE_CHECKING:
    from emulator.iam.backend import Backend

Shape = dict[str, Any]


def encoded(document: str) -> str:
    """Policy documents are percent-encoded on the wire (RFC 3986), the text otherwise as it was sent."""
    return quote(document, safe="")


def moment(date: datetime | None) -> datetime | None:
    """IAM tells time in whole seconds."""
    return None if date is None else date.replace(microsecond=0)


def boundary(arn: str | None) -> Shape | None:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


def user(user: Any) -> Shape:
    """As in ListUsers and GetGroup: without tags and boundary."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": moment(user.create_date),
        "PasswordLastUsed": moment(user.password_last_used),
    }


def user_in_full(backend: Backend, who: Any) -> Shape:
    """As in GetUser and CreateUser."""
    return user(who) | {
        "PermissionsBoundary": boundary(backend.user_boundaries.get(who.id)),
        "Tags": _tags(backend.list_user_tags(who.name)),
    }


def group(group: Any) -> Shape:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": moment(group.create_date),
    }


def role(backend: Backend, role: Any) -> Shape:
    """As in ListRoles: without tags, boundary and last use."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": moment(role.create_date),
        "AssumeRolePolicyDocument": encoded(backend.trust_policy(role)),
        "Description": role.description or None,
        "MaxSessionDuration": int(role.max_session_duration or 3600),
    }


def role_in_full(backend: Backend, which: Any) -> Shape:
    """As in GetRole."""
    return role(backend, which) | {
        "PermissionsBoundary": boundary(which.permissions_boundary_arn),
        "Tags": _tags(which.tags),
        "RoleLastUsed": last_used(which),
    }


def last_used(role: Any) -> Shape:
    if role.last_used is None:
        return {}
    return {"LastUsedDate": moment(role.last_used), "Region": role.last_used_region or "us-east-1"}


def policy(policy: Any, *, attached: int, boundaries: int) -> Shape:
    """As in ListPolicies: without description and tags."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": boundaries,
        "IsAttachable": True,
        "CreateDate": moment(policy.create_date),
        "UpdateDate": moment(policy.update_date),
    }


def version(version: Any) -> Shape:
    """As in ListPolicyVersions and CreatePolicyVersion: without the document."""
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": moment(version.create_date),
    }


def version_in_full(policy: Any, which: Any) -> Shape:
    text = which.document
    if is_managed_by_aws(policy):
        # moto keeps these parsed; AWS prints its own policies with an indent of four.
        text = json.dumps(json.loads(text), indent=4)
    return version(which) | {"Document": encoded(text)}


def attached(owner: Any) -> list[Shape]:
    return [{"PolicyName": policy.name, "PolicyArn": arn} for arn, policy in sorted(owner.managed_policies.items())]


def inline(owner: Any) -> list[Shape]:
    return [
        {"PolicyName": name, "PolicyDocument": encoded(document)} for name, document in sorted(owner.policies.items())
    ]


def instance_profile(backend: Backend, profile: Any, *, with_tags: bool = False) -> Shape:
    shape = {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": moment(profile.create_date),
        "Roles": [role(backend, held) for held in profile.roles],
    }
    return shape | {"Tags": _tags(profile.tags)} if with_tags else shape


def _tags(tags: Any) -> list[Shape] | None:
    return list(tags) or None
