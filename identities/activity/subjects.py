"""Which users, groups, roles, policies and other objects of IAM an event is about.

The source: "Logging IAM and AWS STS API calls with AWS CloudTrail" in the IAM User Guide, and the API Reference of IAM,
whose names the records have with a small first letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from accounts.models import AwsAccount
from identities.models import IamGroup, IamRole, IamUser, InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from policies.models import ManagedPolicy
from sync.activity.records import TrailRecord
from sync.activity.subjects import EventSubject, held, inner, register_subjects

ORGANIZATIONS = "organizations.amazonaws.com"
IAM = "iam.amazonaws.com"
# By the member that names it, the first that there is: a membership is the user's, a role in a profile the profile's.
_NAMED: Mapping[str, str] = {
    "instanceProfileName": InstanceProfile.kind,
    "serverCertificateName": ServerCertificate.kind,
    "userName": IamUser.kind,
    "groupName": IamGroup.kind,
    "roleName": IamRole.kind,
}
_RENAMED: Mapping[str, str] = {"newUserName": IamUser.kind, "newGroupName": IamGroup.kind}
_BY_ARN: Mapping[str, str] = {
    "policyArn": ManagedPolicy.kind,
    "openIDConnectProviderArn": OidcProvider.kind,
    "sAMLProviderArn": SamlProvider.kind,
}
# What a call that makes something answers: the member, the kind, and the members of its id and name.
_MADE: Mapping[str, tuple[str, str, str]] = {
    "user": (IamUser.kind, "userId", "userName"),
    "group": (IamGroup.kind, "groupId", "groupName"),
    "role": (IamRole.kind, "roleId", "roleName"),
    "policy": (ManagedPolicy.kind, "policyId", "policyName"),
    "instanceProfile": (InstanceProfile.kind, "instanceProfileId", "instanceProfileName"),
}
# Who acts on themselves is named by nothing else.
_ON_ONESELF = ("ChangePassword", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "EnableMFADevice")
_SOURCES: Mapping[str, str] = {
    "CreateAccountAlias": "iam.alias",
    "DeleteAccountAlias": "iam.alias",
    "UpdateAccountPasswordPolicy": "iam.password_policy",
    "DeleteAccountPasswordPolicy": "iam.password_policy",
    "CreateVirtualMFADevice": "iam.virtual_mfa",
    "DeleteVirtualMFADevice": "iam.virtual_mfa",
}


def subjects_of_iam(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    if source := _SOURCES.get(record.name):
        yield EventSubject(source=source)
    yield from _made(record)
    for member, kind in _NAMED.items():
        name = record.text(member)
        if not name and member == "userName" and record.name in _ON_ONESELF:
            name = record.user_name
        if name:
            yield from held(aws_account, kind, name=name)
            break
    else:
        for member, kind in _BY_ARN.items():
            yield from held(aws_account, kind, arn=record.text(member))
    for member, kind in _RENAMED.items():
        yield from held(aws_account, kind, name=record.text(member))


def _made(record: TrailRecord) -> Iterator[EventSubject]:
    if not record.name.startswith("Create"):
        return
    for member, (kind, id_member, name_member) in _MADE.items():
        object_id, name = inner(record.answered, member, id_member), inner(record.answered, member, name_member)
        if object_id and name:
            yield EventSubject(kind, object_id, name=name, arn=inner(record.answered, member, "arn"))


def subjects_of_organizations(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    """AWS tells of an organization as a whole."""
    yield EventSubject(source="org.tree")


def register() -> None:
    register_subjects(IAM, subjects_of_iam)
    register_subjects(ORGANIZATIONS, subjects_of_organizations)
