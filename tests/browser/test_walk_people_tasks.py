"""Guided tasks about a person in a real browser, each to its applied change: somebody joins, moves and leaves."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from policies.organizations.sources import MEMBERSHIP
from tests.directory.arranged import arranged_and_pulled
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.leaked_key import leaked_key
from tests.services.organization_rows import complete
from tests.services.pages import address
from tests.services.statements import allowing
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
WorkerOf = Callable[..., Worker]


def looks_good(page: Page, name: str = "") -> None:
    """`name`: of the picture that is kept where the environment says."""
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        assert not scrolls_sideways(page, width)
        if name and (kept := os.environ.get("PICTURES")):
            page.screenshot(path=Path(kept) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert axe_violations(page) == []


def apply(page: Page, steps: int, *, typed: str = "") -> None:
    """From the plan to its end."""
    expect(page.get_by_role("heading", name="Apply to")).to_be_visible()
    if typed:
        page.get_by_label(f"Type {typed} to go on").fill(typed)
    page.get_by_role("button", name=f"Apply {steps} step").click()
    expect(page.get_by_text(f"Applied {steps} of {steps} steps.").first).to_be_visible()


def go_on(page: Page, title: str) -> None:
    """The open task of that title, from the list."""
    page.goto(address("tasks"))
    page.get_by_role("region", name="Open tasks").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def step(page: Page, number: int) -> str:
    """What a step says."""
    return page.locator("#steps > li").nth(number - 1).inner_text()


def test_somebody_joins_as_an_iam_user(
    emulator: Emulator, aws_account: AwsAccount, worker: WorkerOf, erin: Operator, page_of: PageOf
) -> None:
    world = World(emulator, aws_account)
    complete(aws_account, MEMBERSHIP)
    group = world.group("analysts")
    world.iam.put_group_policy(GroupName="analysts", PolicyName="reads", PolicyDocument=allowing("s3:Get*"))
    world.again(group)
    worker("changes,pulls")
    page = page_of(erin)
    page.goto(address("overview"))
    page.keyboard.press("Control+k")
    page.keyboard.type("onboard")
    page.get_by_role("option", name="A person joins").first.click()
    expect(page.get_by_role("heading", name="A person joins", exact=True)).to_be_visible()
    looks_good(page, "join-begin")
    page.get_by_label("Name of a new IAM user").fill("maria.lopez")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="maria.lopez joins", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="Groups").fill("analysts")
    looks_good(page, "join-open")
    page.get_by_role("button", name="Stage the change").click()
    apply(page, 5)
    assert world.iam.list_groups_for_user(UserName="maria.lopez")["Groups"][0]["GroupName"] == "analysts"
    go_on(page, "maria.lopez joins")
    assert "maria.lopez has a password, and is in analysts." in step(page, 1)
    assert "Without MFA they can do no more than set it up" in step(page, 2)
    looks_good(page, "join-made")


def test_somebody_moves_between_groups(
    emulator: Emulator, aws_account: AwsAccount, worker: WorkerOf, erin: Operator, page_of: PageOf
) -> None:
    world = World(emulator, aws_account)
    for name, action in (("finance", "sqs:SendMessage"), ("platform", "s3:GetObject")):
        group = world.group(name)
        world.iam.put_group_policy(GroupName=name, PolicyName="own", PolicyDocument=allowing(action))
        world.again(group)
    user = world.user("dana")
    world.iam.add_user_to_group(GroupName="finance", UserName="dana")
    world.again(user)
    worker("changes,pulls")
    page = page_of(erin)
    page.goto(address("tasks"))
    page.get_by_role("link", name="A person moves", exact=True).click()
    page.get_by_label("IAM user").fill("dana")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="finance").check()
    page.get_by_label("Groups that they join").fill("platform")
    looks_good(page, "move-open")
    page.get_by_role("button", name="Stage the move").click()
    access = page.get_by_role("region", name="What access changes")
    expect(access).to_contain_text("Gains s3:GetObject")
    expect(access).to_contain_text("Loses sqs:SendMessage")
    looks_good(page, "move-plan")
    apply(page, 2)
    assert [group["GroupName"] for group in world.iam.list_groups_for_user(UserName="dana")["Groups"]] == ["platform"]
    go_on(page, "dana moves")
    assert "They are in platform." in step(page, 1)
    expect(page.get_by_text("Nothing is left to do").first).to_be_visible()
    looks_good(page, "move-done")
    page.get_by_role("button", name="Close the task").click()
    expect(page.get_by_text("The task is closed.")).to_be_visible()
    looks_good(page, "tasks")


def test_somebody_leaves(
    emulator: Emulator, aws_account: AwsAccount, worker: WorkerOf, erin: Operator, page_of: PageOf
) -> None:
    night = leaked_key(emulator, aws_account)
    worker("changes,pulls")
    page = page_of(erin)
    page.goto(address("tasks"))
    page.get_by_role("link", name="A person leaves", exact=True).click()
    page.get_by_label("IAM user").fill("ci-builder")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Deny everything to ci-builder")).to_be_checked()
    looks_good(page, "leave-open")
    page.get_by_role("button", name="Stage the cut").click()
    apply(page, 3, typed="ci-builder")
    assert night.iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"][0]["Status"] == "Inactive"
    go_on(page, "ci-builder leaves")
    assert "everything is denied to them" in step(page, 1)
    looks_good(page, "leave-cut")
    page.get_by_role("button", name="Stage the deletion").click()
    expect(page.get_by_text("Nothing is sent before")).to_be_visible()
    looks_good(page, "leave-plan")
    page.get_by_label("Type ci-builder to go on").fill("ci-builder")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("It is applied at").first).to_be_visible()
    assert IamUser.objects.live().filter(name="ci-builder").exists()
    go_on(page, "ci-builder leaves")
    assert "On its way" in step(page, 3)
    looks_good(page, "leave-scheduled")
    page.get_by_role("link", name="Read it", exact=True).click()
    expect(page.get_by_text("Sealed.")).to_be_visible()
    looks_good(page, "leave-report")


def test_a_person_of_identity_center_leaves(
    emulator: Emulator, aws_account: AwsAccount, worker: WorkerOf, alice: Operator, page_of: PageOf
) -> None:
    arranged_and_pulled(emulator, aws_account)
    worker("changes,pulls")
    page = page_of(alice)
    page.goto(address("begin_person_leaves"))
    page.get_by_label("Or a person of Identity Center").fill("priya.nair")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Priya Nair leaves", exact=True)).to_be_visible()
    looks_good(page, "leave-person")
    page.get_by_role("button", name="Stage the cut").click()
    apply(page, 5)
    go_on(page, "Priya Nair leaves")
    assert "They are in no group and have no assignment." in step(page, 1)
