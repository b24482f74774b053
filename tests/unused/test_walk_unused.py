"""In a real browser: a key, a role and a policy that nobody uses are switched off, and deleted unless used."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from sync import changes
from sync.models import Change
from tests.browser.test_walk_changes import Walk
from tests.services.browser import LOOKS, scrolls_sideways
from tests.services.pages import address, change_address
from tests.services.workers import Worker
from tests.unused.arranged import Estate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class WidthsWalk(Walk):
    """Looks at each page wide and narrow, light and dark."""

    def check(self) -> None:
        for width, theme in (*LOOKS, (320, "light")):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
            assert not scrolls_sideways(self.page, width)
        super().check()
        self.page.set_viewport_size({"width": 1440, "height": 900})


def test_from_unused_to_deleted(
    emulator: Emulator,
    aws_account: AwsAccount,
    worker: Callable[..., Worker],
    erin: Operator,
    page_of: Callable[[Operator], Page],
) -> None:
    estate = Estate(emulator, aws_account)
    worker("changes,pulls")
    walk = WidthsWalk(page_of(erin))
    page = walk.page
    page.goto(address("unused"))
    expect(page.get_by_role("status").get_by_text("8 of 8 objects match.")).to_be_visible()
    walk.check()
    for name in (estate.key, "legacy", "orphan"):
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    page.get_by_role("button", name="Stage a change").click()
    expect(page.get_by_role("heading", name="Clean up 3 objects", level=1)).to_be_visible()
    walk.check()
    page.get_by_label("Days until it is deleted").fill("14")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_text("Wait 14 days, whether somebody misses what is switched off").first).to_be_visible()
    walk.check()

    change = Change.objects.latest("pk")
    walk.apply("11 steps", "Waits at step 3 of 11")
    walk.check()
    page.goto(address("unused"))
    expect(page.get_by_role("heading", name="Being cleaned up")).to_be_visible()
    page.get_by_text("3 objects", exact=True).click()
    walk.check()

    estate.use("role", "legacy")
    ago = timedelta(days=14, minutes=1)
    change.steps.filter(finished_at__isnull=False).update(finished_at=F("finished_at") - ago)
    Change.objects.filter(pk=change.pk).update(not_before=timezone.now())
    changes.sweep_due()
    page.goto(change_address(change))
    expect(page.get_by_text(re.compile("The role legacy isn’t deleted: it was used at")).first).to_be_visible()
    walk.check()
    assert [role["RoleName"] for role in estate.iam.list_roles()["Roles"]].count("legacy") == 1
    assert estate.iam.list_access_keys(UserName="ci-old")["AccessKeyMetadata"] == []
    assert "orphan" not in [each["PolicyName"] for each in estate.iam.list_policies(Scope="Local")["Policies"]]

    page.goto(address("unused"))
    kept = page.get_by_role("region", name="Kept, and still off")
    expect(kept.get_by_text("It stays denied everything")).to_be_visible()
    walk.check()
    kept.get_by_role("button", name="Bring back: The role legacy").click()
    expect(page.get_by_role("heading", name="Bring back the role legacy", level=1)).to_be_visible()


def test_search_finds_it(aws_account: AwsAccount, bob: Operator, page_of: Callable[[Operator], Page]) -> None:
    page = page_of(bob)
    page.goto(address("overview"))
    page.keyboard.press("Control+k")
    page.keyboard.type("unused")
    page.get_by_role("option", name=re.compile("^Unused")).first.click()
    expect(page.get_by_role("heading", name="Unused", level=1)).to_be_visible()
    expect(page.get_by_text("Nobody has looked yet")).to_be_visible()
