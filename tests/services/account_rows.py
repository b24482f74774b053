"""Mirrored rows of what belongs to an AWS account beside its principals, made by the ORM: as pulls leave them."""

from __future__ import annotations

from typing import Any, TypeVar

from django.utils import timezone

from accounts.models import AwsAccount
from identities.edges import keep_trusted
from identities.models import (
    DelegationRequest,
    IamAccount,
    IamRole,
    InstanceProfile,
    OidcProvider,
    SamlProvider,
    ServerCertificate,
    ServiceLastAccessed,
)
from sync.models import MirroredRow, Run
from tests.services.rows import make_role

R = TypeVar("R", bound=MirroredRow)
SUMMARY = {"Users": 4990, "UsersQuota": 5000, "Roles": 12, "RolesQuota": 1000, "GlobalEndpointTokenVersion": 2}
SOURCES = (
    "iam.alias",
    "iam.password_policy",
    "iam.summary",
    "iam.server_certificates",
    "iam.oidc_providers",
    "iam.saml_providers",
    "iam.instance_profiles",
    "iam.delegation_requests",
    "iam.last_accessed",
    "iam.virtual_mfa",
    "iam.root_access",
)


def make(model: type[R], aws_account: AwsAccount, name: str, **fields: Any) -> R:
    usual = {"aws_id": f"ID{name}", "name_key": name, "first_seen": timezone.now()}
    made: R = model.objects.create(aws_account=aws_account, name=name, **{**usual, **fields})
    return made


def make_settings(aws_account: AwsAccount, **fields: Any) -> IamAccount:
    usual = {
        "alias": "acme",
        "summary": SUMMARY,
        "password_policy": {"MinimumPasswordLength": 8},
        "unassigned_mfa": [],
        "root_access": {"features": ["RootSessions"], "barrier": ""},
    }
    return make(IamAccount, aws_account, aws_account.account_id, **{**usual, **fields})


def ran(
    aws_account: AwsAccount, *sources: str, state: str = Run.State.DONE, error: Any = None, region: str = ""
) -> None:
    """Pulls of these sources have ended so."""
    about = {
        "aws_account": aws_account,
        "region": region,
        "state": state,
        "trigger": "schedule",
        "finished_at": timezone.now(),
    }
    for source in sources:
        Run.objects.create(source=source, error=error or {}, **about)


def fill_account(aws_account: AwsAccount, number: int) -> None:
    """Everything pulled, and so many of each kind; each provider is trusted by roles, each role used a service."""
    ran(aws_account, *SOURCES)
    make_settings(aws_account)
    for n in range(number):
        oidc = make(OidcProvider, aws_account, f"idp-{n:03}.example", arn=f"arn:aws:iam::1:oidc-provider/idp-{n:03}")
        saml = make(SamlProvider, aws_account, f"saml-{n:03}", arn=f"arn:aws:iam::1:saml-provider/saml-{n:03}")
        make(DelegationRequest, aws_account, f"provider-{n:03}", state=DelegationRequest.State.ASSIGNED)
        make(ServerCertificate, aws_account, f"certificate-{n:03}", domains=["shop.example"])
        trusted = [{"type": "Federated", "value": provider.arn} for provider in (oidc, saml)]
        role = make_role(aws_account, f"federated-{n:03}", trusted=trusted)
        make(InstanceProfile, aws_account, f"profile-{n:03}", role=role, tags={"team": "shop"})
    keep_trusted(IamRole.objects.all())
    ServiceLastAccessed.objects.bulk_create(
        ServiceLastAccessed(aws_account=aws_account, kind=role.kind, object_id=role.aws_id, service="s3")
        for role in IamRole.objects.filter(aws_account=aws_account)
    )
