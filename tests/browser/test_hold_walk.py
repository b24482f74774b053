"""An owner walks through what is on hold after a restore: AWS is looked at, each change decided, the queue released."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Operator
from identities.operations import attach
from sync import changes, counter
from sync.changes import dry_run
from sync.models import Change, DryRun
from sync.operations import StepSpec
from tests.project.operations import SENDING
from tests.services.browser import looked_at
from tests.services.changing import propose
from tests.services.pages import address
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Chromium complains on its console of each answer that refuses."""
    return context.new_page()


@pytest.fixture
def held(world: World, erin: Operator) -> list[Change]:
    """One that was applied since, one that wasn't, and one of which AWS doesn't show it."""
    policy, roles = world.policy(), [world.role("exporter"), world.role("importer")]

    def queued(title: str, *steps: StepSpec) -> Change:
        change = propose(world.aws_account, erin, steps, title=title)
        changes.apply(change=change, actor=erin)
        return change

    found = [
        queued("Let the exporter read", attach(roles[0], policy.arn)),
        queued("Let the importer write", attach(roles[1], policy.arn)),
        queued("New password for Lena", SENDING["iam.login.reset"].prepared(world, erin)),
    ]
    propose(world.aws_account, erin, [attach(world.role("reader"), policy.arn)], title="Let the reader in")
    world.iam.attach_role_policy(RoleName="exporter", PolicyArn=policy.arn)
    counter.hold(why="The database was restored from a backup of 29 Nov 2026, 02:00:00 UTC.", actor=None)
    return found


def test_walk(held: list[Change], olga: Operator, bob: Operator, page_of: Callable[..., Page]) -> None:
    page = page_of(bob)
    page.goto(address("overview"))
    expect(page.get_by_text("On hold: nothing is sent to AWS", exact=False).first).to_be_visible()
    expect(page.get_by_role("link", name="What is on hold")).to_have_count(0)

    page = page_of(olga)
    page.goto(address("overview"))
    page.get_by_role("link", name="What is on hold").click()
    expect(page.get_by_role("heading", name="On hold", exact=True)).to_be_visible()
    page.get_by_role("button", name="Look at AWS").click()
    expect(page.get_by_text("AWS is asked about 4 changes…")).to_be_visible()
    for run in DryRun.objects.all():
        dry_run.work(run.pk)
    page.get_by_role("link", name="Show what it says").click()
    expect(page.get_by_text("AWS shows that it was done.")).to_be_visible()
    looked_at(page)
    kept(page, "held")

    already, left, unseen = (page.get_by_role("region", name=change.title) for change in held)
    for panel in (already, left):
        panel.get_by_label("What you found out about").fill("As AWS says.")
        panel.get_by_role("button", name="Release", exact=True).click()
        expect(panel.get_by_text("As AWS says.")).to_be_visible()
    unseen.get_by_label("What you found out about").fill("The user has it not.")
    unseen.get_by_role("button", name="Release", exact=True).click()
    expect(unseen.get_by_role("alert")).to_be_focused()
    expect(unseen.get_by_label("What you found out about")).to_have_value("The user has it not.")
    unseen.get_by_label("I found out that what AWS doesn’t show wasn’t done").check()
    unseen.get_by_role("button", name="Release", exact=True).click()
    expect(unseen.get_by_text("The user has it not.")).to_be_visible()
    looked_at(page)
    kept(page, "decided")

    page.get_by_label("What you found out", exact=True).fill("All looked at.")
    page.get_by_role("button", name="Release the queue").click()
    expect(page.get_by_text("The queue is released. Going on: 3 changes.")).to_be_visible()
    page.goto(reverse("queue"))
    expect(page.get_by_role("heading", name="Queue of changes")).to_be_visible()


def kept(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        for width, theme in ((1440, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})
