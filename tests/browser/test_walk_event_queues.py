"""An owner enters a queue of events; then somebody changes AWS with boto3, and drift shows it with who did it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from estate.event_queues.choices import IAM
from estate.event_queues.cloudformation import template_of
from sync.activity import accepting
from sync.event_queues import work
from sync.models import Authorship, EventQueue, ReceivedEvent
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.deployed import deployed
from tests.services.trail import asked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def assert_fits(page: Page) -> None:
    for width, scheme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_change_outside_shows_with_its_doer_before_any_pull(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, alice: Operator, page_of: Callable[..., Page]
) -> None:
    emulator.trail(delay_s=3600)
    url = deployed(emulator, template_of([IAM]))["QueueUrl"]
    page = page_of(alice)
    page.goto(f"/aws/{aws_account.account_id}/events/")
    page.get_by_label("URL of the queue").fill(url)
    page.get_by_role("button", name="Enter the queue").click()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()

    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    work.take()  # what the clock asks workers for, four times a minute
    work.follow(aws_account.pk)
    page.reload()
    expect(page.get_by_text("Works")).to_be_visible()
    assert_fits(page)

    page.goto(f"/aws/{aws_account.account_id}/drift/")
    expect(page.get_by_text("By user emulator")).to_be_visible()
    expect(page.get_by_text("Reported", exact=True)).to_be_visible()
    page.get_by_role("link", name="Undo… the change of jane").click()
    expect(page.get_by_text("An event of the queue says so.")).to_be_visible()
    assert_fits(page)

    emulator.trail(forget=True, events=[{"record": _record(), "resources": [["AWS::IAM::User", "jane"]]}])
    asked(aws_account)
    page.reload()
    expect(page.get_by_text("An event of the queue says so.")).to_have_count(0)
    assert Authorship.objects.get().state == Authorship.State.FOUND

    page.goto(f"/aws/{aws_account.account_id}/events/")
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("There is none: changes show with the next pull.")).to_be_visible()
    assert not EventQueue.objects.exists()


def _record() -> Any:
    return json.loads(ReceivedEvent.objects.exclude(record="").get().record)


def test_an_owner_names_a_pipeline_and_ends_it(
    iam: Any, aws_account: AwsAccount, alice: Operator, page_of: Callable[..., Page]
) -> None:
    page = page_of(alice)
    page.goto(f"/aws/{aws_account.account_id}/pipelines/")
    page.get_by_label("Name", exact=True).fill("Terraform of the platform")
    page.get_by_label("Role", exact=True).fill("exporter")
    page.get_by_role("button", name="Accept what it changes").click()
    expect(page.get_by_text("role exporter", exact=True)).to_be_visible()
    assert_fits(page)
    [pipeline] = accepting.pipelines_of(aws_account)
    assert pipeline.made_at <= timezone.now()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("There is none: people accept each change")).to_be_visible()
