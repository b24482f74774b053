"""In a real browser: a lost authenticator app is removed, and one setting of a pool is changed among many."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import REGION, Emulator
from tests.browser.test_walk_changes import Walk
from tests.cognito.arranged_pool import arrange
from tests.cognito.customers import PASSWORD, TOTP, Customers, customers
from tests.cognito.test_pool_payload import settled
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a call that leaves them out would reset, as tests.cognito.test_pool_payload sets it.
STAYS = (
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "EmailConfiguration",
    "LambdaConfig",
    "UserPoolTags",
    "UserPoolTier",
    "VerificationMessageTemplate",
)
PageOf = Callable[[Operator], Page]
Workers = Callable[..., Worker]


def ask_for_mfa(found: Customers, mode: str) -> None:
    """From now on the pool does, and the mirror knows."""
    found.idp.set_user_pool_mfa_config(
        UserPoolId=found.pool.aws_id, MfaConfiguration=mode, SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    for source in ("cognito.pools", "cognito.mfa"):
        pulled(found.pool.aws_account, source=source, region=REGION)


def next_challenge(found: Customers, email: str) -> str:
    """What AWS asks for beside the password, when that person signs in now."""
    in_pool = {"UserPoolId": found.pool.aws_id}
    found.idp.admin_set_user_password(**in_pool, Username=email, Password=PASSWORD, Permanent=True)
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client = found.idp.create_user_pool_client(**in_pool, ClientName="test", ExplicitAuthFlows=flows)["UserPoolClient"]
    answer = found.idp.admin_initiate_auth(
        **in_pool,
        ClientId=client["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )
    return str(answer.get("ChallengeName", ""))


def test_helpdesk_removes_a_lost_authenticator_app(
    emulator: Emulator, aws_account: AwsAccount, hal: Operator, worker: Workers, page_of: PageOf
) -> None:
    found = customers(emulator, aws_account)
    dora, who = found.person("dora"), {"UserPoolId": found.pool.aws_id, "Username": "dora@acme.example"}
    ask_for_mfa(found, "OPTIONAL")
    assert found.idp.admin_get_user(**who)["UserMFASettingList"] == [TOTP]
    worker("urgent,changes")
    page = page_of(hal)
    walk = Walk(page)
    page.goto(address("cognito_user", aws_id=dora.aws_id))
    page.get_by_role("link", name=re.compile("^Remove a lost authenticator app")).click()
    expect(page.get_by_text("they sign in with the password alone, until they set up a factor")).to_be_visible()
    ask_for_mfa(found, "ON")
    page.reload()
    required = "at the next sign-in they set up a new app, if they have no other factor left"
    expect(page.get_by_text(required)).to_be_visible()
    walk.stage()
    expect(page.get_by_text(required)).to_be_visible()
    walk.apply("1 step", "Applied 1 of 1 step")
    assert "UserMFASettingList" not in found.idp.admin_get_user(**who)
    assert next_challenge(found, "dora@acme.example") == "MFA_SETUP"  # as it was said
    note = page.get_by_role("region", name="Note for a ticket")
    expect(note).to_contain_text(f"Remove the authenticator app of {dora.aws_id}: done.")
    expect(note).to_contain_text(required)
    expect(note).not_to_contain_text("dora@")
    walk.check()


def test_one_setting_of_a_pool_changes_and_the_others_stay(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, worker: Workers, page_of: PageOf
) -> None:
    world = World(emulator, aws_account)
    arranged = arrange(world, settled)
    was = arranged.described()
    worker("changes")
    page = page_of(erin)
    walk = Walk(page)
    page.goto(address("cognito_pool_settings", aws_id=arranged.pool.aws_id))
    page.get_by_role("link", name="Change… Password policy").click()
    expect(page.get_by_label("Characters at least")).to_have_value("10")
    page.get_by_label("Characters at least").fill("14")
    walk.stage()
    expect(page.get_by_text("AWS resets what this call leaves out, so it is sent along as it is")).to_contain_text(
        "tags"
    )
    walk.apply("1 step", "Applied 1 of 1 step")

    [call] = world.sent("UpdateUserPool")
    sent = call["params"]
    assert sent["Policies"]["PasswordPolicy"] == {**was["Policies"]["PasswordPolicy"], "MinimumLength": 14}
    assert {name: sent.get(name) for name in STAYS} == {name: was[name] for name in STAYS}
    now = arranged.described()
    assert {name for name in was if was[name] != now.get(name)} == {"Policies", "LastModifiedDate"}
    page.goto(address("cognito_pool_settings", aws_id=arranged.pool.aws_id))
    expect(page.locator("[aria-labelledby=h-password]")).to_contain_text("14")
    walk.check()
