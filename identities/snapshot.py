"""An imported file's users, groups, roles and policies: the shapes that GetAccountAuthorizationDetails gives them."""

from __future__ import annotations

from identities.models import IamGroup, IamRole, IamUser
from policies.mirrors import is_mirrored
from policies.models import ManagedPolicy
from sync.mirror import Item
from sync.snapshot.shapes import Shape, count, document, many, members, text, time, truth
from sync.snapshot.source import ListOf, SnapshotSource

_ID, _NAME, _PATH, _ARN = text(128), text(128), text(512), text(2048)
_LAST_USED = members({}, {"LastUsedDate": time, "Region": text(32, empty=True)})
_BOUNDARY = members({}, {"PermissionsBoundaryArn": text(2048)})
_TAG = members({"Key": text(128), "Value": text(256, empty=True)})
_ATTACHED = members({"PolicyArn": _ARN})
_INLINE = members({"PolicyName": _NAME, "PolicyDocument": document})
_VERSION = members({"VersionId": text(40), "Document": document}, {"CreateDate": time})


def _principal(noun: str, *, trust: bool = False, **more: Shape) -> Shape:
    """What users, groups and roles have in common; `more` is what only this kind may have."""
    trusted = {"AssumeRolePolicyDocument": document} if trust else {}
    return members(
        {f"{noun}Id": _ID, f"{noun}Name": _NAME, "Path": _PATH, "Arn": _ARN, **trusted},
        {
            "CreateDate": time,
            f"{noun}PolicyList": many(_INLINE),
            "AttachedManagedPolicies": many(_ATTACHED),
            **more,
        },
    )


_USER = _principal("User", GroupList=many(_NAME), PermissionsBoundary=_BOUNDARY, Tags=many(_TAG))
_GROUP = _principal("Group")
_ROLE = _principal("Role", trust=True, PermissionsBoundary=_BOUNDARY, Tags=many(_TAG), RoleLastUsed=_LAST_USED)
_POLICY = members(
    {
        "PolicyId": _ID,
        "PolicyName": _NAME,
        "Path": _PATH,
        "Arn": _ARN,
        "DefaultVersionId": text(40),
        "PolicyVersionList": many(_VERSION),
    },
    {
        "IsAttachable": truth,
        "AttachmentCount": count,
        "PermissionsBoundaryUsageCount": count,
        "CreateDate": time,
        "UpdateDate": time,
    },
)


class IamSnapshot(SnapshotSource):
    """The file that `aws iam get-account-authorization-details` prints: what `iam.details` pulls, at one moment."""

    name = "iam.snapshot"
    instead_of = "iam.details"
    title = "Imported file"
    facet = "details"
    lists = (
        ListOf("Policies", ManagedPolicy.kind, "policy", "PolicyName", _POLICY),
        ListOf("GroupDetailList", IamGroup.kind, "group", "GroupName", _GROUP),
        ListOf("UserDetailList", IamUser.kind, "user", "UserName", _USER),
        ListOf("RoleDetailList", IamRole.kind, "role", "RoleName", _ROLE),
    )
    kinds = tuple(each.kind for each in lists)

    def keeps(self, kind: str, item: Item) -> bool:
        return kind != ManagedPolicy.kind or is_mirrored(item)
