"""A policy for a role in three AWS accounts: staged, approved by two people, halted, mended, resumed, reversed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from sync.models import SpanningChange
from tests.conftest import make_operator
from tests.services.across import READ_ONLY, Three, grant, in_aws, worked
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]


@pytest.fixture
def three(emulator: Emulator, aws_account: AwsAccount) -> Three:
    found = in_aws(emulator, aws_account)
    found.set_approvals(1, 1, 1)
    return found


def fits(page: Page) -> None:
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.reload()
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})


class Walk:
    def __init__(self, three: Three, page_of: PageOf, erin: Operator) -> None:
        self.three, self.page_of, self.erin = three, page_of, grant(erin, Role.EDITOR, three.accounts)
        self.approvers = [
            grant(make_operator("vera", Role.APPROVER, None), Role.APPROVER, three.accounts[:2]),
            grant(make_operator("walter", Role.APPROVER, None), Role.APPROVER, three.accounts[1:]),
        ]

    def open(self, operator: Operator) -> Page:
        page = self.page_of(operator)
        page.goto(reverse("spanning_change", args=[SpanningChange.objects.latest("pk").pk]))
        return page

    def approve(self, *approvers: Operator) -> None:
        for operator in approvers:
            page = self.open(operator)
            page.get_by_role("button", name="Approve", exact=True).click()
            expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)

    def apply(self) -> Page:
        page = self.open(self.erin)
        page.get_by_role("button", name="Apply in 3 AWS accounts").click()
        expect(page.get_by_text("Applying", exact=True).first).to_be_visible()
        return page


def stage(walk: Walk) -> Page:
    first = walk.three.roles[0]
    page = walk.page_of(walk.erin)
    page.goto(f"/aws/{first.aws_account.account_id}/roles/{first.aws_id}/")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="In all AWS accounts…").click()
    expect(page.get_by_role("checkbox")).to_have_count(3)
    fits(page)
    page.get_by_role("button", name="Stage a change").click()
    fits(page)
    page.get_by_role("link", name="Attach a policy…").click()
    fits(page)
    page.get_by_label("Policy", exact=True).fill(READ_ONLY)
    page.get_by_label("Reason").fill("Ticket 9")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_text("3 AWS accounts, 2 waves")).to_be_visible()
    return page


def test_halted_mended_resumed_and_reversed(three: Three, page_of: PageOf, erin: Operator) -> None:
    walk = Walk(three, page_of, erin)
    page = stage(walk)
    page.get_by_role("button", name="One after the other").click()
    expect(page.get_by_role("heading", name="Wave 3")).to_be_visible()
    expect(page.get_by_role("button", name="Apply in 3 AWS accounts")).to_be_disabled()
    walk.approve(*walk.approvers)
    page = walk.apply()
    three.worlds[1].iam.attach_role_policy(RoleName="ci", PolicyArn=READ_ONLY)
    span = worked(SpanningChange.objects.get())

    page.reload()
    expect(page.get_by_text("It halted: nothing more is begun.")).to_be_visible()
    fits(page)
    three.worlds[1].iam.detach_role_policy(RoleName="ci", PolicyArn=READ_ONLY)
    three.worlds[1].again(three.roles[1])
    page.get_by_role("link", name=re.compile("Acme Data, change")).click()
    page.get_by_role("button", name="Make a new plan on what is live").click()
    page.get_by_role("link", name=f"change {span.pk} across AWS accounts").click()
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)  # the new plan was approved by nobody
    worked(span)
    walk.approve(walk.approvers[1])
    page = walk.open(walk.erin)
    page.get_by_role("button", name="Resume").click()
    worked(span)
    page.reload()
    expect(page.get_by_text("Applied in 3 AWS accounts.")).to_be_visible()
    assert three.attached() == [True] * 3

    page.get_by_role("button", name="Propose the reverse").click()
    expect(page.get_by_role("link", name=f"change {span.pk}", exact=True)).to_be_visible()
    walk.approve(*walk.approvers)
    walk.apply()
    worked(SpanningChange.objects.latest("pk"))
    assert three.attached() == [False] * 3
