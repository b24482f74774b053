"""A user's life in a real browser: made, given a password, put into a group, given a new key, deleted by two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from accounts.models import ApprovalRule, AwsAccount, Operator, Risk
from emulator.process import Emulator
from identities.models import IamUser
from tests.identities.operation_cases_credentials import knows
from tests.services.browser import axe_violations
from tests.services.pages import address
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "lena.fischer"
SECRET = re.compile(r"\S{12,}")


@dataclass
class Walk:
    page: Page

    def stage(self) -> None:
        expect(self.page.get_by_role("button", name="Stage the change")).to_be_visible()
        self.check()
        self.page.get_by_role("button", name="Stage the change").click()
        expect(self.page.get_by_role("heading", name=re.compile("^Apply to"))).to_be_visible()
        self.check()

    def apply(self, steps: str, done: str) -> None:
        typed = self.page.locator("label[for=typed] code")
        if typed.count():
            self.page.locator("#typed").fill(typed.inner_text())
        self.page.get_by_role("button", name=f"Apply {steps}").click()
        expect(self.page.get_by_text(done).first).to_be_visible()

    def keep_secret(self) -> str:
        """What is shown once, and is gone when it is acknowledged."""
        self.page.get_by_role("button", name="Show it").click()
        expect(self.page.get_by_role("heading", name="One-time secret", exact=True)).to_be_visible()
        self.check()
        shown = self.page.get_by_role("button", name="Copy the secret").get_attribute("data-copy") or ""
        self.page.get_by_role("button", name="Saved it, erase").click()
        expect(self.page.get_by_role("button", name="Show it")).to_have_count(0)
        return shown

    def action(self, user: IamUser, label: str) -> None:
        self.page.goto(address("user", aws_id=user.aws_id))
        self.page.get_by_role("button", name="Actions").click()
        self.page.get_by_role("link", name=label).click()

    def check(self) -> None:
        expect(self.page.locator(".htmx-request")).to_have_count(0)  # what is on its way fades
        assert axe_violations(self.page) == []


def test_a_user_is_made_equipped_and_deleted(
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    anton: Operator,
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
) -> None:
    world = World(emulator, aws_account)
    world.group("analytics")
    worker("changes")
    walk = Walk(page_of(erin))
    page = walk.page

    page.goto(address("users"))
    page.get_by_role("link", name="New user…").click()
    page.get_by_role("textbox", name="Name").fill(NAME)
    walk.stage()
    walk.apply("1 step", "Applied 1 of 1 step.")
    user = IamUser.objects.get(name=NAME)

    walk.action(user, "Console password…")
    walk.stage()
    walk.apply("1 step", "Applied 1 of 1 step.")
    assert SECRET.fullmatch(walk.keep_secret())
    assert world.iam.get_login_profile(UserName=NAME)["LoginProfile"]["PasswordResetRequired"]

    page.goto(f"{address('user', aws_id=user.aws_id)}groups/")
    page.get_by_role("link", name="Add to a group…").click()
    page.get_by_role("combobox", name="Group").fill("analytics")
    walk.stage()
    walk.apply("1 step", "Applied 1 of 1 step.")
    assert [group["GroupName"] for group in world.iam.list_groups_for_user(UserName=NAME)["Groups"]] == ["analytics"]

    old = world.iam.create_access_key(UserName=NAME)["AccessKey"]["AccessKeyId"]
    knows(world, user, "keys", "last_used")
    walk.action(user, "Rotate an access key…")
    walk.stage()
    walk.apply("6 steps", "Waits at step 2 of 6.")
    assert walk.keep_secret() not in page.content()
    keys = {key["AccessKeyId"]: key["Status"] for key in world.iam.list_access_keys(UserName=NAME)["AccessKeyMetadata"]}
    assert (len(keys), keys[old]) == (2, "Active")
    page.get_by_role("button", name=re.compile("Cancel|Stop")).click()

    ApprovalRule.objects.create(aws_account=aws_account, risk=Risk.DESTRUCTIVE, approvals=1)
    walk.action(user, "Delete…")
    walk.stage()
    plan = page.url
    expect(page.get_by_role("button", name=re.compile("^Apply"))).to_be_disabled()
    page_of(anton).goto(plan)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved").first).to_be_visible()
    page_of(erin).goto(plan)
    walk.apply("7 steps", "Applied 7 of 7 steps.")
    assert world.iam.list_users()["Users"] == []
