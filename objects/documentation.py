"""The pages of AWS's documentation about the kinds of objects that have a page here, by the name of the kind."""

from __future__ import annotations

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_COGNITO = "https://docs.aws.amazon.com/cognito/latest/developerguide/"
_ORGANIZATIONS = "https://docs.aws.amazon.com/organizations/latest/userguide/"

PAGES = {
    "user": f"{_IAM}id_users.html",
    "group": f"{_IAM}id_groups.html",
    "role": f"{_IAM}id_roles.html",
    "policy": f"{_IAM}access_policies.html",
    "oidc_provider": f"{_IAM}id_roles_providers_oidc.html",
    "saml_provider": f"{_IAM}id_roles_providers_saml.html",
    "instance_profile": f"{_IAM}id_roles_use_switch-role-ec2_instance-profiles.html",
    "server_certificate": f"{_IAM}id_credentials_server-certs.html",
    "control_policy": f"{_ORGANIZATIONS}orgs_manage_policies_authorization_policies.html",
    "cognito_pool": f"{_COGNITO}cognito-user-pools.html",
    "cognito_user": f"{_COGNITO}managing-users.html",
    "identity_pool": f"{_COGNITO}identity-pools.html",
}
