"""The operations on OIDC and SAML providers: set up, step, what AWS then shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from identities.kinds import OIDC, SAML
from identities.models import OidcProvider, SamlProvider
from identities.operations import (
    add_client_id,
    create_oidc,
    create_saml,
    remove_client_id,
    set_thumbprints,
    update_saml,
)
from objects.operations.existence import delete
from sync.operations import StepSpec
from tests.identities.tag_cases import TEAM, tag_cases, tags_of
from tests.services.certificates import saml_metadata
from tests.services.operation_cases import NO_POLICY, ComparedCase
from tests.services.world import World

THUMBPRINTS = ("a" * 40, "0" * 40)


METADATA, NEWER = saml_metadata(), saml_metadata(certificate_days=700)


def an_oidc(world: World) -> Any:
    url = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
    made = world.iam.create_open_id_connect_provider(
        Url=url, ClientIDList=["sts.amazonaws.com", "a"], ThumbprintList=["b" * 40], Tags=TEAM
    )
    return world.mirrored(OidcProvider, url.removeprefix("https://"), made["OpenIDConnectProviderArn"])


def oidc_arn(world: World) -> str:
    return f"arn:aws:iam::{world.aws_account.account_id}:oidc-provider/token.example.org/ci"


def shown_oidc(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    except ClientError:
        return None
    return found["Url"], sorted(found["ClientIDList"]), sorted(found["ThumbprintList"]), tags_of(found)


def oidc_case(verb: str, page: str, step: Callable[[str], StepSpec], part: int, leaves: object) -> ComparedCase:
    """`part`: which of what `shown_oidc` tells."""
    return ComparedCase(
        f"iam.oidc.{verb}",
        an_oidc,
        lambda world, row: step(row.arn),
        lambda world, row: shown_oidc(world, row.arn)[part],
        leaves,
        ("iam.oidc_providers",),
        page=f"oidc_provider/{page}",
    )


def a_saml(world: World) -> Any:
    made = world.iam.create_saml_provider(Name="okta", SAMLMetadataDocument=METADATA, Tags=TEAM)
    return world.mirrored(SamlProvider, "okta", made["SAMLProviderArn"])


def shown_saml(world: World, arn: str) -> Any:
    try:
        found = world.iam.get_saml_provider(SAMLProviderArn=arn)
    except ClientError:
        return None
    return found["SAMLMetadataDocument"], tags_of(found)


CASES = (
    ComparedCase(
        "iam.oidc.create",
        oidc_arn,
        lambda world, arn: create_oidc(world.aws_account, "https://token.example.org/ci", ["a"], THUMBPRINTS),
        shown_oidc,
        ("token.example.org/ci", ["a"], sorted(THUMBPRINTS), {}),
        ("iam.oidc_providers",),
        page="account/create-oidc",
    ),
    ComparedCase(
        "iam.oidc.delete",
        an_oidc,
        lambda world, row: delete(OIDC, row.arn),
        lambda world, row: shown_oidc(world, row.arn),
        None,
        ("iam.oidc_providers",),
        page="oidc_provider/delete",
    ),
    oidc_case("client_id.add", "add-audience", lambda arn: add_client_id(arn, "b"), 1, ["a", "b", "sts.amazonaws.com"]),
    oidc_case("client_id.remove", "remove-audience", lambda arn: remove_client_id(arn, "a"), 1, ["sts.amazonaws.com"]),
    oidc_case("thumbprints", "thumbprints", lambda arn: set_thumbprints(arn, THUMBPRINTS), 2, sorted(THUMBPRINTS)),
    ComparedCase(
        "iam.saml.create",
        lambda world: f"arn:aws:iam::{world.aws_account.account_id}:saml-provider/okta",
        lambda world, arn: create_saml(world.aws_account, "okta", METADATA),
        shown_saml,
        (METADATA, {}),
        ("iam.saml_providers",),
        page="account/create-saml",
        writes=NO_POLICY,
    ),
    ComparedCase(
        "iam.saml.update",
        a_saml,
        lambda world, row: update_saml(row.arn, NEWER),
        lambda world, row: shown_saml(world, row.arn)[0],
        NEWER,
        ("iam.saml_providers",),
        page="saml_provider/metadata",
        writes=NO_POLICY,
    ),
    ComparedCase(
        "iam.saml.delete",
        a_saml,
        lambda world, row: delete(SAML, row.arn),
        lambda world, row: shown_saml(world, row.arn),
        None,
        ("iam.saml_providers",),
        page="saml_provider/delete",
    ),
    *tag_cases(OIDC, an_oidc, "iam.oidc_providers"),
    *tag_cases(SAML, a_saml, "iam.saml_providers"),
)
