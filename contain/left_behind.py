"""What somebody made or loosened, by the calls that CloudTrail has on record: it stays when they are cut off.

Which calls give a way back in or more rights: IAM's and those of services that run code or give access by policies of
their own ("Logging IAM and AWS STS API calls with AWS CloudTrail" in the IAM User Guide; the services' API references).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.models import IamGroup, IamRole, IamUser
from policies.models import ManagedPolicy
from sync.activity.principals import ShownCall

# The beginnings of calls' names: versions of an API end differently (CreateFunction20150331).
_MAKING = (
    "CreateUser",
    "CreateAccessKey",
    "CreateLoginProfile",
    "UpdateLoginProfile",
    "CreateRole",
    "CreateGroup",
    "CreatePolicy",
    "SetDefaultPolicyVersion",
    "UpdateAssumeRolePolicy",
    "PutUserPolicy",
    "PutRolePolicy",
    "PutGroupPolicy",
    "AttachUserPolicy",
    "AttachRolePolicy",
    "AttachGroupPolicy",
    "AddUserToGroup",
    "DeleteUserPermissionsBoundary",
    "DeleteRolePermissionsBoundary",
    "CreateServiceSpecificCredential",
    "UploadSSHPublicKey",
    "UploadSigningCertificate",
    "CreateVirtualMFADevice",
    "EnableMFADevice",
    "DeactivateMFADevice",
    "CreateOpenIDConnectProvider",
    "AddClientIDToOpenIDConnectProvider",
    "CreateSAMLProvider",
    "UpdateSAMLProvider",
    "CreateInstanceProfile",
    "AddRoleToInstanceProfile",
    "CreateFunction",
    "UpdateFunctionCode",
    "AddPermission",
    "CreateFunctionUrlConfig",
    "RunInstances",
    "CreateGrant",
    "PutKeyPolicy",
    "PutBucketPolicy",
    "PutResourcePolicy",
    "CreateUserPoolClient",
    "SetIdentityPoolRoles",
    "CreateAccountAssignment",
    "CreateSchedule",
    "PutRule",
)
_KINDS: dict[str, tuple[str, str]] = {
    "userName": ("user", "user"),
    "roleName": ("role", "role"),
    "roleArn": ("role", "role"),
    "groupName": ("group", "group"),
    "policyArn": ("policy", "managed policy"),
    "policyName": ("policy", "managed policy"),
    "functionName": ("", "Lambda function"),
    "bucketName": ("", "bucket"),
    "keyId": ("", "key"),
}
_MODELS = {"user": IamUser, "role": IamRole, "group": IamGroup, "policy": ManagedPolicy}


@dataclass(frozen=True)
class MadeThing:
    """`calls`: about it, the newest first. `url`: its page; `contain_url`: where it is contained in turn; "" where the
    mirror has none of it. `keys`: the ids of access keys that were made.
    """

    calls: tuple[ShownCall, ...]
    kind: str
    name: str
    url: str = ""
    contain_url: str = ""
    is_gone: bool = False
    keys: tuple[str, ...] = ()


def is_making(call: ShownCall) -> bool:
    return not call.error and not call.reads and call.name.startswith(_MAKING)


def made_things(aws_account: AwsAccount, calls: Iterable[ShownCall]) -> list[MadeThing]:
    """What was touched last comes first. Four queries at most."""
    made = [each for each in calls if is_making(each)]
    rows = _rows(aws_account, made)
    by_thing: dict[tuple[str, str], list[ShownCall]] = {}
    for each in made:
        name = name_of(each.about) if each.about else each.name
        by_thing.setdefault((_KINDS.get(each.member, ("", ""))[1], name), []).append(each)
    return [_thing(aws_account, name, same, rows) for (_, name), same in by_thing.items()]


_Rows = dict[tuple[str, str], tuple[str, bool]]


def _rows(aws_account: AwsAccount, made: Sequence[ShownCall]) -> _Rows:
    """By kind and name: AWS's id, and whether it is gone; a live one before one that is gone."""
    found: _Rows = {}
    for kind, model in _MODELS.items():
        names = {name_of(each.about).casefold() for each in made if _KINDS.get(each.member, ("", ""))[0] == kind}
        if not names:
            continue
        rows = model._default_manager.filter(aws_account=aws_account, name_key__in=names)
        for name_key, aws_id, gone_at in rows.values_list("name_key", "aws_id", "gone_at"):
            if (kind, name_key) not in found or gone_at is None:
                found[kind, name_key] = aws_id, gone_at is not None
    return found


def _thing(aws_account: AwsAccount, name: str, calls: Sequence[ShownCall], rows: _Rows) -> MadeThing:
    kind, words = _KINDS.get(calls[0].member, ("", ""))
    made = MadeThing(tuple(calls), words, name, keys=tuple(each.made for each in calls if each.made.startswith("AKIA")))
    aws_id, is_gone = rows.get((kind, name.casefold()), ("", False))
    if not aws_id:
        return made
    address = {"account_id": aws_account.account_id, "aws_id": aws_id}
    contains = kind in ("user", "role") and not is_gone
    contain_url = reverse(f"{kind}_contain", kwargs=address) if contains else ""
    return replace(made, url=reverse(kind, kwargs=address), contain_url=contain_url, is_gone=is_gone)
