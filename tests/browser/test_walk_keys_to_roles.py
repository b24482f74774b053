"""A role takes the place of an access key, in a real browser: each step ticked by the mirror, until the key is gone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from policies.organizations.sources import MEMBERSHIP
from tests.services.browser import looked_at
from tests.services.organization_rows import complete
from tests.services.pages import ACCOUNT_ID, address
from tests.services.pulling import pulled
from tests.services.statements import allow, document_text
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
INBOX = document_text(allow("sqs:ReceiveMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT_ID}:inbox"))


@pytest.fixture
def world(emulator: Emulator, aws_account: AwsAccount) -> World:
    """reports-bot with a managed policy, an inline one, and a key, which a program used just now."""
    world = World(emulator, aws_account)
    complete(aws_account, MEMBERSHIP)
    policy = world.policy("reports-write")
    world.iam.create_user(UserName="reports-bot")
    world.iam.attach_user_policy(UserName="reports-bot", PolicyArn=policy.arn)
    world.iam.put_user_policy(UserName="reports-bot", PolicyName="inbox", PolicyDocument=INBOX)
    key = world.iam.create_access_key(UserName="reports-bot")["AccessKey"]
    theirs = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    emulator.client("iam", **theirs).list_groups()
    pulled(aws_account)
    bot = IamUser.objects.get(name="reports-bot")
    world.mirrored(IamUser, bot.name, bot.arn, "keys", "last_used")
    return world


def stage(page: Page, button: str = "Stage the change") -> None:
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", name="Apply to")).to_be_visible()


def applied(page: Page, steps: int) -> None:
    page.get_by_role("button", name=f"Apply {steps} step{'s' if steps > 1 else ''}").click()
    expect(page.get_by_text(f"Applied {steps} of {steps} step{'s' if steps > 1 else ''}.").first).to_be_visible()


def ticked(page: Page, step: str) -> None:
    expect(page.get_by_role("listitem", name=step)).to_contain_text("Done")


def test_a_key_is_replaced_by_a_role_and_goes(
    world: World, erin: Operator, worker: Callable[..., Worker], page_of: PageOf
) -> None:
    worker("changes")
    page = page_of(erin)
    page.goto(address("tasks"))
    page.get_by_role("link", name="From an access key to a role").click()
    page.get_by_role("combobox", name="Access key").fill("reports-bot")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("of reports-bot")
    run = page.url
    page.get_by_role("link", name="Ask CloudTrail for the last calls of reports-bot").click()
    page.get_by_role("button", name="Ask CloudTrail").click()
    expect(page.get_by_text("iam:ListGroups")).to_be_visible()
    page.goto(run)
    calls = page.get_by_role("table", name="Who called with the key, by CloudTrail").get_by_role("row")
    expect(calls.filter(has_text="Boto3")).to_contain_text("127.0.0.1")
    looked_at(page)
    page.get_by_role("radio", name="A function of Lambda").check()
    page.get_by_role("button", name="That is what uses it").click()
    ticked(page, "1. Who uses the key")

    page.get_by_role("link", name="Open the role builder").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("reports-bot-role")
    expect(page.get_by_role("radio", name="Lambda a function")).to_be_checked()
    stage(page)
    applied(page, 1)
    page.goto(run)
    page.get_by_role("combobox", name="The role in its place").fill("reports-bot-role")
    page.get_by_role("button", name="This is the role").click()
    ticked(page, "2. A role in its place")
    expect(page.get_by_role("listitem", name="3. What the role may do")).to_contain_text("reports-write")
    looked_at(page)
    stage(page)
    applied(page, 2)
    page.goto(run)
    ticked(page, "3. What the role may do")
    [policy] = world.iam.list_attached_role_policies(RoleName="reports-bot-role")["AttachedPolicies"]
    assert policy["PolicyName"] == "reports-write"
    inline = world.iam.get_role_policy(RoleName="reports-bot-role", PolicyName="inbox")
    assert inline["PolicyDocument"] == json.loads(INBOX)

    page.get_by_role("spinbutton", name="Days unused").fill("0")
    page.get_by_role("spinbutton", name="Days inactive").fill("0")
    stage(page)
    page.get_by_role("textbox", name="Type").fill("reports-bot")
    applied(page, 4)
    page.goto(run)
    ticked(page, "6. The key is deactivated, then deleted")
    assert world.iam.list_access_keys(UserName="reports-bot")["AccessKeyMetadata"] == []
    page.get_by_role("button", name="Close the task").click()
    expect(page.get_by_role("heading", name="Open tasks")).to_have_count(0)
