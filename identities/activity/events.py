"""What IAM's calls ask for, by their records in CloudTrail: which content a user, group, role or policy then has.

The source: "Logging IAM and AWS STS API calls with AWS CloudTrail" in the IAM User Guide, and the API Reference of IAM,
whose names the records have with a small first letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aws_constraints.arn import name_of
from identities.activity import subjects
from identities.models import IamGroup, IamRole, IamUser
from policies import documents
from policies.models import ManagedPolicy
from sync.activity import matching
from sync.activity.matching import ANYTHING, GONE, MADE, Effect, Effects, KindOfEvents, SeenChange
from sync.activity.records import TrailRecord

IAM = "iam.amazonaws.com"
_MADE_WITH = frozenset(
    {"name", "path", "arn", "tags", "trust", "boundary", "attachable", "default_version", "versions"}
)
_CREDENTIALS = ("keys", "mfa", "login", "certificates", "ssh_keys", "service_credentials")


def canonical(text: str) -> str:
    """As content refers to a document with that text."""
    return documents.refer(text, {})["canonical"]


# ---- Users, groups, roles ------------------------------------------------------------------------------------
Asked = Callable[[TrailRecord], Effects]


def _tags(record: TrailRecord) -> Effects:
    said = record.asked.get("tags")
    pairs = said if isinstance(said, list) else []
    return {
        ("tags", str(each.get("key"))): each.get("value")
        for each in pairs
        if isinstance(each, Mapping) and "key" in each
    }


def _untagged(record: TrailRecord) -> Effects:
    keys = record.asked.get("tagKeys")
    return {("tags", str(key)): None for key in keys} if isinstance(keys, list) else {}


def _made(record: TrailRecord) -> Effects:
    boundary = record.text("permissionsBoundary")
    return {MADE: True, **_tags(record), **({("boundary", ""): boundary} if boundary else {})}


def _updated(record: TrailRecord) -> Effects:
    """UpdateUser and UpdateGroup: a new name, a new path."""
    new = {"name": record.text("newUserName") or record.text("newGroupName"), "path": record.text("newPath")}
    return {(part, ""): value for part, value in new.items() if value}


def _role_updated(record: TrailRecord) -> Effects:
    asked = record.asked
    found: dict[Effect, Any] = {}
    if "description" in asked:
        found["description", ""] = asked["description"]
    if str(asked.get("maxSessionDuration", "")).isdecimal():
        found["max_session_s", ""] = int(asked["maxSessionDuration"])
    return found


def _inline(record: TrailRecord) -> Effects:
    return {("inline", record.text("policyName")): canonical(record.text("policyDocument"))}


# By the ends of calls' names, of which one is for users, one for groups, one for roles.
_OF_PRINCIPALS: Mapping[str, Asked] = {
    "Create{}": _made,
    "Delete{}": lambda record: {GONE: True},
    "Update{}": _updated,
    "Attach{}Policy": lambda record: {("attached", record.text("policyArn")): True},
    "Detach{}Policy": lambda record: {("attached", record.text("policyArn")): False},
    "Put{}Policy": _inline,
    "Delete{}Policy": lambda record: {("inline", record.text("policyName")): None},
    "Put{}PermissionsBoundary": lambda record: {("boundary", ""): record.text("permissionsBoundary")},
    "Delete{}PermissionsBoundary": lambda record: {("boundary", ""): ""},
    "Tag{}": _tags,
    "Untag{}": _untagged,
}
_OF_USERS: Mapping[str, Asked] = {
    "AddUserToGroup": lambda record: {("groups", record.text("groupName")): True},
    "RemoveUserFromGroup": lambda record: {("groups", record.text("groupName")): False},
}
_OF_ROLES: Mapping[str, Asked] = {
    "UpdateAssumeRolePolicy": lambda record: {("trust", ""): canonical(record.text("policyDocument"))},
    "UpdateRole": _role_updated,
    "UpdateRoleDescription": _role_updated,
    "CreateServiceLinkedRole": _made,
    "DeleteServiceLinkedRole": lambda record: {GONE: True},
}


def _principal_events(noun: str, more: Mapping[str, Asked], **about: Any) -> KindOfEvents:
    calls = {pattern.format(noun): asked for pattern, asked in _OF_PRINCIPALS.items()} | dict(more)
    member = f"{noun[0].lower()}{noun[1:]}Name"

    def read(record: TrailRecord, change: SeenChange) -> Effects:
        asked = calls.get(record.name)
        if asked is None or not _is_about(record, member, change):
            return {}
        return asked(record)

    return KindOfEvents(IAM, read, ask_by=lambda change: change.names, made_with=_MADE_WITH, **about)


def _is_about(record: TrailRecord, member: str, change: SeenChange) -> bool:
    """By its name; and by AWS's id where the answer has it: another one of that name may have been there before."""
    thing = member.removesuffix("Name")
    answered = record.answered.get(thing)
    made_id = answered.get(f"{thing}Id") if isinstance(answered, Mapping) else None
    if made_id is not None:
        return bool(made_id == change.object_id)
    return record.text(member) in change.names


# ---- Credentials of users ------------------------------------------------------------------------------------
_CREDENTIAL_CALLS: Mapping[str, Sequence[str]] = {
    "keys": ("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"),
    "mfa": ("EnableMFADevice", "DeactivateMFADevice", "ResyncMFADevice"),
    "login": ("CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile", "ChangePassword"),
    "certificates": ("UploadSigningCertificate", "UpdateSigningCertificate", "DeleteSigningCertificate"),
    "ssh_keys": ("UploadSSHPublicKey", "UpdateSSHPublicKey", "DeleteSSHPublicKey"),
    "service_credentials": (
        "CreateServiceSpecificCredential",
        "UpdateServiceSpecificCredential",
        "DeleteServiceSpecificCredential",
        "ResetServiceSpecificCredential",
    ),
}
_CREDENTIAL_ID = {
    "keys": "accessKeyId",
    "mfa": "serialNumber",
    "certificates": "certificateId",
    "ssh_keys": "sSHPublicKeyId",
    "service_credentials": "serviceSpecificCredentialId",
}


def _read_credentials(record: TrailRecord, change: SeenChange) -> Effects:
    """Of one credential that changed, by its id; that of a password has none."""
    if record.name not in _CREDENTIAL_CALLS[change.facet] or record.user_name not in change.names:
        return {}
    changed = [effect for effect in change.effects if effect[0] == change.facet]
    if change.facet == "login":
        return dict.fromkeys(changed, ANYTHING)
    said = set(_ids_in(record, _CREDENTIAL_ID[change.facet]))
    return {effect: ANYTHING for effect in changed if effect[1] in said}


def _ids_in(record: TrailRecord, member: str) -> Iterable[str]:
    folded = member.casefold()
    for said in (record.asked, *(each for each in record.answered.values() if isinstance(each, Mapping))):
        yield from (str(value) for name, value in said.items() if name.casefold() == folded)


# ---- Managed policies ----------------------------------------------------------------------------------------
def _version_in(record: TrailRecord) -> str:
    answered = record.answered.get("policyVersion")
    return str(answered.get("versionId") or "") if isinstance(answered, Mapping) else ""


def _version_made(record: TrailRecord) -> Effects:
    version = _version_in(record)
    found: dict[Effect, Any] = {("versions", version): canonical(record.text("policyDocument"))}
    if record.asked.get("setAsDefault") in (True, "true"):
        found["default_version", ""] = version
    return found


_OF_POLICIES: Mapping[str, Asked] = {
    "CreatePolicy": lambda record: {MADE: True, **_tags(record)},
    "DeletePolicy": lambda record: {GONE: True},
    "CreatePolicyVersion": _version_made,
    "SetDefaultPolicyVersion": lambda record: {("default_version", ""): record.text("versionId")},
    "DeletePolicyVersion": lambda record: {("versions", record.text("versionId")): None},
    "TagPolicy": _tags,
    "UntagPolicy": _untagged,
}


def _read_policies(record: TrailRecord, change: SeenChange) -> Effects:
    asked, answered = _OF_POLICIES.get(record.name), record.answered.get("policy")
    if asked is None:
        return {}
    if record.name == "CreatePolicy" and isinstance(answered, Mapping):
        return asked(record) if answered.get("policyId") == change.object_id else {}
    return asked(record) if name_of(record.text("policyArn")) in change.names else {}


def _policy_arns(change: SeenChange) -> Sequence[str]:
    return (change.arn,) if change.arn else change.names


# ---- Settings of the AWS account -----------------------------------------------------------------------------
def _read_alias(record: TrailRecord, change: SeenChange) -> Effects:
    if record.name == "DeleteAccountAlias":
        return {("alias", ""): ""}
    return {("alias", ""): record.text("accountAlias")} if record.name == "CreateAccountAlias" else {}


def _read_password_policy(record: TrailRecord, change: SeenChange) -> Effects:
    is_about = record.name in ("UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy")
    return dict.fromkeys(change.effects, ANYTHING) if is_about else {}


# ---- All of them ---------------------------------------------------------------------------------------------
def register() -> None:
    subjects.register()
    follows = frozenset({"arn"})
    details = ("details", "settings")
    matching.register(IamUser.kind, details, _principal_events("User", _OF_USERS, follows=follows))
    matching.register(IamGroup.kind, details, _principal_events("Group", {}, follows=follows))
    matching.register(IamRole.kind, details, _principal_events("Role", _OF_ROLES, follows=follows))
    credentials = KindOfEvents(IAM, _read_credentials, ask_by=lambda change: change.names)
    matching.register(IamUser.kind, _CREDENTIALS, credentials)
    policies = KindOfEvents(IAM, _read_policies, ask_by=_policy_arns, follows=follows, made_with=_MADE_WITH)
    matching.register(ManagedPolicy.kind, details, policies)
    matching.register("iam.account", ("alias",), KindOfEvents(IAM, _read_alias))
    matching.register("iam.account", ("password_policy",), KindOfEvents(IAM, _read_password_policy))
    matching.register_services("iam.", IAM)
    matching.register_services("org.", "organizations.amazonaws.com")
