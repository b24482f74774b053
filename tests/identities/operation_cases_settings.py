"""One row for each operation on policies, providers, certificates and settings: set up, step, what AWS then shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from django.db import transaction
from django.utils import timezone

from accounts.models import Operator
from identities.kinds import INSTANCE_PROFILE, OIDC, SAML, SERVER_CERTIFICATE
from identities.models import DelegationRequest, InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from identities.operations import (
    add_client_id,
    create_oidc,
    create_saml,
    delete_alias,
    delete_password_policy,
    reject_request,
    remove_client_id,
    rename_certificate,
    set_alias,
    set_password_policy,
    set_thumbprints,
    set_token_version,
    update_saml,
    upload_certificate,
)
from objects.kinds import IamKind
from objects.operations.existence import delete
from objects.operations.tags import tag, untag
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy, delete_policy
from sync import mirror
from sync.aws.client import reader
from sync.models import MirroredRow
from sync.object_ref import ObjectRef
from sync.operations import StepSpec
from sync.sealed import keep_typed
from tests.services.certificates import certificate, saml_metadata
from tests.services.delegation import request_access
from tests.services.pulling import pulled
from tests.services.statements import reports_policy
from tests.services.world import World

READ = reports_policy("s3:GetObject")
TAGS = [{"Key": "team", "Value": "reports"}]


@dataclass(frozen=True)
class Case:
    """`shows` is asked of AWS before the step, after it (`leaves`), and after its reverse.

    A pull of the `sources` right after the step finds nothing that somebody else did. `stays`: why there is no reverse.
    """

    kind: str
    arrange: Callable[[World], Any]
    step: Callable[[World, Any], StepSpec]
    shows: Callable[[World, Any], object]
    leaves: object
    sources: tuple[str, ...] = ("iam.details",)
    stays: str = ""


def held(world: World, model: type[MirroredRow], name: str, arn: str, *facets: str) -> Any:
    """The row, after what AWS has now is mirrored, in these facets too."""
    for facet in ("details", *facets):
        ref = ObjectRef(model.kind, "", name, arn, facet=facet)
        requested_at = timezone.now()
        item = mirror.mirror_of(model.kind, facet).read_one(reader(world.aws_account), ref)
        with transaction.atomic():
            mirror.store_one(world.aws_account, ref, item, requested_at=requested_at, step=None)
    return model.objects.get(aws_account=world.aws_account, arn=arn, gone_at=None)


def tags_of(answer: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or ()}


# ---- Managed policies ----------------------------------------------------------------------------------------
def a_policy(world: World) -> ManagedPolicy:
    made = world.iam.create_policy(
        PolicyName="reports-read", Path="/apps/", PolicyDocument=READ, Description="Reads", Tags=TAGS
    )
    policy: ManagedPolicy = held(world, ManagedPolicy, "reports-read", made["Policy"]["Arn"], "settings")
    return policy


def shown_policy(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_policy(PolicyArn=arn)["Policy"]
    except ClientError:
        return None
    version = world.iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return found.get("Description", ""), version["Document"], tags_of(found)


POLICIES = (
    Case(
        "iam.policy.create",
        lambda world: POLICY.arn_of(world.aws_account, "reports-read", "/apps/"),
        lambda world, arn: create_policy(arn, READ, "Reads"),
        shown_policy,
        ("Reads", json.loads(READ), {}),
        ("iam.details", "iam.policy_settings"),
    ),
    Case(
        "iam.policy.delete",
        a_policy,
        lambda world, policy: delete_policy(policy.arn),
        lambda world, policy: shown_policy(world, policy.arn),
        None,
    ),
    Case(
        "iam.policy.tag",
        a_policy,
        lambda world, policy: tag(POLICY, policy.arn, "team", "billing"),
        lambda world, policy: tags_of(world.iam.get_policy(PolicyArn=policy.arn)["Policy"]),
        {"team": "billing"},
        ("iam.details", "iam.policy_settings"),
    ),
    Case(
        "iam.policy.untag",
        a_policy,
        lambda world, policy: untag(POLICY, policy.arn, "team"),
        lambda world, policy: tags_of(world.iam.get_policy(PolicyArn=policy.arn)["Policy"]),
        {},
        ("iam.details", "iam.policy_settings"),
    ),
)


# ---- Tags of the other kinds ---------------------------------------------------------------------------------
def shown_tags(world: World, row: Any) -> dict[str, str]:
    iam = world.iam
    asked: dict[type[MirroredRow], Callable[[], Any]] = {
        OidcProvider: lambda: iam.get_open_id_connect_provider(OpenIDConnectProviderArn=row.arn),
        SamlProvider: lambda: iam.get_saml_provider(SAMLProviderArn=row.arn),
        InstanceProfile: lambda: iam.get_instance_profile(InstanceProfileName=row.name)["InstanceProfile"],
        ServerCertificate: lambda: iam.get_server_certificate(ServerCertificateName=row.name)["ServerCertificate"],
    }
    return tags_of(asked[type(row)]())


def tag_cases(of: IamKind, arrange: Callable[[World], Any], source: str) -> tuple[Case, ...]:
    return (
        Case(
            of.step_kind("tag"),
            arrange,
            lambda world, row: tag(of, row.arn, "Cost", "42"),
            shown_tags,
            {"team": "reports", "Cost": "42"},
            (source,),
        ),
        Case(of.step_kind("untag"), arrange, lambda world, row: untag(of, row.arn, "team"), shown_tags, {}, (source,)),
    )


# ---- Providers -----------------------------------------------------------------------------------------------
THUMBPRINTS = ("a" * 40, "0" * 40)
METADATA, NEWER = saml_metadata(), saml_metadata(certificate_days=700)


def an_oidc(world: World) -> Any:
    url = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
    made = world.iam.create_open_id_connect_provider(
        Url=url, ClientIDList=["sts.amazonaws.com", "a"], ThumbprintList=["b" * 40], Tags=TAGS
    )
    return held(world, OidcProvider, url.removeprefix("https://"), made["OpenIDConnectProviderArn"])


def oidc_arn(world: World) -> str:
    return f"arn:aws:iam::{world.aws_account.account_id}:oidc-provider/token.example.org/ci"


def shown_oidc(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    except ClientError:
        return None
    return found["Url"], sorted(found["ClientIDList"]), sorted(found["ThumbprintList"]), tags_of(found)


def oidc_case(verb: str, step: Callable[[str], StepSpec], part: int, leaves: object) -> Case:
    """`part`: which of what `shown_oidc` tells."""
    return Case(
        f"iam.oidc.{verb}",
        an_oidc,
        lambda world, row: step(row.arn),
        lambda world, row: shown_oidc(world, row.arn)[part],
        leaves,
        ("iam.oidc_providers",),
    )


def a_saml(world: World) -> Any:
    made = world.iam.create_saml_provider(Name="okta", SAMLMetadataDocument=METADATA, Tags=TAGS)
    return held(world, SamlProvider, "okta", made["SAMLProviderArn"])


def shown_saml(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_saml_provider(SAMLProviderArn=arn)
    except ClientError:
        return None
    return found["SAMLMetadataDocument"], tags_of(found)


PROVIDERS = (
    Case(
        "iam.oidc.create",
        oidc_arn,
        lambda world, arn: create_oidc(world.aws_account, "https://token.example.org/ci", ["a"], THUMBPRINTS),
        shown_oidc,
        ("token.example.org/ci", ["a"], sorted(THUMBPRINTS), {}),
        ("iam.oidc_providers",),
    ),
    Case(
        "iam.oidc.delete",
        an_oidc,
        lambda world, row: delete(OIDC, row.arn),
        lambda world, row: shown_oidc(world, row.arn),
        None,
        ("iam.oidc_providers",),
    ),
    oidc_case("client_id.add", lambda arn: add_client_id(arn, "b"), 1, ["a", "b", "sts.amazonaws.com"]),
    oidc_case("client_id.remove", lambda arn: remove_client_id(arn, "a"), 1, ["sts.amazonaws.com"]),
    oidc_case("thumbprints", lambda arn: set_thumbprints(arn, THUMBPRINTS), 2, sorted(THUMBPRINTS)),
    Case(
        "iam.saml.create",
        lambda world: f"arn:aws:iam::{world.aws_account.account_id}:saml-provider/okta",
        lambda world, arn: create_saml(world.aws_account, "okta", METADATA),
        shown_saml,
        (METADATA, {}),
        ("iam.saml_providers",),
    ),
    Case(
        "iam.saml.update",
        a_saml,
        lambda world, row: update_saml(row.arn, NEWER),
        lambda world, row: shown_saml(world, row.arn)[0],
        NEWER,
        ("iam.saml_providers",),
    ),
    Case(
        "iam.saml.delete",
        a_saml,
        lambda world, row: delete(SAML, row.arn),
        lambda world, row: shown_saml(world, row.arn),
        None,
        ("iam.saml_providers",),
    ),
    *tag_cases(OIDC, an_oidc, "iam.oidc_providers"),
    *tag_cases(SAML, a_saml, "iam.saml_providers"),
)


# ---- Server certificates, instance profiles ------------------------------------------------------------------
CERTIFICATE_SOURCES = ("iam.server_certificates", "iam.server_certificate_bodies")


def a_certificate(world: World) -> Any:
    made = certificate("shop.example.org")
    answer = world.iam.upload_server_certificate(
        ServerCertificateName="shop", Path="/web/", CertificateBody=made.pem, PrivateKey=made.key, Tags=TAGS
    )
    return held(world, ServerCertificate, "shop", answer["ServerCertificateMetadata"]["Arn"], "certificate")


def typed_key(world: World) -> str:
    key = certificate("shop.example.org").key
    return keep_typed(key, name="Private key", aws_account=world.aws_account, operator=Operator.objects.get())


def upload(world: World, arn: str) -> StepSpec:
    return upload_certificate(arn, certificate("shop.example.org").pem, typed_key(world))


def shown_certificates(world: World, _: Any) -> list[str]:
    listed = world.iam.list_server_certificates()["ServerCertificateMetadataList"]
    return [f"{found['Path']}{found['ServerCertificateName']}" for found in listed]


def a_profile(world: World) -> Any:
    made = world.iam.create_instance_profile(InstanceProfileName="web", Tags=TAGS)
    return held(world, InstanceProfile, "web", made["InstanceProfile"]["Arn"], "tags")


CERTIFICATES = (
    Case(
        "iam.server_cert.upload",
        lambda world: SERVER_CERTIFICATE.arn_of(world.aws_account, "shop", "/web/"),
        upload,
        shown_certificates,
        ["/web/shop"],
        CERTIFICATE_SOURCES,
    ),
    Case(
        "iam.server_cert.rename",
        a_certificate,
        lambda world, row: rename_certificate(row.arn, SERVER_CERTIFICATE.arn_of(world.aws_account, "store")),
        shown_certificates,
        ["/store"],
        CERTIFICATE_SOURCES,
    ),
    Case(
        "iam.server_cert.delete",
        a_certificate,
        lambda world, row: delete(SERVER_CERTIFICATE, row.arn),
        shown_certificates,
        [],
        CERTIFICATE_SOURCES,
        stays="AWS doesn't give the private key",
    ),
    *tag_cases(SERVER_CERTIFICATE, a_certificate, "iam.server_certificate_bodies"),
    *tag_cases(INSTANCE_PROFILE, a_profile, "iam.instance_profile_tags"),
)


# ---- Account settings ----------------------------------------------------------------------------------------
RULES = {
    "minimum_length": 14,
    "require_uppercase": True,
    "require_lowercase": True,
    "require_numbers": False,
    "require_symbols": False,
    "users_may_change": True,
    "max_age_days": 0,
    "hard_expiry": False,
    "remembered": 24,
}


def alias(world: World) -> None:
    world.iam.create_account_alias(AccountAlias="acme")
    pulled(world.aws_account, source="iam.alias")


def password_rules(world: World) -> None:
    world.iam.update_account_password_policy(MinimumPasswordLength=8, MaxPasswordAge=90, HardExpiry=True)
    pulled(world.aws_account, source="iam.password_policy")


def shown_rules(world: World, _: Any) -> Any:
    try:
        found = world.iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError:
        return None
    return {name: value for name, value in found.items() if value}


def shown_version(world: World, _: Any) -> Any:
    return world.iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"]


ACCOUNT = (
    Case(
        "iam.account.alias.set",
        alias,
        lambda world, _: set_alias("acme-shop"),
        lambda world, _: world.iam.list_account_aliases()["AccountAliases"],
        ["acme-shop"],
        ("iam.alias",),
    ),
    Case(
        "iam.account.alias.delete",
        alias,
        lambda world, _: delete_alias("acme"),
        lambda world, _: world.iam.list_account_aliases()["AccountAliases"],
        [],
        ("iam.alias",),
    ),
    Case(
        "iam.account.password_policy.set",
        password_rules,
        lambda world, _: set_password_policy(**RULES),
        shown_rules,
        {
            "MinimumPasswordLength": 14,
            "RequireUppercaseCharacters": True,
            "RequireLowercaseCharacters": True,
            "AllowUsersToChangePassword": True,
            "PasswordReusePrevention": 24,
        },
        ("iam.password_policy",),
    ),
    Case(
        "iam.account.password_policy.delete",
        password_rules,
        lambda world, _: delete_password_policy(),
        shown_rules,
        None,
        ("iam.password_policy",),
    ),
    Case(
        "iam.account.sts_token_version",
        lambda world: pulled(world.aws_account, source="iam.summary"),
        lambda world, _: set_token_version(2),
        shown_version,
        2,
        ("iam.summary",),
    ),
)


# ---- Requests of product providers ---------------------------------------------------------------------------
def a_request(world: World) -> DelegationRequest:
    request_access(world.iam)
    pulled(world.aws_account, source="iam.delegation_requests")
    return DelegationRequest.objects.get()


def shown_request(world: World, request: DelegationRequest) -> tuple[str, str | None]:
    found = world.iam.get_delegation_request(DelegationRequestId=request.aws_id)["DelegationRequest"]
    return found["State"], found.get("RejectionReason")


REQUESTS = (
    Case(
        "iam.delegation_request.reject",
        a_request,
        lambda world, request: reject_request(request, "Too wide."),
        shown_request,
        ("REJECTED", "Too wide."),
        ("iam.delegation_requests",),
        stays="A rejection is for good; the provider can ask anew.",
    ),
)
CASES = (*POLICIES, *PROVIDERS, *CERTIFICATES, *ACCOUNT, *REQUESTS)
