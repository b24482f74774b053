"""The kinds of objects that `identities` mirrors and changes, as AWS names them and as pages do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from identities.models import (
    DelegationRequest,
    IamGroup,
    IamRole,
    IamUser,
    InstanceProfile,
    OidcProvider,
    Principal,
    SamlProvider,
    ServerCertificate,
)
from objects import kinds
from objects.kinds import IamKind

_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

# Longest names: IAM API Reference, CreateUser, CreateGroup, CreateRole, CreateInstanceProfile, UploadServerCertificate.
USER = IamKind(
    model=IamUser,
    name="user",
    word="user",
    noun="User",
    resource="user",
    longest=64,
    by_get=True,
    documentation=f"{_GUIDE}id_users.html",
    icon="user",
    found_at=10,
)
GROUP = IamKind(
    model=IamGroup,
    name="group",
    word="group",
    noun="Group",
    resource="group",
    by_get=True,
    narrow=(("MaxItems", 1),),  # GetGroup lists the members, too
    documentation=f"{_GUIDE}id_groups.html",
    icon="users",
    term="group",
    found_at=20,
)
ROLE = IamKind(
    model=IamRole,
    name="role",
    word="role",
    noun="Role",
    resource="role",
    longest=64,
    by_get=True,
    documentation=f"{_GUIDE}id_roles.html",
    icon="hat-glasses",
    found_at=30,
)
OIDC = IamKind(
    model=OidcProvider,
    name="oidc_provider",
    word="OIDC provider",
    step="iam.oidc",
    noun="OpenIDConnectProvider",
    resource="oidc-provider",
    by_arn=True,
    names_have_slashes=True,
    address="identity-providers/oidc",
    documentation=f"{_GUIDE}id_roles_providers_oidc.html",
    icon="id-card",
    found_at=60,
)
SAML = IamKind(
    model=SamlProvider,
    name="saml_provider",
    word="SAML provider",
    step="iam.saml",
    noun="SAMLProvider",
    resource="saml-provider",
    by_arn=True,
    address="identity-providers/saml",
    documentation=f"{_GUIDE}id_roles_providers_saml.html",
    icon="id-card",
    found_at=61,
)
INSTANCE_PROFILE = IamKind(
    model=InstanceProfile,
    name="instance_profile",
    word="instance profile",
    noun="InstanceProfile",
    resource="instance-profile",
    by_get=True,
    tags_in="tags",
    address="instance-profiles",
    documentation=f"{_GUIDE}id_roles_use_switch-role-ec2_instance-profiles.html",
    icon="server",
    sidebar=60,
    found_at=62,
)
SERVER_CERTIFICATE = IamKind(
    model=ServerCertificate,
    name="server_certificate",
    word="server certificate",
    step="iam.server_cert",
    noun="ServerCertificate",
    resource="server-certificate",
    tags_in="certificate",
    address="account-settings/certificates",
    documentation=f"{_GUIDE}id_credentials_server-certs.html",
    icon="file-badge",
    found_at=63,
)


@dataclass(frozen=True, kw_only=True)
class DelegationRequestKind(IamKind):
    """Calls take its id, with which its ARN ends."""

    def named(self, arn: str) -> dict[str, str]:
        return {self.id_member: self.name_of(arn)}


DELEGATION_REQUEST = DelegationRequestKind(
    model=DelegationRequest,
    name="delegation_request",
    word="delegation request",
    noun="DelegationRequest",
    resource="delegation-request",
    address="delegation-requests",
    documentation=f"{_GUIDE}access_policies-temporary-delegation.html",
    icon="handshake",
    sidebar=65,
    found_at=64,
)

PRINCIPALS = (USER, GROUP, ROLE)
KINDS = (*PRINCIPALS, OIDC, SAML, INSTANCE_PROFILE, SERVER_CERTIFICATE, DELEGATION_REQUEST)
PRINCIPAL_KINDS: dict[type[Any], IamKind] = {kind.model: kind for kind in PRINCIPALS}


def kind_of(principal: Principal) -> IamKind:
    return PRINCIPAL_KINDS[type(principal)]


def register() -> None:
    kinds.register(*KINDS)
