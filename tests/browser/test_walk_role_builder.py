"""Roles built in a real browser and applied: a Lambda function with a table, a workflow of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from policies.organizations.sources import MEMBERSHIP
from tests.services.browser import looked_at
from tests.services.organization_rows import complete
from tests.services.pages import ACCOUNT_ID, address
from tests.services.resource_rows import hold
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT_ID}:table/orders"


def stage(page: Page) -> None:
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.get_by_role("button", name="Stage the change").click()


def applied(page: Page, steps: int) -> None:
    expect(page.get_by_role("heading", name="Apply to")).to_be_visible()
    page.get_by_role("button", name=f"Apply {steps} steps").click()
    expect(page.get_by_text(f"Applied {steps} of {steps} steps.").first).to_be_visible()


def test_a_function_with_a_table(
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    worker: Callable[..., Worker],
    page_of: PageOf,
) -> None:
    world = World(emulator, aws_account)
    complete(aws_account, MEMBERSHIP)
    hold(aws_account, "dynamodb.table", TABLE, name_key="orders")
    worker("changes")
    page = page_of(erin)

    page.goto(address("tasks"))
    page.get_by_role("link", name="Lambda with a table").click()
    result = page.locator("#result")
    expect(result).to_contain_text("It may read and write the items of orders.")
    expect(result).to_contain_text("delete the table")
    page.get_by_label("What it may do with orders").select_option("read")
    expect(result).to_contain_text("It may not write the items of orders")
    page.get_by_role("textbox", name="Function").fill("orders api")  # a space is refused, and kept
    expect(result).to_contain_text("Not complete yet")
    page.get_by_role("textbox", name="Function").fill("orders-api")
    expect(result).to_contain_text("/aws/lambda/orders-api")
    page.get_by_role("radio", name="Step Functions").check()
    expect(page.get_by_role("textbox", name="State machine")).to_have_value("orders-api")
    expect(result).to_contain_text("Step Functions can assume it for orders-api alone.")
    page.get_by_role("radio", name="Lambda a function").check()
    expect(result).to_contain_text("Only Lambda can assume it.")
    looked_at(page)
    page.get_by_role("textbox", name="Tags").fill("team=shop")
    expect(result).to_contain_text("team")
    stage(page)
    applied(page, 3)
    [name] = world.iam.list_role_policies(RoleName="orders-api")["PolicyNames"]
    document = world.iam.get_role_policy(RoleName="orders-api", PolicyName=name)["PolicyDocument"]
    assert TABLE in json.dumps(document)
    assert "dynamodb:PutItem" not in json.dumps(document)


def test_a_workflow_of_github_with_its_provider(
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    worker: Callable[..., Worker],
    context: BrowserContext,
    page_of: PageOf,
) -> None:
    """An empty subject and one of everybody are refused, and nothing of what was typed is lost."""
    world = World(emulator, aws_account)
    complete(aws_account, MEMBERSHIP)
    worker("changes")
    page_of(erin)
    page = context.new_page()  # Chromium complains on the console of the other one of each answer that refuses
    page.goto(f"{address('build_role')}?start=github")
    page.get_by_role("textbox", name="Role name").fill("deploy")
    expect(page.locator("#result")).not_to_contain_text("Give it a name")
    stage(page)
    expect(page.get_by_text("Say which: without a subject, everybody").first).to_be_visible()
    expect(page.get_by_label("Subject (sub)")).to_be_focused()
    page.get_by_label("Subject (sub)").fill("repo:*")
    page.get_by_label("Add a resource").fill("arn:aws:s3:::acme-www")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_label("What it may do with acme-www")).to_be_visible()
    expect(page.get_by_label("Subject (sub)")).to_have_value("repo:*")
    stage(page)
    expect(page.get_by_text("This lets in others, too.").first).to_be_visible()
    page.get_by_label("Subject (sub)").fill("repo:acme/shop:ref:refs/heads/main")
    expect(page.locator("#result")).to_contain_text("Only workflows of GitHub Actions can assume it.")
    page.get_by_role("button", name="Remove acme-www").press("Enter")
    expect(page.get_by_label("What it may do with acme-www")).to_have_count(0)
    looked_at(page)
    stage(page)
    applied(page, 2)
    [provider] = world.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Arn"].endswith("oidc-provider/token.actions.githubusercontent.com")
    trust = world.iam.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]
    assert "repo:acme/shop:ref:refs/heads/main" in json.dumps(trust)
