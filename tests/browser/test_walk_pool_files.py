"""In a real browser: a user pool is taken away as a file, and the file becomes a new pool. Both widths, both themes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from cognito.models import UserPool
from emulator.process import REGION, Emulator
from emulator.sample_estate.data import user_pools
from tests.browser.test_walk_changes import Walk
from tests.cognito.restoring import exported
from tests.cognito.seeding import ROLE, pull_pools
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def partners(emulator: Emulator, aws_account: AwsAccount) -> UserPool:
    """The sample pool with its people, mirrored."""
    idp = emulator.client("cognito-idp")
    within = {"UserPoolId": idp.create_user_pool(**user_pools.PARTNER_POOL)["UserPool"]["Id"]}
    idp.set_user_pool_mfa_config(**within, **user_pools.PARTNER_MFA)
    idp.create_resource_server(**within, **user_pools.ORDERS_SERVER)
    for client in (user_pools.PORTAL_CLIENT, user_pools.SYNC_CLIENT):
        idp.create_user_pool_client(**within, **client)
    for group in user_pools.PARTNER_GROUPS:
        idp.create_group(**within, **group, **({"RoleArn": ROLE} if group["GroupName"] == "gold" else {}))
    emulator.bring_in(within["UserPoolId"], list(user_pools.partners()))
    pull_pools(aws_account)
    for source in ("cognito.people", "cognito.members"):
        pulled(aws_account, source=source, region=REGION)
    return UserPool.objects.get()


def test_a_pool_is_exported_and_restored_as_a_new_one(
    partners: UserPool,
    emulator: Emulator,
    erin: Operator,
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
    tmp_path: Path,
) -> None:
    worker("changes")
    walk = Walk(page_of(erin))
    page, file = walk.page, tmp_path / "partners.json"

    page.goto(address("cognito_pool", aws_id=partners.aws_id))
    page.get_by_role("link", name="Export or restore").click()
    expect(page.get_by_text("60 people, by subject")).to_be_visible()
    page.get_by_role("checkbox", name="Include group memberships").check()
    walk.check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(file)

    page.get_by_role("link", name="Into a new pool").click()
    page.get_by_label("Exported file").set_input_files(file)
    page.get_by_role("textbox", name="Name of the new pool").fill("partners-copy")
    walk.check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("checkbox", name=re.compile("^gold"))).to_be_checked()
    expect(page.get_by_text("60 memberships of 60 people can’t be restored with it")).to_be_visible()
    walk.stage()
    walk.apply("8 steps", "Applied 8 of 8 steps.")

    new = UserPool.objects.get(name="partners-copy")
    page.goto(address("cognito_pool_groups", aws_id=new.aws_id))
    for name in ("gold", "silver", "trial"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.goto(address("cognito_pool_settings", aws_id=new.aws_id))
    expect(page.get_by_text(re.compile("12 characters at least"))).to_be_visible()
    described: Any = emulator.client("cognito-idp").describe_user_pool(UserPoolId=new.aws_id)["UserPool"]
    assert (described["MfaConfiguration"], described["DeletionProtection"]) == ("ON", "ACTIVE")


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    partners: UserPool,
    erin: Operator,
    client_of: Callable[..., Client],
    page_of: Callable[[Operator], Page],
    tmp_path: Path,
    width: int,
    theme: str,
) -> None:
    """With what differs, a secret to be typed, and people who aren't there."""
    said = json.loads(exported(client_of(erin), partners, memberships=True))
    said["groups"][0]["settings"]["Precedence"] = 3
    google = {"ProviderDetails": {"client_id": "shop", "authorize_scopes": "email"}}
    said["identity_providers"] = [
        {"name": "Google", "type": "Google", "left_out": ["client_secret"], "settings": google}
    ]
    said["memberships"][0]["people"].append({"sub": "other", "username": "dana.okafor"})
    file = tmp_path / "partners.json"
    file.write_text(json.dumps(said, indent=2))
    page = page_of(erin)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]

    def check() -> None:
        assert not scrolls_sideways(page, width), page.url
        assert axe_violations(page) == []

    page.goto(address("cognito_pool_export", aws_id=partners.aws_id))
    check()
    page.get_by_role("link", name="Into this pool").click()
    expect(page.get_by_label("Exported file")).to_be_visible()
    check()
    page.get_by_label("Exported file").set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("1 of 61 people of the file isn’t in this pool")).to_be_visible()
    expect(page.get_by_label("Its client secret: Google")).to_be_visible()
    check()
