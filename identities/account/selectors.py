"""Questions about what belongs to an AWS account beside its principals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page
from identities.account.settings import RootAccessMirror
from identities.models import (
    IamAccount,
    IamRole,
    InstanceProfile,
    OidcProvider,
    Principal,
    SamlProvider,
    ServerCertificate,
    ServiceLastAccessed,
    TrustedPrincipal,
)
from sync.models import Facet
from sync.selectors import SourceCoverage

_FEDERATED = "Federated"  # as trust policies call the principals that are providers

# "AWS Sign-In endpoints": where users of an AWS account sign in, by partition.
_SIGN_IN = {
    AwsAccount.Partition.AWS: "signin.aws.amazon.com",
    AwsAccount.Partition.CHINA: "signin.amazonaws.cn",
    AwsAccount.Partition.GOV: "signin.amazonaws-us-gov.com",
}


@once_a_page
def settings_of(aws_account: AwsAccount) -> Any:
    """Its IamAccount, with when its summary was read (`summary_read_at`), and why AWS doesn't tell of centralised root
    access (`no_root_access`; "" where it does, None before it was asked); None before it was ever pulled."""
    facets = Facet.objects.filter(aws_account=OuterRef("aws_account"), kind=IamAccount.kind)
    rows = IamAccount.objects.filter(aws_account=aws_account).select_related("aws_account")
    return rows.annotate(
        summary_read_at=Subquery(facets.filter(source="summary").values("read_at")[:1]),
        no_root_access=Subquery(facets.filter(source=RootAccessMirror.source).values("coverage_why")[:1]),
    ).first()


def root_access_coverage(settings: Any, source: SourceCoverage) -> SourceCoverage:
    """Of centralised root access. `settings`: as `settings_of` has them; `source`: as its pulls ended."""
    if settings is None or not settings.no_root_access:
        return source
    return SourceCoverage("unsupported", source.at if settings.root_access else None, settings.no_root_access)


def sign_in_address(aws_account: AwsAccount, alias: str) -> str:
    host = _SIGN_IN[AwsAccount.Partition(aws_account.partition)]
    return f"https://{alias or aws_account.account_id}.{host}/console"


# ---- Quotas --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class QuotaUsage:
    """How much of a quota is used."""

    title: str
    used: int
    limit: int

    @property
    def is_near(self) -> bool:
        return self.used >= 0.8 * self.limit

    @property
    def is_full(self) -> bool:
        return self.used >= self.limit


_QUOTAS = {
    "Users": "Users",
    "Groups": "Groups",
    "Roles": "Roles",
    "Policies": "Customer-managed policies",
    "PolicyVersionsInUse": "Versions of policies",
    "InstanceProfiles": "Instance profiles",
    "ServerCertificates": "Server certificates",
}
_LIMITS = {
    "AttachedPoliciesPerUserQuota": "Managed policies per user",
    "AttachedPoliciesPerGroupQuota": "Managed policies per group",
    "AttachedPoliciesPerRoleQuota": "Managed policies per role",
    "GroupsPerUserQuota": "Groups per user",
    "AccessKeysPerUserQuota": "Access keys per user",
    "VersionsPerPolicyQuota": "Versions per policy",
    "PolicySizeQuota": "Characters of a managed policy",
    "UserPolicySizeQuota": "Characters of a user’s inline policies",
    "GroupPolicySizeQuota": "Characters of a group’s inline policies",
    "RolePolicySizeQuota": "Characters of a role’s inline policies",
    "AssumeRolePolicySizeQuota": "Characters of a trust policy",
}


def quotas(summary: dict[str, int]) -> list[QuotaUsage]:
    """Of the AWS account as a whole."""
    return [
        QuotaUsage(title, summary.get(name, 0), summary[f"{name}Quota"])
        for name, title in _QUOTAS.items()
        if f"{name}Quota" in summary
    ]


def limits(summary: dict[str, int]) -> list[tuple[str, int]]:
    """Of each object."""
    return [(title, summary[name]) for name, title in _LIMITS.items() if name in summary]


# ---- Providers, profiles, certificates -----------------------------------------------------------------------
def oidc_providers(aws_account: AwsAccount) -> QuerySet[Any]:
    return OidcProvider.objects.filter(aws_account=aws_account)


def saml_providers(aws_account: AwsAccount) -> QuerySet[Any]:
    return SamlProvider.objects.filter(aws_account=aws_account).defer("metadata")


def instance_profiles(aws_account: AwsAccount) -> QuerySet[Any]:
    return InstanceProfile.objects.filter(aws_account=aws_account).select_related("role")


def server_certificates(aws_account: AwsAccount) -> QuerySet[Any]:
    return ServerCertificate.objects.filter(aws_account=aws_account)


def profiles_of(role: IamRole) -> QuerySet[Any]:
    return InstanceProfile.objects.live().filter(role=role).order_by("name_key")


def roles_trusting(provider: OidcProvider | SamlProvider) -> QuerySet[Any]:
    """The roles whose trust policy names the provider. They stop to work when it is deleted."""
    named = TrustedPrincipal.objects.filter(type=_FEDERATED, value=provider.arn)
    roles = IamRole.objects.live().filter(pk__in=named.values("role"), aws_account=provider.aws_account_id)
    return roles.order_by("name_key")


def trusting_roles(aws_account: AwsAccount, arns: Iterable[str]) -> dict[str, list[IamRole]]:
    """The roles that trust each of these providers, by its ARN."""
    named = TrustedPrincipal.objects.filter(
        type=_FEDERATED, value__in=list(arns), role__aws_account=aws_account, role__gone_at__isnull=True
    )
    found: dict[str, list[IamRole]] = defaultdict(list)
    for principal in named.select_related("role").order_by("role__name_key"):
        found[principal.value].append(principal.role)
    return found


# ---- Service last accessed -----------------------------------------------------------------------------------
def services_of(principal: Principal) -> QuerySet[ServiceLastAccessed]:
    """The services that its policies allow something of, the last used first."""
    return ServiceLastAccessed.objects.filter(
        aws_account=principal.aws_account_id, kind=principal.kind, object_id=principal.aws_id
    ).order_by(F("at").desc(nulls_last=True), "service_name")


def facet_of(principal: Principal, facet: str) -> Facet | None:
    return Facet.objects.filter(
        aws_account=principal.aws_account_id,
        region=principal.region,
        kind=principal.kind,
        object_id=principal.aws_id,
        source=facet,
    ).first()
