"""An edit of a service control policy in a real browser: the editor, and its plan, say who loses what below."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from tests.conftest import make_operator
from tests.services.browser import axe_violations, scrolls_sideways
from tests.services.organization_rows import EVERYTHING, make_control_policy, make_organization
from tests.services.rows import make_document, make_role, put_inline
from tests.services.statements import allowing, denying

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
MEMBER = "500000000000"


def _estate(aws_account: AwsAccount) -> None:
    """Three roles of the member may write to buckets, and one may only read."""
    make_organization(aws_account, 2, manages=True)
    make_control_policy(
        aws_account, "everything", *OrgUnit.objects.all(), *OrgAccount.objects.all(), document=EVERYTHING
    )
    OrgPolicy.objects.filter(name="our-regions").update(document=make_document(denying("kms:*")))
    AwsAccount.objects.filter(pk=aws_account.pk).update(approvals_required=0, writes_enabled=True)
    member = AwsAccount.objects.create(account_id=MEMBER, name="Payments", approvals_required=1)
    for name in ("writer-a", "writer-b", "writer-c"):
        role = make_role(member, name)
        put_inline(role, "may", document=make_document(allowing(["s3:PutObject", "s3:GetObject"])))
    put_inline(make_role(member, "reader"), "may", document=make_document(allowing("s3:GetObject")))


def test_an_edit_shows_who_loses_what(aws_account: AwsAccount, page_of: PageOf) -> None:
    _estate(aws_account)
    zoe = make_operator("zoe", Role.OWNER, None)
    page, where = page_of(zoe), f"/aws/{aws_account.account_id}"
    page.goto(f"{where}/organization/")
    page.get_by_role("link", name="Workloads").first.click()
    attached = page.get_by_role("region", name="Attached here")
    expect(attached.get_by_role("link", name="Detach our-regions")).to_be_visible()
    assert axe_violations(page) == []
    attached.get_by_role("link", name="our-regions", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    page.locator(".cm-content").fill(denying(["kms:*", "s3:PutObject"]))
    below = page.get_by_role("region", name="What the draft changes below")
    expect(below).to_contain_text("Removes s3:PutObject · for writer-a, writer-b")
    expect(below).not_to_contain_text("reader")
    expect(below).to_contain_text("nothing is known of Team 001")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Stage the change").click()
    panel = page.get_by_role("region", name="What changes in AWS accounts below")
    expect(panel).to_contain_text("3 principals lose")
    for name in ("writer-a", "writer-b", "writer-c"):
        expect(panel.get_by_role("link", name=name)).to_be_visible()
    expect(panel).not_to_contain_text("reader")
    expect(page.get_by_text("1 approval of Payments").first).to_be_visible()
    assert axe_violations(page) == []
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert not scrolls_sideways(page, width)
