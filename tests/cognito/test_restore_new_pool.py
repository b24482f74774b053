"""A file becomes a new pool, by one change: what is in it then is what is in the file, but for ids and dates."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from cognito.models import UserPool
from cognito.pools.operations import plan_delete_pool
from cognito.restoring import exporting
from emulator.process import REGION
from sync import changes
from sync.changes import dry_run
from sync.models import Change
from tests.cognito.arranged_pool import BY_SES, Arranged, arrange
from tests.cognito.restoring import exported, look, stage
from tests.cognito.seeding import pull_pools
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
URL = "cognito_pool_restore_new"
LAMBDA = f"arn:aws:lambda:{REGION}:123456789012:function:check"
TEXTS = {"SnsCallerArn": "arn:aws:iam::123456789012:role/texts", "ExternalId": "shop", "SnsRegion": REGION}


def full(arranged: Arranged) -> bool:
    """Something of everything."""
    idp, within = arranged.idp, arranged.in_pool
    idp.update_user_pool(
        **within,
        PoolName="customers",
        AutoVerifiedAttributes=["email"],
        UserPoolTags={"team": "shop"},
        DeletionProtection="ACTIVE",
        UserPoolTier="PLUS",
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        Policies={"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": True, "TemporaryPasswordValidityDays": 3}},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        LambdaConfig={"PreSignUp": LAMBDA},
        SmsConfiguration=TEXTS,
        EmailConfiguration=BY_SES,
        VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailMessage": "It is {####}"},
    )
    idp.set_user_pool_mfa_config(
        **within,
        MfaConfiguration="OPTIONAL",
        SoftwareTokenMfaConfiguration={"Enabled": True},
        SmsMfaConfiguration={"SmsConfiguration": TEXTS},
    )
    idp.set_risk_configuration(**within, CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}})
    idp.create_group(**within, GroupName="trial")
    idp.create_user_pool_client(
        **within,
        ClientName="orders",
        GenerateSecret=True,
        SupportedIdentityProviders=["COGNITO", "Google"],
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "https://api.example.org/read"],
        AllowedOAuthFlowsUserPoolClient=True,
        CallbackURLs=["https://shop.example.org/in"],
        ReadAttributes=["custom:plan", "email"],
    )
    return True


def full_pool(world: World) -> Arranged:
    seeded = arrange(world, lambda arranged: None)
    full(seeded)
    pull_pools(world.aws_account)
    return seeded


def comparable(text: str) -> dict[str, Any]:
    """The file without what is another one in another pool."""
    said: dict[str, Any] = json.loads(text)
    for name in ("exported_at", "from"):
        said.pop(name)
    for client in said["clients"]:
        client.pop("id")
    return said


def test_the_new_pool_is_what_the_file_says(world: World, erin: Operator, client_of: ClientOf) -> None:
    arranged, client = full_pool(world), client_of(erin)
    text = exported(client, arranged.pool)

    page = look(client, address(URL), text=text, name="customers-2")
    assert page.status_code == 200, text_of(page.content.decode())
    staged = stage(client, address(URL), page, secrets={"provider Google": "typed-secret"})
    assert staged.status_code == 302, text_of(staged.content.decode())
    change = carry_out(Change.objects.get(), erin)
    assert change.state == Change.State.APPLIED, [(step.kind, step.state, step.error) for step in change.steps.all()]

    pull_pools(world.aws_account)
    new = UserPool.objects.live().get(name="customers-2")
    found, wanted = comparable(exported(client, new)), comparable(text)
    assert found.pop("domains") == {}
    assert list(wanted.pop("domains")) == ["shop-customers"]
    wanted["pool"]["name"] = "customers-2"
    assert found == wanted
    provider = arranged.idp.describe_identity_provider(UserPoolId=new.aws_id, ProviderName="Google")
    assert provider["IdentityProvider"]["ProviderDetails"]["client_secret"] == "typed-secret"

    back = carry_out(changes.propose_reverse(change=change, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED, [(step.kind, step.state, step.error) for step in back.steps.all()]
    assert not UserPool.objects.live().filter(name="customers-2").exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"region": "nowhere"}, "'nowhere' isn’t a Region, such as eu-central-1."),
        ({"name": "a/b"}, "A name has 1 to 128 letters, digits, spaces and +=,.@_- only."),
    ],
)
def test_where_there_is_no_such_place(
    world: World, erin: Operator, client_of: ClientOf, said: dict[str, str], sentence: str
) -> None:
    client = client_of(erin)
    page = look(client, address(URL), text=exported(client, arrange(world).pool), **said)
    assert page.status_code == 422
    assert sentence in text_of(page.content.decode())


def test_it_goes_to_the_aws_account_and_region_that_are_chosen(
    world: World, erin: Operator, client_of: ClientOf
) -> None:
    """ARNs of the pool's own place are told then."""
    other = AwsAccount.objects.create(
        account_id="210987654321",
        name="Acme staging",
        connection=AwsAccount.Connection.AMBIENT,
        emulated=True,
        writes_enabled=True,
        pull_every_minutes=0,
    )
    Grant.objects.create(operator=erin, aws_account=other, role=Role.EDITOR)
    client, pool = client_of(erin), full_pool(world).pool
    there = address(URL, account_id=other.account_id)
    assert f'href="{there}"' in get(client, URL)
    page = look(client, there, text=exported(client, pool), region="eu-west-3")
    assert f"It names {LAMBDA}, which is of another AWS account or Region" in text_of(page.content.decode())
    staged = stage(client, there, page, secrets={"provider Google": "typed"})
    assert staged.status_code == 302, text_of(staged.content.decode())
    change = Change.objects.get()
    place = change.steps.order_by("position")[0].params["place"]
    assert (change.aws_account, place) == (other, "arn:aws:cognito-idp:eu-west-3:210987654321")


def test_a_pool_that_was_deleted_is_made_again(world: World, erin: Operator, client_of: ClientOf) -> None:
    arranged, client = full_pool(world), client_of(erin)
    wanted = comparable(exported(client, arranged.pool))
    arranged.pool.refresh_from_db()
    applied = carry_out(propose(world.aws_account, erin, plan_delete_pool(arranged.pool)), erin)
    assert applied.state == Change.State.APPLIED, [step.error for step in applied.steps.all()]

    text = exported(client, arranged.pool)
    assert exporting.GONE in json.loads(text)["not_in_this_file"]
    page = look(client, address(URL), text=text)
    staged = stage(client, address(URL), page, secrets={"provider Google": "typed"}, but=["setting DeletionProtection"])
    assert staged.status_code == 302, text_of(staged.content.decode())
    assert carry_out(Change.objects.order_by("-pk")[0], erin).state == Change.State.APPLIED
    pull_pools(world.aws_account)
    found = comparable(exported(client, UserPool.objects.live().get()))
    for name in ("clients", "groups", "resource_servers", "identity_providers", "mfa", "risk"):
        assert found[name] == wanted[name]
    assert found["pool"]["settings"]["DeletionProtection"] == "INACTIVE"


def with_domain(world: World, client: Client) -> Change:
    """Staged with the domain, which the pool of the file still has."""
    text = exported(client, full_pool(world).pool)
    page = look(client, address(URL), text=text, name="customers-2")
    take = [*page.context["form"].keys, "domain shop-customers"]
    assert "The user pool customers" in text_of(page.content.decode())
    staged = stage(client, address(URL), page, take=take, secrets={"provider Google": "typed-secret"})
    assert staged.status_code == 302, text_of(staged.content.decode())
    return Change.objects.get()


def test_a_dry_run_knows_what_builds_on_the_pool(world: World, erin: Operator, client_of: ClientOf) -> None:
    run = dry_run.ask_dry_run(change=with_domain(world, client_of(erin)), actor=erin)
    dry_run.work(run.pk)
    run.refresh_from_db()
    first, *others = [(each["outcome"], each["sentence"]) for each in run.steps]
    assert first[0] == "ready"
    assert set(others) == {("later", "It builds on what step 1 makes: known only when that is done.")}


def test_what_is_left_after_a_refusal_is_planned_again(world: World, erin: Operator, client_of: ClientOf) -> None:
    change = carry_out(with_domain(world, client_of(erin)), erin)
    assert (change.state, change.steps.filter(state="done").count()) == (Change.State.FAILED, 8)
    old, new = UserPool.objects.get(name="customers"), UserPool.objects.get(name="customers-2")
    world.emulator.client("cognito-idp").delete_user_pool_domain(UserPoolId=old.aws_id, Domain="shop-customers")
    again = carry_out(changes.replan(change=change, actor=erin), erin)
    assert again.state == Change.State.APPLIED, [step.error for step in again.steps.all()]
    new.refresh_from_db()
    assert (new.domain, again.steps.count()) == ("shop-customers", 2)
