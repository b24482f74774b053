"""The kinds of objects that belong to an AWS account beside its principals, as operations name them."""

from __future__ import annotations

from identities.models import InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from objects.operations.objects import KindOfObject

OIDC = KindOfObject("oidc", "OIDC provider", "OpenIDConnectProvider", "oidc-provider", OidcProvider, by_arn=True)
SAML = KindOfObject("saml", "SAML provider", "SAMLProvider", "saml-provider", SamlProvider, by_arn=True)
PROFILE = KindOfObject(
    "instance_profile",
    "instance profile",
    "InstanceProfile",
    "instance-profile",
    InstanceProfile,
    by_arn=False,
    tags_in="tags",
)
CERTIFICATE = KindOfObject(
    "server_cert",
    "server certificate",
    "ServerCertificate",
    "server-certificate",
    ServerCertificate,
    by_arn=False,
    tags_in="certificate",
)
