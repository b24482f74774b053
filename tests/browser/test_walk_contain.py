"""At night: a leaked key is contained from its id, what was left behind is found, and it is released."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from contain.models import Containment
from contain.subjects.person import names_person
from emulator.process import Emulator
from sync.models import Change
from tests.directory.arranged import arranged_and_pulled
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.leaked_key import leaked_key
from tests.services.pages import address
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

    page.get_by_label("Type the name").fill("ci-build")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That isn’t the name: type ci-builder.")).to_be_visible()
    page.get_by_label("Type the name").fill("ci-builder")
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


def test_a_role_that_others_use_too(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], erin: Operator, page_of: PageOf
) -> None:
    night = leaked_key(emulator, aws_account)
    worker("changes,pulls")
    page = page_of(erin)
    page.goto("/contain/")
    page.get_by_label("An access key id").fill("arn:aws:sts::123456789012:assumed-role/deploy/night")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="deploy", exact=True).click()
    expect(page.get_by_role("checkbox", name="Deny the session that was named")).to_be_checked()
    everybody = page.get_by_role("checkbox", name="Cut all sessions of deploy")
    expect(everybody).not_to_be_checked()
    hit = page.get_by_role("listitem").filter(has=everybody)
    for name in ("ci-builder", "deploy-bot", "root-keeper"):
        expect(hit).to_contain_text(name)
    everybody.check()
    page.get_by_label("Type the name").fill("deploy")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 2 steps applied")).to_be_visible()
    assert len(night.iam.list_role_policies(RoleName="deploy")["PolicyNames"]) == 2


def test_a_person_of_identity_center(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], alice: Operator, page_of: PageOf
) -> None:
    center = arranged_and_pulled(emulator, aws_account)
    worker("changes,pulls")
    page = page_of(alice)
    page.goto(address("directory_person_contain", aws_id=center.priya))
    expect(page.get_by_text("No API disables somebody")).to_be_visible()
    looks_good(page)
    page.get_by_label("Type the name").fill("Priya Nair")
    page.get_by_role("button", name="Contain Priya Nair").click()
    expect(page.get_by_text("5 of 5 steps applied")).to_be_visible()
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.admin}
    assert names_person(center.made.sso.get_inline_policy_for_permission_set(**about)["InlinePolicy"], center.priya)
