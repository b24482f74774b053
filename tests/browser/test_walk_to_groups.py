"""Users with policies of their own move into groups, in a real browser and to the applied change in AWS."""

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
from tests.services.pulling import pulled
from tests.services.statements import allow, document_text
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
NAMES = ("ana", "ben", "carla", "dana")
NOTES = document_text(allow("s3:GetObject", "arn:aws:s3:::acme-notes/${aws:username}/*"))


@pytest.fixture
def world(emulator: Emulator, aws_account: AwsAccount) -> World:
    """All four have a managed policy; carla and dana an inline one besides, which says the same."""
    world = World(emulator, aws_account)
    complete(aws_account, MEMBERSHIP)
    policy = world.policy("reports-write")
    for name in NAMES:
        world.user(name)
        world.iam.attach_user_policy(UserName=name, PolicyArn=policy.arn)
    for name, called in (("carla", "notes"), ("dana", "own-notes")):
        world.iam.put_user_policy(UserName=name, PolicyName=called, PolicyDocument=NOTES)
    pulled(aws_account)
    return world


def test_into_groups(world: World, erin: Operator, worker: Callable[..., Worker], page_of: PageOf) -> None:
    worker("changes")
    page = page_of(erin)
    page.goto(address("tasks"))
    page.get_by_role("link", name="From direct policies to groups").click()
    result = page.locator("#result")
    expect(result).to_contain_text("Nobody’s access changes: proved for 4 users.")
    expect(result).to_contain_text("In between nobody has less")
    policy = page.get_by_role("textbox", name="Managed policy for notes")
    policy.fill("reports-write")  # what is called so says something else
    policy.blur()
    expect(result).to_contain_text("says something else: take another name")
    policy.fill("own-notes")
    group = page.get_by_role("textbox", name="Group for notes (inline), reports-write", exact=True)
    group.fill("note-takers")
    group.blur()
    expect(result).to_contain_text("2 users join the new group note-takers.")
    page.get_by_text("2 users: ana, ben").press("Enter")
    page.get_by_role("checkbox", name="Leave out ana").check()
    expect(result).to_contain_text("proved for 3 users")
    page.get_by_role("checkbox", name="Leave out ana").uncheck()
    expect(result).to_contain_text("proved for 4 users")
    looked_at(page)
    page.get_by_text("The steps, in this order").click()
    expect(result.get_by_role("listitem").filter(has_text="Add carla to the group note-takers")).to_be_visible()
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_text("Nobody’s access changes.")).to_be_visible()
    page.get_by_role("button", name="Apply 16 steps").click()
    expect(page.get_by_text("Applied 16 of 16 steps.").first).to_be_visible()
    for name in NAMES:
        assert world.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"] == []
        assert world.iam.list_user_policies(UserName=name)["PolicyNames"] == []
        assert len(world.iam.list_groups_for_user(UserName=name)["Groups"]) == 1
    given = world.iam.list_attached_group_policies(GroupName="note-takers")["AttachedPolicies"]
    assert {each["PolicyName"] for each in given} == {"own-notes", "reports-write"}
    page.goto(address("direct_to_groups"))
    expect(page.get_by_role("heading", name="Nothing to move")).to_be_visible()


def test_what_changed_meanwhile_takes_nothing_from_anybody(
    world: World, erin: Operator, worker: Callable[..., Worker], context: BrowserContext, page_of: PageOf
) -> None:
    """Behind the console's back: a user is deleted while the page is open, and a policy rewritten after the plan."""
    page_of(erin)
    page = context.new_page()  # Chromium complains on the console of the other one of the answer that refuses
    page.goto(address("direct_to_groups"))
    expect(page.locator("#result")).to_contain_text("proved for 4 users")
    world.iam.detach_user_policy(UserName="ben", PolicyArn=f"arn:aws:iam::{ACCOUNT_ID}:policy/reports-write")
    world.iam.delete_user(UserName="ben")
    pulled(world.aws_account)
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_text("What is proposed has changed since you opened this page").first).to_be_visible()
    expect(page.locator("#result")).to_contain_text("proved for 3 users")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_role("heading", name="Apply to")).to_be_visible()
    wider = document_text(allow("s3:*", "arn:aws:s3:::acme-notes/*"))
    world.iam.put_user_policy(UserName="dana", PolicyName="own-notes", PolicyDocument=wider)
    worker("changes")
    page.get_by_role("button", name="Apply 14 steps").click()
    expect(page.get_by_text("Conflicted").first).to_be_visible()
    assert world.iam.get_user_policy(UserName="dana", PolicyName="own-notes")["PolicyDocument"] == json.loads(wider)
    assert len(world.iam.list_groups_for_user(UserName="dana")["Groups"]) == 1
