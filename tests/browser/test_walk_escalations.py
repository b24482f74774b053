"""A privilege escalation path is cut from its page, and muted by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from access.escalation.finding_source import EscalationSource
from accounts.models import AwsAccount, Operator
from findings import refresh
from findings.models import Finding
from tests.access.mirrored import administrator, managed, role
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.rows import attach, make_user
from tests.services.statements import LAMBDA, allow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEPLOY = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "s3:GetObject"])


@pytest.fixture
def url(aws_account: AwsAccount) -> str:
    complete(aws_account, "org.membership")
    administrator(role(aws_account, "ops", trusts=LAMBDA))
    attach(make_user(aws_account, "dana"), managed(aws_account, "deploy", [DEPLOY]))
    assert refresh.refresh(aws_account, sources=[EscalationSource()])
    return reverse("escalations", kwargs={"account_id": aws_account.account_id})


def test_a_cut_is_staged_and_a_path_muted_by_keyboard(alice: Operator, page_of: Callable[..., Page], url: str) -> None:
    page = page_of(alice)
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(url)
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(url)
    page.get_by_role("button", name="Stage this change").click()
    expect(page.get_by_role("heading", name=re.compile("Deny iam:PassRole on ops in deploy")).first).to_be_visible()
    expect(page.get_by_text("Can no longer become an administrator").first).to_be_visible()

    page.goto(url)
    page.get_by_role("link", name="Mute…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Reason")).to_be_hidden()
    page.get_by_role("link", name="Mute…").press("Enter")
    page.get_by_role("textbox", name="Reason").press_sequentially("Leaves in May.")
    page.get_by_role("button", name="Mute").press("Enter")
    expect(page.get_by_text("Nobody can")).to_be_visible()
    assert Finding.objects.get().is_muted
    page.get_by_role("link", name="Muted").click()
    expect(page.get_by_text("Leaves in May.")).to_be_visible()
