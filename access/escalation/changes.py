"""Techniques that change IAM: own policies, own boundary, the credentials of others, whom a role trusts."""

from __future__ import annotations

from access.escalation.techniques import Gains, Need, On, Provider, Target, Technique, need

_API = "IAM API Reference, {}"
_ADMINISTRATOR = "arn:{p}:iam::aws:policy/AdministratorAccess"


def _own(
    action: str, on: On, does: str, gains: Gains = Gains.ANY_POLICY, users_only: bool = False, roles_only: bool = False
) -> Technique:
    attaches = action.startswith("Attach")
    needed = need(f"iam:{action}", on=on, iam_policyarn=_ADMINISTRATOR) if attaches else need(f"iam:{action}", on=on)
    return Technique(
        f"iam:{action}", does, (needed,), Target.ITSELF, gains, _API.format(action),
        users_only=users_only, roles_only=roles_only,
    )  # fmt: skip


OWN_POLICIES = (
    _own("CreatePolicyVersion", On.OWN_POLICY, "gives one of its own policies a version that allows everything"),
    _own("AttachUserPolicy", On.ITSELF, "attaches AdministratorAccess to itself", users_only=True),
    _own("AttachRolePolicy", On.ITSELF, "attaches AdministratorAccess to itself", roles_only=True),
    _own("AttachGroupPolicy", On.OWN_GROUP, "attaches AdministratorAccess to a group that it is in", users_only=True),
    _own("PutUserPolicy", On.ITSELF, "gives itself an inline policy that allows everything", users_only=True),
    _own("PutRolePolicy", On.ITSELF, "gives itself an inline policy that allows everything", roles_only=True),
    _own("PutGroupPolicy", On.OWN_GROUP, "gives a group that it is in an inline policy that allows everything",
         users_only=True),
)  # fmt: skip

OLD_VERSIONS = (
    _own(
        "SetDefaultPolicyVersion", On.OWN_POLICY, "puts an older version of one of its own policies in force again",
        Gains.OLD_POLICY,
    ),
)  # fmt: skip

OWN_BOUNDARY = (
    _own("DeleteUserPermissionsBoundary", On.ITSELF, "takes off its boundary", Gains.NO_BOUNDARY, users_only=True),
    _own("DeleteRolePermissionsBoundary", On.ITSELF, "takes off its boundary", Gains.NO_BOUNDARY, roles_only=True),
    _own("PutUserPermissionsBoundary", On.ITSELF, "swaps its boundary for a policy that allows everything",
         Gains.NO_BOUNDARY, users_only=True),
    _own("PutRolePermissionsBoundary", On.ITSELF, "swaps its boundary for a policy that allows everything",
         Gains.NO_BOUNDARY, roles_only=True),
    Technique(
        "iam:CreatePolicyVersion (boundary)", "gives the policy that is its boundary a version that allows everything",
        (need("iam:CreatePolicyVersion", on=On.OWN_BOUNDARY),), Target.ITSELF, Gains.NO_BOUNDARY,
        _API.format("CreatePolicyVersion"),
    ),
)  # fmt: skip

GROUPS = (
    Technique(
        "iam:AddUserToGroup", "adds itself to the group", (need("iam:AddUserToGroup", on=On.TARGET),), Target.GROUP,
        Gains.GROUP, _API.format("AddUserToGroup"), users_only=True,
    ),
)  # fmt: skip

DELETE_KEY = need("iam:DeleteAccessKey", on=On.TARGET)
DEACTIVATE_MFA = need("iam:DeactivateMFADevice", on=On.TARGET)


def _of_user(action: str, does: str) -> Technique:
    return Technique(
        f"iam:{action}", does, (need(f"iam:{action}", on=On.TARGET),), Target.USER, Gains.TARGET, _API.format(action)
    )


CREDENTIALS = (
    _of_user("CreateAccessKey", "makes an access key of the user"),
    _of_user("CreateLoginProfile", "gives the user a password"),
    _of_user("UpdateLoginProfile", "sets the password of the user"),
)

_ASSUME = need("sts:AssumeRole", on=On.TARGET)


def _of_role(name: str, does: str, needs: tuple[Need, ...], gains: Gains, source: str) -> Technique:
    return Technique(name, does, needs, Target.ROLE, gains, source)


ROLES = (
    _of_role("sts:AssumeRole", "assumes the role", (_ASSUME,), Gains.TARGET, "STS API Reference, AssumeRole"),
    _of_role(
        "iam:UpdateAssumeRolePolicy", "makes the role trust it, and assumes it",
        (need("iam:UpdateAssumeRolePolicy", on=On.TARGET),), Gains.TARGET, _API.format("UpdateAssumeRolePolicy"),
    ),
)  # fmt: skip


def _of_provider(action: str, does: str, provider: Provider, supposes: str = "", any_client: bool = False) -> Technique:
    return Technique(
        f"iam:{action}", does, (need(f"iam:{action}", on=On.PROVIDER),), Target.ROLE_OF_PROVIDER, Gains.TARGET,
        _API.format(action), supposes=supposes, provider=provider, any_client=any_client,
    )  # fmt: skip


PROVIDERS = (
    _of_provider(
        "UpdateSAMLProvider", "gives the provider that the role trusts a signing certificate of its own, and signs in",
        Provider.SAML,
    ),
)  # fmt: skip

PROVIDERS_WITH_MORE = (
    _of_provider(
        "AddClientIDToOpenIDConnectProvider",
        "has the provider that the role trusts take tokens of another client, and signs in with one",
        Provider.OIDC, "the provider issues tokens for a client of its own", any_client=True,
    ),
    _of_provider(
        "UpdateOpenIDConnectProviderThumbprint",
        "has AWS trust another certificate of the provider that the role trusts, and signs tokens itself",
        Provider.OIDC, "AWS can be led to a server of its own in the provider’s place",
    ),
)  # fmt: skip

ROLES_WITH_ANY_POLICY = (
    _of_role(
        "iam:AttachRolePolicy+sts:AssumeRole", "attaches AdministratorAccess to a role that it may assume",
        (need("iam:AttachRolePolicy", on=On.TARGET, iam_policyarn=_ADMINISTRATOR), _ASSUME),
        Gains.TARGET_WITH_ANY_POLICY, _API.format("AttachRolePolicy"),
    ),
    _of_role(
        "iam:PutRolePolicy+sts:AssumeRole", "gives a role that it may assume an inline policy that allows everything",
        (need("iam:PutRolePolicy", on=On.TARGET), _ASSUME), Gains.TARGET_WITH_ANY_POLICY, _API.format("PutRolePolicy"),
    ),
)  # fmt: skip
