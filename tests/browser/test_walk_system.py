"""Through the page System in a real browser, with a real worker that is killed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from monitoring import counting
from monitoring.middleware import PAGES
from monitoring.models import TableSize
from sync.aws.trace import CALLS, THROTTLED
from sync.models import Run
from tests.conftest import make_aws_account
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GONE_S = 3.0


def looks_right(page: Page, name: str) -> None:
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
        if kept := os.environ.get("PICTURES"):
            page.screenshot(path=Path(kept) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def fill(aws_account: AwsAccount) -> None:
    """Something of everything that the page can show."""
    now, today = timezone.now(), timezone.now().date()
    make_aws_account("111122223333", "Never read")
    error = {
        "class": "AccessDeniedError",
        "sentence": "AWS denied iam:GetAccountAuthorizationDetails.",
    }
    common = {"aws_account": aws_account, "source": "iam.details", "trigger": Run.Trigger.SCHEDULE}
    Run.objects.create(**common, state=Run.State.FAILED, heartbeat_at=now, finished_at=now, error=error)
    Run.objects.create(**common, heartbeat_at=now - timedelta(hours=2))
    counting.count(THROTTLED, aws_account.account_id, "cognito-idp", times=12)
    counting.count(CALLS, "iam", "ListAccessKeys", "AccessDeniedError", times=3)
    counting.count(PAGES, "who_can", "GET", "5xx", times=2)
    counting.flush()
    for days, size in ((20, 2), (0, 14)):
        day = today - timedelta(days=days)
        TableSize.objects.create(day=day, table="sync_revision", size=size * 10**8, rows=1_412_003)
        TableSize.objects.create(day=day, table="policies_documentversion", size=4 * 10**7, rows=48_000)


def test_an_owner_sees_that_a_worker_was_killed(
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
    olga: Operator,
    aws_account: AwsAccount,
    settings: Any,
) -> None:
    cache.clear()
    counting.forget()
    running = worker("pulls", heartbeats=True, WORKER_GONE_S=str(GONE_S))
    settings.WORKER_GONE_S = GONE_S
    page = page_of(olga)
    page.goto("/")
    page.get_by_role("link", name="System", exact=True).click()
    expect(page.get_by_role("heading", name="System", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(": heard of just now"))).to_be_visible()
    looks_right(page, "system-quiet")

    fill(aws_account)
    running.kill()
    row = page.get_by_role("listitem").filter(has_text="Workers for pulls")
    expect(row.get_by_text("Doesn’t work", exact=True)).to_be_visible()  # the page asks by itself
    expect(row.get_by_text("Start one: celery -A iamconsole worker -Q pulls")).to_be_visible()
    looks_right(page, "system-trouble")
    link = page.get_by_role("link", name="Never read")
    link.focus()
    before = link.element_handle()
    page.evaluate("htmx.ajax('GET', '/system/now/', {target: '#system-now', swap: 'outerHTML'})")
    before.wait_for_element_state("hidden")  # another one has come in its place
    expect(link).to_be_focused()
    link.press("Enter")
    expect(page.get_by_role("heading", name="Pulls", exact=True)).to_be_visible()


def test_it_is_found_by_search(page_of: Callable[[Operator], Page], olga: Operator, aws_account: AwsAccount) -> None:
    page = page_of(olga)
    page.goto("/search/?q=throttled")
    page.get_by_role("main").get_by_role("link", name=re.compile("^System")).first.click()
    expect(page.get_by_role("heading", name="System", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Monitoring", exact=True).click()
    expect(page.get_by_role("heading", name="Monitoring", exact=True).first).to_be_visible()
