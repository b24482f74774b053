"""What the tests of imported files share: a small organisation as the AWS CLI prints it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

from sync.models import Run
from tests.services.pulling import ACCOUNT, READ_ONLY, policy_arn
from tests.services.statements import LAMBDA, allow, document, trust

MADE = "2025-03-04T16:42:00+00:00"


def user(name: str, **more: Any) -> dict[str, Any]:
    made = {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "CreateDate": MADE,
        "GroupList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
    }
    return made | more


def group(name: str, **more: Any) -> dict[str, Any]:
    made = {
        "Path": "/",
        "GroupName": name,
        "GroupId": f"AGPA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:group/{name}",
        "CreateDate": MADE,
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [],
    }
    return made | more


def role(name: str, **more: Any) -> dict[str, Any]:
    made = {
        "Path": "/",
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": MADE,
        "AssumeRolePolicyDocument": document(trust(LAMBDA)),
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        "RoleLastUsed": {"LastUsedDate": MADE, "Region": "eu-west-1"},
    }
    return made | more


def policy(name: str, *, arn: str = "", versions: int = 1) -> dict[str, Any]:
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": arn or policy_arn(name),
        "Path": "/",
        "DefaultVersionId": f"v{versions}",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": MADE,
        "UpdateDate": MADE,
        "PolicyVersionList": [
            {
                "Document": document(allow([f"s3:Action{number}"])),
                "VersionId": f"v{number}",
                "IsDefaultVersion": number == versions,
                "CreateDate": MADE,
            }
            for number in range(versions, 0, -1)
        ],
    }


def attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def organisation() -> dict[str, Any]:
    """Jane in developers, which may read reports; the role exporter with an inline policy and one of AWS's own."""
    logs = {"PolicyName": "logs", "PolicyDocument": document(allow(["logs:PutLogEvents"]))}
    return {
        "UserDetailList": [user("jane", GroupList=["developers"], Tags=[{"Key": "team", "Value": "reports"}])],
        "GroupDetailList": [group("developers", AttachedManagedPolicies=attached(policy_arn("reports-read")))],
        "RoleDetailList": [role("exporter", RolePolicyList=[logs], AttachedManagedPolicies=attached(READ_ONLY))],
        "Policies": [policy("reports-read", versions=2), policy("ReadOnlyAccess", arn=READ_ONLY)],
    }


def changed(**lists: Any) -> dict[str, Any]:
    """The organisation with other lists."""
    return copy.deepcopy(organisation()) | lists


def write(path: Path, *documents: Any) -> Path:
    """As the AWS CLI prints it, one document after the other."""
    path.write_text("\n".join(json.dumps(document, indent=4) for document in documents))
    return path


def import_(path: Path | str, **options: Any) -> Run:
    """By the command; returns its run."""
    call_command("import_snapshot", str(path), account=ACCOUNT, json=True, **options)
    return Run.objects.latest("pk")
