"""At night: a leaked key is contained from its id, what was left behind is found, and it is released."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from contain.models import Containment
from emulator.process import Emulator
from sync.models import Change
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.leaked_key import leaked_key
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
WITHIN_S = 15  # from the click to all steps applied


def looks_good(page: Page) -> None:
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        assert not scrolls_sideways(page, width)
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_leaked_key_from_its_id_to_its_release(
    emulator: Emulator,
    aws_account: AwsAccount,
    worker: Callable[..., Worker],
    alice: Operator,
    anton: Operator,
    page_of: PageOf,
) -> None:
    night = leaked_key(emulator, aws_account)
    night.intrude()
    worker("changes,pulls")
    page = page_of(alice)
    page.goto("/contain/")
    page.get_by_label("An access key id").fill(night.key["AccessKeyId"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="ci-builder", exact=True)).to_be_visible()
    looks_good(page)
    page.get_by_role("link", name="ci-builder", exact=True).click()
    page.get_by_role("button", name="Ask CloudTrail").click()
    expect(page.get_by_text("svc-backup2").first).to_be_visible()
    page.reload()
    role = page.get_by_role("checkbox", name="Cut the sessions of the role deploy")
    expect(role).to_be_checked()
    expect(page.get_by_text("user deploy-bot")).to_be_visible()
    looks_good(page)

    page.get_by_label("Type its name").fill("ci-build")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That isn’t the name: type ci-builder.")).to_be_visible()
    page.get_by_label("Type its name").fill("ci-builder")
    began = monotonic()
    page.get_by_role("button", name="Contain ci-builder").click()
    expect(page.get_by_text("4 of 4 steps applied")).to_be_visible()
    assert monotonic() - began < WITHIN_S
    expect(page.get_by_role("region", name="Left behind").get_by_text("svc-backup2").first).to_be_visible()
    looks_good(page)

    page.get_by_role("button", name="Seal a report").click()
    expect(page.get_by_text("Sealed.")).to_be_visible()
    looks_good(page)
    page.get_by_role("link", name="ci-builder").first.click()
    page.get_by_role("link", name="Release…").click()
    looks_good(page)
    page.get_by_role("button", name="Stage the release").click()
    expect(page.get_by_role("heading", name="Release ci-builder")).to_be_visible()
    released = Change.objects.get(reverses=Containment.objects.get().change)
    kinds = list(released.steps.values_list("kind", flat=True))
    assert kinds[0] == "iam.key.activate" and kinds[-2:] == ["iam.user.await_sessions_end", "iam.user.inline.delete"]
