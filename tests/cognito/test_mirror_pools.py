"""User pools, what belongs to them, and identity pools in the mirror, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts.models import AwsAccount
from cognito.models import AppClient, CognitoGroup, IdentityPool, PoolProvider, ResourceServer, UserPool
from emulator.process import REGION, Emulator
from sync import schedule
from sync.models import Facet, MirroredRow, Region, Revision, Run
from sync.selectors import coverage_of
from tests.cognito.seeding import CLIENT_SECRET, ROLE, Seeded, pull_pools, seed
from tests.services.pulling import pull_all, pulled

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(emulator: Emulator) -> Seeded:
    return seed(emulator)


@pytest.fixture
def mirrored(seeded: Seeded, aws_account: AwsAccount) -> dict[str, Run]:
    return pull_pools(aws_account)


def pull(aws_account: AwsAccount, source: str) -> Run:
    return pulled(aws_account, source=source, region=REGION)


def contents(row: MirroredRow, facet: str = "details") -> list[Any]:
    """The oldest first."""
    found = Facet.objects.get(aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id, source=facet)
    return [revision.content for revision in found.revisions.order_by("number")]


def test_a_pool_with_its_settings(seeded: Seeded, mirrored: object) -> None:
    pool = UserPool.objects.get()
    assert (pool.name, pool.aws_id, pool.region) == ("customers", seeded.pool_id, REGION)
    assert pool.arn.endswith(f":userpool/{seeded.pool_id}")
    assert (pool.self_signup, pool.deletion_protection, pool.mfa) == (True, True, "OFF")
    assert (pool.username_attributes, pool.tags, pool.domain) == (["email"], {"team": "shop"}, "shop-customers")
    assert pool.mfa_config == {"MfaConfiguration": "OFF"}
    assert list(pool.domains) == ["shop-customers"]
    assert "LastModifiedDate" not in pool.settings


def test_what_belongs_to_a_pool(seeded: Seeded, mirrored: object) -> None:
    pool = UserPool.objects.get()
    client, group = AppClient.objects.get(), CognitoGroup.objects.get()
    provider, server = PoolProvider.objects.get(), ResourceServer.objects.get()
    assert {row.pool for row in (client, group, provider, server)} == {pool}
    assert {row.arn for row in (client, group, provider, server)} == {pool.arn}
    assert (client.name, client.aws_id, client.has_secret) == ("web", seeded.client_id, True)
    assert client.settings["CallbackURLs"] == ["https://shop.example.org/a", "https://shop.example.org/b"]
    assert (group.name, group.role_arn, group.precedence) == ("vip", ROLE, 5)
    assert (provider.name, provider.provider_type, provider.has_secret) == ("Google", "Google", True)
    assert (server.name, server.title) == ("https://api.example.org", "Orders")
    assert server.settings["Scopes"] == {"read": "Read orders"}


def test_an_identity_pool(seeded: Seeded, mirrored: object) -> None:
    pool = IdentityPool.objects.get()
    assert (pool.name, pool.aws_id, pool.guests) == ("shop", seeded.identity_pool_id, True)
    [provider] = pool.settings["CognitoIdentityProviders"]
    assert provider["ClientId"] == seeded.client_id


def test_no_secret_is_kept_anywhere(seeded: Seeded, mirrored: object) -> None:
    about = {"UserPoolId": seeded.pool_id, "ClientId": seeded.client_id}
    secret = seeded.idp.describe_user_pool_client(**about)["UserPoolClient"]["ClientSecret"]
    kept = whole_database()
    assert seeded.client_id in kept
    assert secret not in kept
    assert CLIENT_SECRET not in kept


def whole_database() -> str:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(str(cursor.fetchall()))
    return "\n".join(found)


def test_pulling_again_finds_nothing_new(mirrored: object, aws_account: AwsAccount) -> None:
    before = Revision.objects.count()
    runs = pull_pools(aws_account)
    assert {
        name: (run.new, run.changed, run.gone) for name, run in runs.items() if run.new + run.changed + run.gone
    } == {}
    assert Revision.objects.count() == before


def test_a_setting_changed_elsewhere_is_drift(seeded: Seeded, mirrored: object, aws_account: AwsAccount) -> None:
    about = {"UserPoolId": seeded.pool_id, "ClientId": seeded.client_id}
    seeded.idp.update_user_pool_client(**about, CallbackURLs=["https://shop.example.org/c"])
    assert pull(aws_account, "cognito.clients").changed == 1
    client = AppClient.objects.get()
    assert client.settings["CallbackURLs"] == ["https://shop.example.org/c"]
    assert [one["CallbackURLs"] for one in contents(client)][-1] == ["https://shop.example.org/c"]
    revision = Revision.objects.latest("pk")
    assert (revision.origin, revision.drift_in) == (Revision.Origin.OUTSIDE, aws_account)


def test_what_is_gone_gets_a_tombstone(seeded: Seeded, mirrored: object, aws_account: AwsAccount) -> None:
    seeded.idp.delete_group(UserPoolId=seeded.pool_id, GroupName="vip")
    assert pull(aws_account, "cognito.groups").gone == 1
    assert CognitoGroup.objects.get().gone_at is not None


def test_a_group_made_again_is_another_one(seeded: Seeded, mirrored: object, aws_account: AwsAccount) -> None:
    about = {"UserPoolId": seeded.pool_id, "GroupName": "vip"}
    seeded.idp.delete_group(**about)
    CognitoGroup.objects.update(aws_id=f"{seeded.pool_id}:vip:20200101000000")
    Facet.objects.filter(kind="cognito.group").update(object_id=f"{seeded.pool_id}:vip:20200101000000")
    seeded.idp.create_group(**about)
    run = pull(aws_account, "cognito.groups")
    assert (run.new, run.gone) == (1, 1)
    assert CognitoGroup.objects.live().get().role_arn == ""


def test_two_groups_whose_names_look_alike(seeded: Seeded, aws_account: AwsAccount) -> None:
    for name in ("a/b", "a%2Fb", "A/B"):
        seeded.idp.create_group(UserPoolId=seeded.pool_id, GroupName=name)
    pull_pools(aws_account)
    assert CognitoGroup.objects.live().count() == 4
    assert not any("/" in row.aws_id for row in CognitoGroup.objects.all())


def test_with_a_pool_goes_what_belongs_to_it(seeded: Seeded, mirrored: object, aws_account: AwsAccount) -> None:
    seeded.idp.update_user_pool(UserPoolId=seeded.pool_id, DeletionProtection="INACTIVE")
    seeded.idp.delete_user_pool_domain(Domain="shop-customers", UserPoolId=seeded.pool_id)
    seeded.idp.delete_user_pool(UserPoolId=seeded.pool_id)
    pull_pools(aws_account)
    models: list[type[MirroredRow]] = [UserPool, AppClient, CognitoGroup, PoolProvider, ResourceServer]
    assert [model.__name__ for model in models if model.objects.live().exists()] == []


def test_a_denied_listing_takes_nothing_away(
    seeded: Seeded, mirrored: object, emulator: Emulator, aws_account: AwsAccount
) -> None:
    emulator.rules(
        [{"action": "ListGroups", "when": "before", "error": {"code": "AccessDeniedException", "status": 400}}]
    )
    assert pull_all(aws_account, source="cognito.groups", region=REGION).state == Run.State.FAILED
    assert CognitoGroup.objects.live().count() == 1
    assert not coverage_of(aws_account, "cognito.groups").is_read


def test_one_denied_client_is_not_read(
    seeded: Seeded, mirrored: object, emulator: Emulator, aws_account: AwsAccount
) -> None:
    seeded.idp.create_user_pool_client(UserPoolId=seeded.pool_id, ClientName="mobile")
    rule = {"action": "DescribeUserPoolClient", "when": "before", "times": 1}
    emulator.rules([rule | {"error": {"code": "AccessDeniedException", "status": 400}}])
    pull(aws_account, "cognito.clients")
    denied = Facet.objects.get(kind="cognito.client", coverage=Facet.Coverage.DENIED)
    assert AppClient.objects.live().get(aws_id=seeded.client_id).gone_at is None
    assert denied.gone_at is None


def test_each_region_waits_for_its_own_pools(seeded: Seeded, aws_account: AwsAccount) -> None:
    for name in (REGION, "eu-central-1"):
        Region.objects.create(aws_account=aws_account, name=name, enabled=True, checked_at="2025-01-01T00:00:00Z")
    pull(aws_account, "cognito.pools")
    due = {(each.source, each.region) for each in schedule.readable(aws_account)}
    assert ("cognito.groups", REGION) in due
    assert ("cognito.groups", "eu-central-1") not in due
    assert ("cognito.pools", "eu-central-1") in due
