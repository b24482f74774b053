"""Proposing the reverse of what others changed of policies' tags, providers, profiles, certificates and settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Operator
from sync import drift
from sync.models import Change, Revision
from tests.identities.operation_cases_account import alias, password_rules, shown_rules, shown_version
from tests.identities.operation_cases_certificates import a_certificate, a_profile
from tests.identities.operation_cases_providers import METADATA, NEWER, a_saml, an_oidc, shown_oidc, shown_saml
from tests.identities.operation_cases_root_access import on_in, shown_features
from tests.identities.tag_cases import TEAM, shown_tags, tags_of
from tests.policies.operation_cases import a_policy
from tests.services.changing import carry_out
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Undone:
    """`others`: what they do, behind the back of the console."""

    name: str
    sources: tuple[str, ...]
    arrange: Callable[[World], Any]
    others: Callable[[Any, Any], object]
    shows: Callable[[World, Any], object]


CASES = (
    Undone(
        "tags of a policy",
        ("iam.details", "iam.policy_settings"),
        a_policy,
        lambda iam, row: iam.tag_policy(PolicyArn=row.arn, Tags=[{"Key": "team", "Value": "b"}, *_new_tag()]),
        lambda world, row: tags_of(world.iam.get_policy(PolicyArn=row.arn)["Policy"]),
    ),
    Undone(
        "an OIDC provider",
        ("iam.oidc_providers",),
        an_oidc,
        lambda iam, row: _other_oidc(iam, row.arn),
        lambda world, row: shown_oidc(world, row.arn),
    ),
    Undone(
        "a deleted OIDC provider",
        ("iam.oidc_providers",),
        an_oidc,
        lambda iam, row: iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=row.arn),
        lambda world, row: shown_oidc(world, row.arn),
    ),
    Undone(
        "a deleted SAML provider",
        ("iam.saml_providers",),
        a_saml,
        lambda iam, row: iam.delete_saml_provider(SAMLProviderArn=row.arn),
        lambda world, row: shown_saml(world, row.arn),
    ),
    Undone(
        "a new SAML provider",
        ("iam.saml_providers",),
        lambda world: "arn:aws:iam::123456789012:saml-provider/okta",
        lambda iam, arn: iam.create_saml_provider(Name="okta", SAMLMetadataDocument=METADATA),
        shown_saml,
    ),
    Undone(
        "tags of an instance profile",
        ("iam.instance_profiles", "iam.instance_profile_tags"),
        a_profile,
        lambda iam, row: iam.untag_instance_profile(InstanceProfileName=row.name, TagKeys=["team"]),
        shown_tags,
    ),
    Undone(
        "tags of a certificate",
        ("iam.server_certificates", "iam.server_certificate_bodies"),
        a_certificate,
        lambda iam, row: iam.tag_server_certificate(ServerCertificateName=row.name, Tags=_new_tag()),
        shown_tags,
    ),
    Undone(
        "the alias",
        ("iam.alias",),
        alias,
        lambda iam, _: iam.delete_account_alias(AccountAlias="acme"),
        lambda world, _: world.iam.list_account_aliases()["AccountAliases"],
    ),
    Undone(
        "the password policy",
        ("iam.password_policy",),
        password_rules,
        lambda iam, _: iam.delete_account_password_policy(),
        shown_rules,
    ),
    Undone(
        "the version of tokens",
        ("iam.summary",),
        lambda world: None,
        lambda iam, _: iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token"),
        shown_version,
    ),
    Undone(
        "centralised root access",
        ("iam.root_access",),
        on_in("RootSessions"),
        lambda iam, _: (iam.disable_organizations_root_sessions(), _credentials_managed(iam)),
        shown_features,
    ),
)


def _credentials_managed(iam: Any) -> object:
    return iam.enable_organizations_root_credentials_management()


def _new_tag() -> list[dict[str, str]]:
    return [{"Key": "new", "Value": "x"}]


def _other_oidc(iam: Any, arn: str) -> None:
    named = {"OpenIDConnectProviderArn": arn}
    iam.add_client_id_to_open_id_connect_provider(ClientID="mallory", **named)
    iam.remove_client_id_from_open_id_connect_provider(ClientID="a", **named)
    iam.update_open_id_connect_provider_thumbprint(ThumbprintList=["e" * 40], **named)
    iam.untag_open_id_connect_provider(TagKeys=[TEAM[0]["Key"]], **named)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_it_is_as_before(world: World, erin: Operator, case: Undone) -> None:
    arranged = case.arrange(world)
    pull(world, case)
    # It has been there since the first sight: what others make and delete again is no drift.
    Revision.objects.update(origin=Revision.Origin.IMPORT, drift_in=None)
    was, known = case.shows(world, arranged), newest(world)
    case.others(world.iam, arranged)
    pull(world, case)
    revision = newest(world)
    assert revision != known
    change = drift.propose_reverse(aws_account=world.aws_account, actor=erin, revision=revision)
    done = carry_out(change, erin)
    assert done.state == Change.State.APPLIED, done.error
    assert case.shows(world, arranged) == was


def test_metadata_that_was_replaced_is_gone(world: World) -> None:
    row = a_saml(world)
    world.iam.update_saml_provider(SAMLProviderArn=row.arn, SAMLMetadataDocument=NEWER)
    pulled(world.aws_account, source="iam.saml_providers")
    found = drift.drift_of(world.aws_account).get(pk=newest(world))
    assert drift.reversal_of(world.aws_account, found).left == ("Its old metadata isn’t kept here.",)


def pull(world: World, case: Undone) -> None:
    for source in case.sources:
        pulled(world.aws_account, source=source)


def newest(world: World) -> int:
    """The number of what others did last."""
    found = drift.open_drift(world.aws_account).order_by("-pk").values_list("pk", flat=True).first()
    return found or 0
