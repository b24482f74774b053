"""Techniques that change IAM: policies, boundaries, groups, credentials, whom a role trusts.

What is turned on a principal may be turned on whoever does it, too, and what it takes may be held by several identities
that one person controls.
"""

from __future__ import annotations

from access.escalation.techniques import (
    NeedResource,
    ProviderByArn,
    Technique,
    TechniqueGain,
    TechniqueTarget,
    by_same,
    need,
)

_API = "IAM API Reference, {}"
ADMINISTRATOR = "arn:{p}:iam::aws:policy/AdministratorAccess"
_ANY_USER, _ANY_ROLE = "arn:{p}:iam::{a}:user/*", "arn:{p}:iam::{a}:role/*"
_ATTACHES = "attaches AdministratorAccess to {it}"
_PUTS = "gives {it} an inline policy that allows everything"
_DETACHES = "detaches policies that deny from {it}"
_DELETES = "deletes inline policies that deny from {it}"
_TAKES_OFF = "takes the permissions boundary off {it}"
_SWAPS = "swaps the permissions boundary of {it} for a policy that allows everything"


def _on(action: str, does: str, target: TechniqueTarget, gains: TechniqueGain, **context: str) -> Technique:
    needed = need(f"iam:{action}", on=NeedResource.TARGET, **context)
    return Technique(f"iam:{action}", does, (needed,), target, gains, _API.format(action))


CHANGES = (
    _on(
        "CreatePolicyVersion",
        "gives {it} a version that allows everything",
        TechniqueTarget.POLICY,
        TechniqueGain.NEW_VERSION,
    ),
    _on(
        "SetDefaultPolicyVersion",
        "puts an older version of {it} in force again",
        TechniqueTarget.POLICY,
        TechniqueGain.OLD_VERSION,
    ),
    _on("AttachUserPolicy", _ATTACHES, TechniqueTarget.USER, TechniqueGain.ANY_POLICY, iam_policyarn=ADMINISTRATOR),
    _on("AttachRolePolicy", _ATTACHES, TechniqueTarget.ROLE, TechniqueGain.ANY_POLICY, iam_policyarn=ADMINISTRATOR),
    _on("AttachGroupPolicy", _ATTACHES, TechniqueTarget.GROUP, TechniqueGain.ANY_POLICY, iam_policyarn=ADMINISTRATOR),
    _on("PutUserPolicy", _PUTS, TechniqueTarget.USER, TechniqueGain.ANY_POLICY),
    _on("PutRolePolicy", _PUTS, TechniqueTarget.ROLE, TechniqueGain.ANY_POLICY),
    _on("PutGroupPolicy", _PUTS, TechniqueTarget.GROUP, TechniqueGain.ANY_POLICY),
    _on("AddUserToGroup", "adds {whom} to {it}", TechniqueTarget.GROUP, TechniqueGain.MEMBERSHIP),
    _on("RemoveUserFromGroup", "removes {whom} from {it}", TechniqueTarget.GROUP, TechniqueGain.LEAVING),
    _on("DeleteUserPermissionsBoundary", _TAKES_OFF, TechniqueTarget.USER, TechniqueGain.NO_BOUNDARY),
    _on("DeleteRolePermissionsBoundary", _TAKES_OFF, TechniqueTarget.ROLE, TechniqueGain.NO_BOUNDARY),
    _on(
        "PutUserPermissionsBoundary",
        _SWAPS,
        TechniqueTarget.USER,
        TechniqueGain.NO_BOUNDARY,
        iam_permissionsboundary=ADMINISTRATOR,
    ),
    _on(
        "PutRolePermissionsBoundary",
        _SWAPS,
        TechniqueTarget.ROLE,
        TechniqueGain.NO_BOUNDARY,
        iam_permissionsboundary=ADMINISTRATOR,
    ),
    _on("DetachUserPolicy", _DETACHES, TechniqueTarget.USER, TechniqueGain.DETACHED),
    _on("DetachRolePolicy", _DETACHES, TechniqueTarget.ROLE, TechniqueGain.DETACHED),
    _on("DetachGroupPolicy", _DETACHES, TechniqueTarget.GROUP, TechniqueGain.DETACHED),
    _on("DeleteUserPolicy", _DELETES, TechniqueTarget.USER, TechniqueGain.DELETED),
    _on("DeleteRolePolicy", _DELETES, TechniqueTarget.ROLE, TechniqueGain.DELETED),
    _on("DeleteGroupPolicy", _DELETES, TechniqueTarget.GROUP, TechniqueGain.DELETED),
)

DELETE_KEY = need("iam:DeleteAccessKey", on=NeedResource.TARGET)
DEACTIVATE_MFA = need("iam:DeactivateMFADevice", on=NeedResource.TARGET)
_PROFILE = "arn:{p}:iam::{a}:instance-profile/*"
INTO_A_PROFILE = (
    need("iam:CreateInstanceProfile", resource=_PROFILE),
    need("iam:AddRoleToInstanceProfile", resource=_PROFILE),
    by_same(need("iam:PassRole", on=NeedResource.TARGET, iam_passedtoservice="ec2.amazonaws.com")),
)
DELETE_VERSION = need("iam:DeletePolicyVersion", on=NeedResource.TARGET)

CREDENTIALS = (
    _on("CreateAccessKey", "makes an access key of {it}", TechniqueTarget.USER, TechniqueGain.CONTROL),
    _on("CreateLoginProfile", "gives {it} a password", TechniqueTarget.USER, TechniqueGain.CONTROL),
    _on("UpdateLoginProfile", "sets the password of {it}", TechniqueTarget.USER, TechniqueGain.CONTROL),
)

ROLES = (
    Technique(
        "sts:AssumeRole",
        "assumes {it}",
        (need("sts:AssumeRole", on=NeedResource.TARGET),),
        TechniqueTarget.ROLE,
        TechniqueGain.CONTROL,
        "STS API Reference, AssumeRole",
    ),
    _on(
        "UpdateAssumeRolePolicy",
        "makes {it} trust a principal of its own, and assumes it",
        TechniqueTarget.ROLE,
        TechniqueGain.CONTROL,
    ),
)

NEW_PRINCIPALS = (
    Technique(
        "iam:CreateUser+iam:CreateAccessKey",
        "makes a user with an access key",
        (
            need("iam:CreateUser", on=NeedResource.TARGET),
            need("iam:CreateAccessKey", "iam:CreateLoginProfile", on=NeedResource.TARGET),
        ),
        TechniqueTarget.NEW_USER,
        TechniqueGain.CONTROL,
        _API.format("CreateUser"),
    ),
    Technique(
        "iam:CreateRole",
        "makes a role that trusts a principal of its own, and assumes it",
        (need("iam:CreateRole", on=NeedResource.TARGET),),
        TechniqueTarget.NEW_ROLE,
        TechniqueGain.CONTROL,
        _API.format("CreateRole"),
    ),
)


def _of_provider(
    action: str, does: str, provider: ProviderByArn, supposes: str = "", any_client: bool = False
) -> Technique:
    return Technique(
        f"iam:{action}",
        does,
        (need(f"iam:{action}", on=NeedResource.PROVIDER),),
        TechniqueTarget.ROLE_OF_PROVIDER,
        TechniqueGain.CONTROL,
        _API.format(action),
        supposes=supposes,
        provider=provider,
        any_client=any_client,
    )


PROVIDERS = (
    _of_provider(
        "UpdateSAMLProvider",
        "gives the provider that {it} trusts a signing certificate of its own, and signs in",
        ProviderByArn.SAML,
    ),
)

PROVIDERS_WITH_MORE = (
    _of_provider(
        "AddClientIDToOpenIDConnectProvider",
        "has the provider that {it} trusts take tokens of another client, and signs in with one",
        ProviderByArn.OIDC,
        "the provider issues tokens for a client of its own",
        any_client=True,
    ),
    _of_provider(
        "UpdateOpenIDConnectProviderThumbprint",
        "has AWS trust another certificate of the provider that {it} trusts, and signs tokens itself",
        ProviderByArn.OIDC,
        "AWS can be led to a server of its own in the provider’s place",
    ),
)

_SIGNS_IN = "Identity Center is managed in this AWS account, and a permission set is assigned to them here"
_SETS = "arn:{p}:sso:::permissionSet/*"
IDENTITY_CENTER = (
    Technique(
        "sso:AttachManagedPolicyToPermissionSet",
        "attaches AdministratorAccess to its permission set",
        (
            need("sso:AttachManagedPolicyToPermissionSet", resource=_SETS),
            need("sso:ProvisionPermissionSet", resource=_SETS),
        ),
        TechniqueTarget.ACCOUNT,
        TechniqueGain.ADMINISTRATOR,
        "IAM Identity Center API Reference, AttachManagedPolicyToPermissionSet",
        supposes=_SIGNS_IN,
    ),
    Technique(
        "sso:PutInlinePolicyToPermissionSet",
        "gives its permission set an inline policy that allows everything",
        (
            need("sso:PutInlinePolicyToPermissionSet", resource=_SETS),
            need("sso:ProvisionPermissionSet", resource=_SETS),
        ),
        TechniqueTarget.ACCOUNT,
        TechniqueGain.ADMINISTRATOR,
        "IAM Identity Center API Reference, PutInlinePolicyToPermissionSet",
        supposes=_SIGNS_IN,
    ),
    Technique(
        "sso:CreateAccountAssignment",
        "assigns itself an administrator’s permission set in the AWS account",
        (need("sso:CreateAccountAssignment", resource=_SETS),),
        TechniqueTarget.ACCOUNT,
        TechniqueGain.ADMINISTRATOR,
        "IAM Identity Center API Reference, CreateAccountAssignment",
        supposes="Identity Center is managed in this AWS account, and they can sign in to it",
    ),
)
