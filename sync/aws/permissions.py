"""The permissions that the console's two roles need in an AWS account, each with the feature that needs it.

A new feature that makes a new call adds its row here, and with it the documents of `console_role_policy` are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal

from sync.aws.cognito_permissions import ARNS, COGNITO_PERMISSIONS
from sync.aws.permission import ALL, Permission
from sync.aws.purpose import Tier

# The parts of a role: a policy each, since AWS takes 6,144 characters, and who has no pools leaves Cognito's out.
Part = Literal["iam", "cognito"]

_PULL = "Pull users, groups, roles and policies into the mirror."
_FRESH_USER = "Read one user again, before and after a change, and tell whose credentials changed."
_FRESH_GROUP = "Read one group again, before and after a change."
_FRESH_ROLE = "Read one role again, before and after a change."
_FRESH_POLICY = "Read one managed policy again, before and after a change."
_RENAMED = "Tell what was renamed from what was deleted."
_VERSIONS = "Keep the documents of a policy's versions, which never change, as its history."
_CHECK = "Tell which permissions the console lacks, on the page that connects an AWS account."

_BEFORE = (
    "Look, just before writing, whether the object is still as the plan expects, and after it, whether AWS shows it."
)
_EDIT = "Edit a managed policy: make a new version of it."
_ATTACH = "Attach and detach managed policies."
_MEMBERS = "Add and remove members of a group."
_INLINE = "Write and delete inline policies."
_MAKE = "Make users, groups, roles and instance profiles."
_RENAME = "Rename users and groups, and move them to another path."
_PROFILES = "Put a role into an instance profile, or take it out."
_DELETE = "Delete users, groups, roles and instance profiles, when nothing depends on them any more."
_LEFT = "See, just before something is deleted, whether something else depends on it."
_TRUST = "Write the trust policy of a role."
_TAGS = "Tag users and roles."
_KEYS = "Make, switch on and off, and delete access keys, and rotate them."
_LOGINS = "Give users a password for AWS's own console, reset it, or take it away."
_DEVICES = "Give users MFA devices and take them off, make and delete virtual ones."
_UPLOADS = "Upload, switch on and off, and delete signing certificates and SSH keys."
_SERVICES = "Make, reset, switch on and off, and delete credentials for one service."
_BOUND = "Give users and roles a permissions boundary, or take it off."

_PROVIDERS = "Make, change and delete OIDC and SAML providers."
_PROFILE_TAGS = "Tag instance profiles."
_CERTIFICATES = "Upload, rename, tag and delete server certificates."
_ROOT_ACCESS = "Let an organization manage the root users of its member accounts."
_SETTINGS = "Set the account alias, the password policy and the version of STS tokens."

# The reads of single objects, which both roles need.
_SINGLE_READS: dict[str, str] = {
    "iam:GetGroup": _FRESH_GROUP,
    "iam:GetGroupPolicy": _FRESH_GROUP,
    "iam:GetPolicy": _FRESH_POLICY,
    "iam:GetPolicyVersion": _VERSIONS,
    "iam:GetRole": _FRESH_ROLE,
    "iam:GetRolePolicy": _FRESH_ROLE,
    "iam:GetUser": _FRESH_USER,
    "iam:GetUserPolicy": _FRESH_USER,
    "iam:ListAttachedGroupPolicies": _FRESH_GROUP,
    "iam:ListAttachedRolePolicies": _FRESH_ROLE,
    "iam:ListAttachedUserPolicies": _FRESH_USER,
    "iam:ListGroupPolicies": _FRESH_GROUP,
    "iam:ListGroupsForUser": _FRESH_USER,
    "iam:ListPolicyVersions": _FRESH_POLICY,
    "iam:ListRolePolicies": _FRESH_ROLE,
    "iam:ListUserPolicies": _FRESH_USER,
}

_CREDENTIALS = "Show the credentials of users: which there are, how old and in which state; never a secret."
_REPORT = "Tell when passwords were set and used, and what is true of the root user."
_CREDENTIAL_READS: dict[str, str] = {
    "iam:ListAccessKeys": _CREDENTIALS,
    "iam:GetAccessKeyLastUsed": "Tell when, where and for what access keys were last used.",
    "iam:ListMFADevices": _CREDENTIALS,
    "iam:ListVirtualMFADevices": "Tell what kind of MFA the root user has, and which virtual devices are nobody's.",
    "iam:GetLoginProfile": "Tell which users have a password for AWS's own console.",
    "iam:ListSigningCertificates": _CREDENTIALS,
    "iam:ListSSHPublicKeys": _CREDENTIALS,
    "iam:ListServiceSpecificCredentials": _CREDENTIALS,
    "iam:GenerateCredentialReport": _REPORT,
    "iam:GetCredentialReport": _REPORT,
}
# Those that changes of credentials stand on.
_CREDENTIAL_LOOKS = tuple(action for action in _CREDENTIAL_READS if "CredentialReport" not in action)
_CREDENTIAL_WRITES: dict[str, str] = {
    **{f"iam:{verb}AccessKey": _KEYS for verb in ("Create", "Update", "Delete")},
    **{f"iam:{verb}LoginProfile": _LOGINS for verb in ("Create", "Update", "Delete")},
    **{f"iam:{verb}MFADevice": _DEVICES for verb in ("Enable", "Resync", "Deactivate")},
    **{f"iam:{verb}SigningCertificate": _UPLOADS for verb in ("Upload", "Update", "Delete")},
    **{f"iam:{verb}SSHPublicKey": _UPLOADS for verb in ("Upload", "Update", "Delete")},
    **{f"iam:{verb}ServiceSpecificCredential": _SERVICES for verb in ("Create", "Reset", "Update", "Delete")},
}

# What may depend on a role, beside what the single reads above tell.
_HANGING_READS = ("iam:ListInstanceProfilesForRole",)

# What belongs to the AWS account beside its principals.
_ACCOUNT_READS: dict[str, str] = {
    "iam:ListRoles": "Show the descriptions and session lengths of roles.",
    "iam:ListInstanceProfiles": "Show instance profiles, and which role is in which.",
    "iam:GetInstanceProfile": "Show the tags of instance profiles.",
    "iam:ListOpenIDConnectProviders": "Show the OIDC providers.",
    "iam:GetOpenIDConnectProvider": "Show what each OIDC provider takes.",
    "iam:ListSAMLProviders": "Show the SAML providers.",
    "iam:GetSAMLProvider": "Show until when each SAML provider's certificate is valid.",
    "iam:ListServerCertificates": "Show the server certificates and when they expire.",
    "iam:GetServerCertificate": "Show the names, issuers and tags of server certificates.",
    "iam:ListAccountAliases": "Show the account alias, and with it the address to sign in at.",
    "iam:GetAccountPasswordPolicy": "Show the password policy.",
    "iam:ListOrganizationsFeatures": "Show whether an organization manages the root users of its members.",
    "iam:GenerateServiceLastAccessedDetails": "Ask AWS which services each user and role used last.",
    "iam:GetServiceLastAccessedDetails": "Show which services each user and role used last.",
}

_REGIONS = "Find out which Regions the AWS account has enabled: what is regional is looked for in those."
_ORGANIZATION = "Read the organization's units and accounts, from its management account or a delegate."
_CONTROL_POLICIES = "Read the control policies that bound what an AWS account's principals and resources may."
_FRESH_ORGANIZATION = "Read one object of the organization again, before it is taken for gone."
# Where the AWS account is neither the management account nor a delegate, only the first of Organizations is of use.
_AROUND_READS: dict[str, str] = {
    "account:ListRegions": _REGIONS,
    "ec2:DescribeRegions": f"{_REGIONS} The second way, where account:ListRegions is not to be had.",
    "organizations:DescribeOrganization": "Know whether the AWS account is in an organization.",
    "organizations:ListRoots": _ORGANIZATION,
    "organizations:ListOrganizationalUnitsForParent": _ORGANIZATION,
    "organizations:ListAccountsForParent": _ORGANIZATION,
    "organizations:ListPolicies": _CONTROL_POLICIES,
    "organizations:DescribePolicy": _CONTROL_POLICIES,
    "organizations:ListTargetsForPolicy": _CONTROL_POLICIES,
    "organizations:DescribeAccount": _FRESH_ORGANIZATION,
    "organizations:DescribeOrganizationalUnit": _FRESH_ORGANIZATION,
    "organizations:ListParents": _FRESH_ORGANIZATION,
}

# Of those above, what is looked at before and after a write.
_READS_BEFORE = (
    "iam:GetOpenIDConnectProvider",
    "iam:GetSAMLProvider",
    "iam:GetInstanceProfile",
    "iam:GetServerCertificate",
    "iam:ListAccountAliases",
    "iam:GetAccountPasswordPolicy",
    "iam:GetAccountSummary",
    "iam:ListOrganizationsFeatures",
)

PERMISSIONS: tuple[Permission, ...] = (
    Permission("iam:GetAccountAuthorizationDetails", _PULL, "read"),
    Permission("iam:GetAccountSummary", "Know how much there is to pull, and show its progress.", "read"),
    *(Permission(action, _RENAMED, "read") for action in ("iam:ListUsers", "iam:ListGroups")),
    *(Permission(action, feature, "read") for action, feature in _ACCOUNT_READS.items()),
    *(Permission(action, feature, "read") for action, feature in _SINGLE_READS.items()),
    *(Permission(action, feature, "read") for action, feature in _AROUND_READS.items()),
    *(Permission(action, feature, "read") for action, feature in _CREDENTIAL_READS.items()),
    Permission("iam:SimulatePrincipalPolicy", _CHECK, "read"),
    *(Permission(action, _BEFORE, "write") for action in _SINGLE_READS),
    *(Permission(action, _LEFT, "write") for action in _HANGING_READS),
    Permission("iam:ListRoles", "See which roles an AWS service has, before and after one is made for it.", "write"),
    Permission("iam:GetServiceLinkedRoleDeletionStatus", "See what became of that deletion.", "write"),
    *(Permission(action, _BEFORE, "write") for action in (*_CREDENTIAL_LOOKS, "iam:GetSSHPublicKey")),
    Permission("iam:CreatePolicyVersion", _EDIT, "write", "policy"),
    Permission("iam:DeletePolicyVersion", "Make room for a new version: AWS keeps five.", "write", "policy"),
    Permission("iam:SetDefaultPolicyVersion", "Go back to an earlier version of a managed policy.", "write", "policy"),
    Permission("iam:CreatePolicy", "Make a managed policy.", "write", "policy"),
    Permission("iam:DeletePolicy", "Delete a managed policy.", "write", "policy"),
    *(Permission(f"iam:{verb}Policy", "Tag managed policies.", "write", "policy") for verb in ("Tag", "Untag")),
    Permission("iam:AttachUserPolicy", _ATTACH, "write", "user"),
    Permission("iam:DetachUserPolicy", _ATTACH, "write", "user"),
    Permission("iam:AttachGroupPolicy", _ATTACH, "write", "group"),
    Permission("iam:DetachGroupPolicy", _ATTACH, "write", "group"),
    Permission("iam:AddUserToGroup", _MEMBERS, "write", "group"),
    Permission("iam:RemoveUserFromGroup", _MEMBERS, "write", "group"),
    Permission("iam:AttachRolePolicy", _ATTACH, "write", "role"),
    Permission("iam:DetachRolePolicy", _ATTACH, "write", "role"),
    *(Permission(f"iam:{verb}UserPolicy", _INLINE, "write", "user") for verb in ("Put", "Delete")),
    *(Permission(f"iam:{verb}GroupPolicy", _INLINE, "write", "group") for verb in ("Put", "Delete")),
    *(Permission(f"iam:{verb}RolePolicy", _INLINE, "write", "role") for verb in ("Put", "Delete")),
    *(Permission(f"iam:{verb}UserPermissionsBoundary", _BOUND, "write", "user") for verb in ("Put", "Delete")),
    *(Permission(f"iam:{verb}RolePermissionsBoundary", _BOUND, "write", "role") for verb in ("Put", "Delete")),
    *(Permission(f"iam:{verb}User", _TAGS, "write", "user") for verb in ("Tag", "Untag")),
    *(Permission(f"iam:{verb}Role", _TAGS, "write", "role") for verb in ("Tag", "Untag")),
    *(Permission(f"iam:Create{kind.title()}", _MAKE, "write", kind) for kind in ("user", "group", "role")),
    *(Permission(f"iam:Update{kind.title()}", _RENAME, "write", kind) for kind in ("user", "group")),
    Permission("iam:UpdateRole", "Set the description and the longest session of a role.", "write", "role"),
    Permission("iam:CreateServiceLinkedRole", "Make a service-linked role.", "write", "role/aws-service-role"),
    Permission("iam:DeleteServiceLinkedRole", "Ask AWS to delete a service-linked role.", "write", "role"),
    Permission("iam:CreateInstanceProfile", _MAKE, "write", "instance-profile"),
    Permission("iam:DeleteInstanceProfile", _DELETE, "write", "instance-profile"),
    Permission("iam:AddRoleToInstanceProfile", _PROFILES, "write", "instance-profile"),
    Permission("iam:RemoveRoleFromInstanceProfile", _PROFILES, "write", "instance-profile"),
    Permission("iam:PassRole", f"{_PROFILES} AWS asks for it then.", "write", "role"),
    *(Permission(f"iam:Delete{kind.title()}", _DELETE, "write", kind) for kind in ("user", "group", "role")),
    Permission("iam:UpdateAssumeRolePolicy", _TRUST, "write", "role"),
    *(Permission(action, feature, "write", "user") for action, feature in _CREDENTIAL_WRITES.items()),
    *(Permission(f"iam:{verb}VirtualMFADevice", _DEVICES, "write", "mfa") for verb in ("Create", "Delete")),
    *(Permission(action, _BEFORE, "write") for action in _READS_BEFORE),
    *(
        Permission(f"iam:{verb}OpenIDConnectProvider{what}", _PROVIDERS, "write", "oidc-provider")
        for verb, what in (
            ("Create", ""),
            ("Delete", ""),
            ("AddClientIDTo", ""),
            ("RemoveClientIDFrom", ""),
            ("Update", "Thumbprint"),
            ("Tag", ""),
            ("Untag", ""),
        )
    ),
    *(
        Permission(f"iam:{verb}SAMLProvider", _PROVIDERS, "write", "saml-provider")
        for verb in ("Create", "Update", "Delete", "Tag", "Untag")
    ),
    *(
        Permission(f"iam:{verb}InstanceProfile", _PROFILE_TAGS, "write", "instance-profile")
        for verb in ("Tag", "Untag")
    ),
    *(
        Permission(f"iam:{verb}ServerCertificate", _CERTIFICATES, "write", "server-certificate")
        for verb in ("Upload", "Update", "Delete", "Tag", "Untag")
    ),
    *(Permission(f"iam:{verb}AccountAlias", _SETTINGS, "write", ALL) for verb in ("Create", "Delete")),
    *(Permission(f"iam:{verb}AccountPasswordPolicy", _SETTINGS, "write", ALL) for verb in ("Update", "Delete")),
    Permission("iam:SetSecurityTokenServicePreferences", _SETTINGS, "write", ALL),
    *(
        Permission(f"iam:{verb}Organizations{feature}", _ROOT_ACCESS, "write", ALL)
        for feature in ("RootCredentialsManagement", "RootSessions")
        for verb in ("Enable", "Disable")
    ),
)


def permissions_of(tier: Tier, part: Part = "iam") -> list[Permission]:
    permissions = COGNITO_PERMISSIONS if part == "cognito" else PERMISSIONS
    return [permission for permission in permissions if permission.tier == tier]


def console_role_policy(tier: Tier, partition: str = "aws", part: Part = "iam") -> dict[str, Any]:
    """The least that the console's role to read, or to write, must be allowed."""
    return {"Version": "2012-10-17", "Statement": list(_statements(tier, partition, part))}


def _statements(tier: Tier, partition: str, part: Part) -> Iterator[dict[str, Any]]:
    permissions = sorted(permissions_of(tier, part), key=lambda permission: permission.on)
    for kind, group in groupby(permissions, key=lambda permission: permission.on):
        yield {
            "Sid": _sid(kind),
            "Effect": "Allow",
            "Action": [permission.action for permission in group],
            "Resource": _resource(kind, partition),
        }


def _resource(kind: str, partition: str) -> str:
    if kind in ("", ALL):
        return ALL
    return ARNS[kind].format(partition=partition) if kind in ARNS else f"arn:{partition}:iam::*:{kind}/*"


def _sid(kind: str) -> str:
    """Letters and digits only."""
    if not kind:
        return "Read"
    return f"Write{'Settings' if kind == ALL else kind.title().replace('-', '').replace('/', '')}"


def console_role_trust(tier: Tier, *, principal_arn: str, external_id: str = "") -> dict[str, Any]:
    """Who may assume the role: the console's own identity. To write, it also names the operator and the change."""
    principal = {"AWS": principal_arn}
    statements: list[dict[str, Any]] = [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]
    if external_id:
        statements[0]["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    if tier == "write":
        # A statement of its own: AWS knows the external id at sts:AssumeRole only.
        naming = ["sts:SetSourceIdentity", "sts:TagSession"]
        statements.append({"Effect": "Allow", "Principal": principal, "Action": naming})
    return {"Version": "2012-10-17", "Statement": statements}
