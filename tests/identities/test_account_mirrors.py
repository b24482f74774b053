"""Roles' settings, instance profiles, providers, certificates and account settings in the mirror, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.clock import DATE_HEADER
from emulator.process import Emulator
from identities.models import IamAccount, IamRole, InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from policies.models import ManagedPolicy
from sync.mirror import sources
from sync.models import Facet, MirroredRow, Revision, Run
from sync.selectors import coverage_of
from tests.services.certificates import ENTITY_ID, certificate, saml_metadata
from tests.services.pulling import policy_arn, pull_all, pulled
from tests.services.remembered import kept_in_aws
from tests.services.statements import EC2, allowing, trusting

pytestmark = pytest.mark.django_db

GITHUB = "https://token.actions.githubusercontent.com"
ACCOUNT = "123456789012"
OIDC_ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SAML_ARN = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"
CHEAP = (
    "iam.details",
    "iam.role_settings",
    "iam.policy_settings",
    "iam.instance_profiles",
    "iam.instance_profile_tags",
    "iam.oidc_providers",
    "iam.saml_providers",
    "iam.server_certificates",
    "iam.server_certificate_bodies",
    "iam.alias",
    "iam.password_policy",
    "iam.summary",
)


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    """One of each."""
    kept_in_aws("one of each", emulator, lambda: make_one_of_each(emulator.client("iam")))
    return emulator.client("iam")


def make_one_of_each(client: Any) -> None:
    tags = [{"Key": "team", "Value": "platform"}]
    client.create_policy(PolicyName="reports", PolicyDocument=allowing("s3:GetObject"), Description="Reads", Tags=tags)
    client.create_role(
        RoleName="web",
        AssumeRolePolicyDocument=trusting(EC2),
        Description="The web servers",
        MaxSessionDuration=7200,
    )
    client.create_instance_profile(InstanceProfileName="web", Path="/shop/", Tags=tags)
    client.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    client.create_open_id_connect_provider(Url=GITHUB, ClientIDList=["sts.amazonaws.com", "a"], Tags=tags)
    client.create_saml_provider(Name="okta", SAMLMetadataDocument=saml_metadata(certificate_days=20), Tags=tags)
    held = certificate("shop.example.org", days=10)
    client.upload_server_certificate(
        ServerCertificateName="shop", CertificateBody=held.pem, PrivateKey=held.key, Tags=tags
    )
    client.create_account_alias(AccountAlias="acme")
    client.update_account_password_policy(MinimumPasswordLength=8, MaxPasswordAge=90)


def pull_each(aws_account: AwsAccount) -> dict[str, Run]:
    return {source: pulled(aws_account, source=source) for source in CHEAP}


def pull_about(aws_account: AwsAccount, source: str) -> None:
    """What a source builds on, and all that tells of the same kind."""
    kinds = set(sources[source].kinds)
    for name in CHEAP:
        if name in sources[source].after or kinds & set(sources[name].kinds):
            pulled(aws_account, source=name)


@pytest.fixture
def mirrored(iam: Any, aws_account: AwsAccount) -> dict[str, Run]:
    return pull_each(aws_account)


def revisions_of(row: MirroredRow, facet: str = "details") -> list[Revision]:
    """The oldest first."""
    found = Facet.objects.get(aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id, source=facet)
    return list(found.revisions.order_by("number"))


def test_settings_of_roles_and_policies(mirrored: object) -> None:
    role, policy = IamRole.objects.get(), ManagedPolicy.objects.get()
    assert (role.description, role.max_session_s) == ("The web servers", 7200)
    assert (policy.description, policy.tags) == ("Reads", {"team": "platform"})


def test_details_leave_the_columns_of_other_facets_alone(mirrored: object, iam: Any, aws_account: AwsAccount) -> None:
    iam.tag_role(RoleName="web", Tags=[{"Key": "a", "Value": "b"}])
    pulled(aws_account)
    assert IamRole.objects.get().tags == {"a": "b"}
    assert IamRole.objects.get().description == "The web servers"


def test_an_instance_profile_with_its_role_and_tags(mirrored: object) -> None:
    profile = InstanceProfile.objects.get()
    assert (profile.name, profile.path, profile.aws_id[:4]) == ("web", "/shop/", "AIPA")
    assert (profile.role, profile.tags) == (IamRole.objects.get(), {"team": "platform"})


def test_an_instance_profile_follows_its_role(iam: Any, aws_account: AwsAccount) -> None:
    pull_about(aws_account, "iam.instance_profiles")
    iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="web")
    pulled(aws_account, source="iam.instance_profiles")
    profile = InstanceProfile.objects.get()
    assert profile.role is None
    assert [revision.content["role"] for revision in revisions_of(profile)] == ["web", ""]


def test_an_instance_profile_finds_a_role_that_came_later(iam: Any, aws_account: AwsAccount) -> None:
    pulled(aws_account, source="iam.instance_profiles")
    assert InstanceProfile.objects.get().role is None
    pulled(aws_account)
    pulled(aws_account, source="iam.instance_profiles")
    assert InstanceProfile.objects.get().role == IamRole.objects.get()
    assert len(revisions_of(InstanceProfile.objects.get())) == 1


def test_an_oidc_provider(mirrored: object) -> None:
    provider = OidcProvider.objects.get()
    assert (provider.name, provider.arn) == ("token.actions.githubusercontent.com", OIDC_ARN)
    assert (provider.client_ids, provider.tags) == (["a", "sts.amazonaws.com"], {"team": "platform"})
    assert "/" not in provider.aws_id


def test_a_saml_provider_without_its_document(mirrored: object) -> None:
    provider = SamlProvider.objects.get()
    assert (provider.name, provider.entity_id, len(provider.metadata_hash)) == ("okta", ENTITY_ID, 64)
    assert provider.certificates[0]["subject"] == "CN=idp.example.org"
    assert provider.certificate_expires_at == certificate("idp.example.org", days=20).expires
    assert provider.ends_soon
    facet = Facet.objects.get(kind="iam.saml_provider")
    assert "EntityDescriptor" not in str(facet.revisions.get().content) + str(facet.extra)


def test_a_server_certificate_and_what_is_in_it(mirrored: object) -> None:
    held = ServerCertificate.objects.get()
    assert (held.expires_at, held.ends_soon) == (certificate("shop.example.org", days=10).expires, True)
    assert (held.domains, held.issuer) == (["shop.example.org"], "CN=shop.example.org")
    assert held.tags == {"team": "platform"}


def test_the_settings_of_the_account(mirrored: object) -> None:
    settings = IamAccount.objects.get()
    assert (settings.aws_id, settings.alias) == (ACCOUNT, "acme")
    assert settings.password_policy == {"MinimumPasswordLength": 8, "MaxPasswordAge": 90}
    assert (settings.summary["Roles"], settings.summary["RolesQuota"]) == (1, 1000)


def test_no_password_policy_is_the_default_of_aws(iam: Any, aws_account: AwsAccount) -> None:
    pull_about(aws_account, "iam.password_policy")
    iam.delete_account_password_policy()
    assert pulled(aws_account, source="iam.password_policy").changed == 1
    settings = IamAccount.objects.get()
    assert settings.password_policy == {}
    assert [revision.origin for revision in revisions_of(settings, "password_policy")] == ["import", "outside"]


def test_usage_counters_make_no_revision(iam: Any, aws_account: AwsAccount) -> None:
    pull_about(aws_account, "iam.summary")
    iam.create_user(UserName="jane")
    assert pulled(aws_account, source="iam.summary").changed == 0
    assert IamAccount.objects.get().summary["Users"] == 1
    iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    assert pulled(aws_account, source="iam.summary").changed == 1


def test_pulling_again_finds_nothing_new(mirrored: object, aws_account: AwsAccount) -> None:
    before = Revision.objects.count()
    runs = pull_each(aws_account)
    assert [
        (name, run.new, run.changed, run.gone) for name, run in runs.items() if run.new + run.changed + run.gone
    ] == []
    assert Revision.objects.count() == before


def test_the_order_of_client_ids_is_no_change(iam: Any, aws_account: AwsAccount) -> None:
    pull_about(aws_account, "iam.oidc_providers")
    about = {"OpenIDConnectProviderArn": OIDC_ARN, "ClientID": "sts.amazonaws.com"}
    iam.remove_client_id_from_open_id_connect_provider(**about)
    iam.add_client_id_to_open_id_connect_provider(**about)
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=OIDC_ARN)["ClientIDList"][0] == "a"
    assert pulled(aws_account, source="iam.oidc_providers").changed == 0


def _change_role(iam: Any) -> None:
    iam.update_role(RoleName="web", Description="Other servers", MaxSessionDuration=7200)


def _change_policy(iam: Any) -> None:
    iam.tag_policy(PolicyArn=policy_arn("reports"), Tags=[{"Key": "data", "Value": "reports"}])


def _change_profile_tags(iam: Any) -> None:
    iam.tag_instance_profile(InstanceProfileName="web", Tags=[{"Key": "data", "Value": "shop"}])


def _change_oidc(iam: Any) -> None:
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=OIDC_ARN, ClientID="b")


def _change_saml(iam: Any) -> None:
    iam.update_saml_provider(SAMLProviderArn=SAML_ARN, SAMLMetadataDocument=saml_metadata(certificate_days=700))


def _change_certificate(iam: Any) -> None:
    iam.update_server_certificate(ServerCertificateName="shop", NewServerCertificateName="store")


def _change_certificate_tags(iam: Any) -> None:
    iam.tag_server_certificate(ServerCertificateName="shop", Tags=[{"Key": "data", "Value": "shop"}])


def _change_alias(iam: Any) -> None:
    iam.create_account_alias(AccountAlias="acme-two")


CHANGES: list[tuple[str, type[MirroredRow], str, Callable[[Any], None]]] = [
    ("iam.role_settings", IamRole, "settings", _change_role),
    ("iam.policy_settings", ManagedPolicy, "settings", _change_policy),
    ("iam.instance_profile_tags", InstanceProfile, "tags", _change_profile_tags),
    ("iam.oidc_providers", OidcProvider, "details", _change_oidc),
    ("iam.saml_providers", SamlProvider, "details", _change_saml),
    ("iam.server_certificates", ServerCertificate, "details", _change_certificate),
    ("iam.server_certificate_bodies", ServerCertificate, "certificate", _change_certificate_tags),
    ("iam.alias", IamAccount, "alias", _change_alias),
]


@pytest.mark.parametrize(("source", "model", "facet", "change"), CHANGES, ids=[change[0] for change in CHANGES])
def test_a_change_behind_our_back_is_one_revision(
    iam: Any,
    aws_account: AwsAccount,
    source: str,
    model: type[MirroredRow],
    facet: str,
    change: Callable[[Any], None],
) -> None:
    pull_about(aws_account, source)
    change(iam)
    assert pulled(aws_account, source=source).changed == 1
    assert [revision.origin for revision in revisions_of(model.objects.get(), facet)] == ["import", "outside"]


def _delete_profile(iam: Any) -> None:
    iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="web")
    iam.delete_instance_profile(InstanceProfileName="web")


VANISHING: list[tuple[str, type[MirroredRow], Callable[[Any], Any]]] = [
    ("iam.instance_profiles", InstanceProfile, _delete_profile),
    (
        "iam.oidc_providers",
        OidcProvider,
        lambda iam: iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=OIDC_ARN),
    ),
    ("iam.saml_providers", SamlProvider, lambda iam: iam.delete_saml_provider(SAMLProviderArn=SAML_ARN)),
    (
        "iam.server_certificates",
        ServerCertificate,
        lambda iam: iam.delete_server_certificate(ServerCertificateName="shop"),
    ),
]


@pytest.mark.parametrize(("source", "model", "delete"), VANISHING, ids=[vanishing[0] for vanishing in VANISHING])
def test_what_vanishes_is_a_tombstone(
    iam: Any,
    aws_account: AwsAccount,
    source: str,
    model: type[MirroredRow],
    delete: Callable[[Any], Any],
) -> None:
    pull_about(aws_account, source)
    delete(iam)
    assert pulled(aws_account, source=source).gone == 1
    row = model.objects.get()
    assert row.gone_at is not None
    assert not Facet.objects.filter(kind=row.kind, object_id=row.aws_id, gone_at=None).exists()
    assert revisions_of(row)[-1].gone


def _in_2030(request: Any, **_: Any) -> None:
    request.headers[DATE_HEADER] = "2030-01-01T00:00:00+00:00"


def test_made_anew_under_its_name_it_is_another_one(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pull_about(aws_account, "iam.oidc_providers")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=OIDC_ARN)
    later = emulator.own_client("iam")
    later.meta.events.register("before-send.iam", _in_2030)
    later.create_open_id_connect_provider(Url=GITHUB, ClientIDList=["a"])
    run = pulled(aws_account, source="iam.oidc_providers")
    assert (run.new, run.gone) == (1, 1)
    was, now = OidcProvider.objects.order_by("pk")
    assert (was.arn, now.arn) == (OIDC_ARN, OIDC_ARN)
    assert was.gone_at is not None
    assert now.gone_at is None


DENIED = [
    ("iam.role_settings", "ListRoles"),
    ("iam.policy_settings", "GetPolicy"),
    ("iam.instance_profiles", "ListInstanceProfiles"),
    ("iam.instance_profile_tags", "GetInstanceProfile"),
    ("iam.oidc_providers", "ListOpenIDConnectProviders"),
    ("iam.saml_providers", "GetSAMLProvider"),
    ("iam.server_certificates", "ListServerCertificates"),
    ("iam.server_certificate_bodies", "GetServerCertificate"),
    ("iam.alias", "ListAccountAliases"),
    ("iam.password_policy", "GetAccountPasswordPolicy"),
    ("iam.summary", "GetAccountSummary"),
]


@pytest.mark.parametrize(("source", "action"), DENIED)
def test_what_is_denied_is_not_read_and_what_was_held_stays(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, source: str, action: str
) -> None:
    pull_about(aws_account, source)
    before = Facet.objects.filter(gone_at=None).count()
    emulator.rules(
        [{"action": action, "when": "before", "error": {"code": "AccessDenied", "status": 403, "message": "no"}}]
    )
    run = pull_all(aws_account, source=source)
    assert run.state == Run.State.FAILED
    held = coverage_of(aws_account, source)
    assert held.state == "denied"
    assert f"iam:{action}" in held.why
    assert Facet.objects.filter(gone_at=None).count() == before


def test_providers_come_in_pages_that_can_be_resumed(emulator: Emulator, aws_account: AwsAccount) -> None:
    iam = emulator.client("iam")
    for number in range(23):
        iam.create_open_id_connect_provider(Url=f"https://idp-{number:02}.example.org")
    run = pulled(aws_account, source="iam.oidc_providers")
    assert (run.pages, run.seen, OidcProvider.objects.count()) == (3, 23, 23)


def test_role_settings_wait_for_the_details(iam: Any, aws_account: AwsAccount) -> None:
    pulled(aws_account)
    iam.create_role(RoleName="new", AssumeRolePolicyDocument=trusting(EC2), Description="Late")
    pulled(aws_account, source="iam.role_settings")
    assert Facet.objects.filter(kind="iam.role", source="settings").count() == 1
    pulled(aws_account)
    pulled(aws_account, source="iam.role_settings")
    assert IamRole.objects.get(name="new").description == "Late"


def test_metadata_that_can_not_be_read_is_kept_as_a_hash(emulator: Emulator, aws_account: AwsAccount) -> None:
    bomb = saml_metadata().replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    emulator.client("iam").create_saml_provider(Name="odd", SAMLMetadataDocument=bomb)
    pulled(aws_account, source="iam.saml_providers")
    provider = SamlProvider.objects.get()
    assert (provider.entity_id, provider.certificates, len(provider.metadata_hash)) == ("", [], 64)


def test_metadata_may_end_before_its_certificate(emulator: Emulator, aws_account: AwsAccount) -> None:
    end = datetime(2020, 1, 1, tzinfo=UTC)
    emulator.client("iam").create_saml_provider(Name="old", SAMLMetadataDocument=saml_metadata(valid_until=end))
    pulled(aws_account, source="iam.saml_providers")
    provider = SamlProvider.objects.get()
    assert (provider.ends_at, provider.has_ended) == (end, True)
