"""Changes of Identity Center in a browser: an edit that two AWS accounts get, and somebody who joins for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectoryMembership, PermissionSet
from sync.models import Change
from tests.directory.arranged import Arranged, arranged_and_pulled, pull_directory
from tests.services.browser import axe_violations, scrolls_sideways
from tests.services.changing import carry_out
from tests.services.organizations import connect_member
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.statements import allowing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
center = pytest.fixture(arranged_and_pulled)


def with_staging(center: Arranged, aws_account: AwsAccount) -> AwsAccount:
    """Read_Only is there, too."""
    member = connect_member(center.made.organization.account("Staging"), "Staging")
    center.made.assign(center.read_only, member.account_id, "GROUP", center.platform)
    pulled(member, source="iam.details")
    pull_directory(aws_account)
    return member


def test_an_edit_of_a_policy_says_who_gains_in_two_accounts(
    center: Arranged, aws_account: AwsAccount, erin: Operator, page_of: PageOf
) -> None:
    member = with_staging(center, aws_account)
    Grant.objects.create(operator=erin, aws_account=member, role=Role.EDITOR)
    page = page_of(erin)
    page.goto(address("permission_set_policies", aws_id=center.read_only.rpartition("/")[2]))
    page.get_by_role("link", name="Write one…").click()
    expect(page.get_by_role("main")).to_contain_text("The plan brings it into 2 AWS accounts")
    page.locator(".cm-content").fill(allowing(["s3:DeleteBucket", "s3:PutObject"]))
    draft = page.get_by_role("region", name="What the draft changes in AWS accounts")
    expect(draft).to_contain_text("Acme: Adds s3:DeleteBucket and s3:PutObject")
    expect(draft).to_contain_text("Staging: Adds s3:DeleteBucket and s3:PutObject")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Stage the change").click()
    touched = page.get_by_role("region", name="What it provisions")
    expect(touched.get_by_role("link", name="See the role")).to_have_count(2)
    expect(touched).to_contain_text("1 person and 1 disabled")
    elsewhere = page.get_by_role("region", name="Who gains and loses what by Identity Center")
    expect(elsewhere).to_contain_text("Staging")
    expect(elsewhere).to_contain_text("Gains s3:DeleteBucket, s3:PutObject")
    expect(page.get_by_role("region", name="What access changes")).to_contain_text("Gains s3:DeleteBucket")
    expect(page.get_by_role("main")).to_contain_text("Wait until AWS has provisioned Read_Only")
    assert axe_violations(page) == []
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert not scrolls_sideways(page, width)
    done = carry_out(Change.objects.get(), Operator.objects.get(pk=erin.pk))
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]
    page.goto(address("permission_set", aws_id=PermissionSet.objects.get(name="Read_Only").aws_id))
    expect(page.get_by_role("main")).not_to_contain_text("Edited since")


def test_a_person_joins_a_group_for_three_days_by_the_keyboard(
    center: Arranged, erin: Operator, page_of: PageOf
) -> None:
    page = page_of(erin)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address("directory_group_members", aws_id=center.platform))
    page.get_by_role("link", name="Add a person…").first.click()
    assert axe_violations(page) == []
    page.get_by_role("combobox", name="Person").fill("priya.nair")
    page.get_by_label("Until").fill(f"{timezone.localtime() + timedelta(days=3):%Y-%m-%dT%H:%M}")
    page.get_by_label("Reason").fill("On call for three days")
    page.get_by_role("button", name="Stage the change").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Add the person Priya Nair to the group platform")
    assert not scrolls_sideways(page, 390)
    change = Change.objects.get(ends=None)
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert Change.objects.get(ends=change).state == Change.State.SCHEDULED
    assert DirectoryMembership.objects.live().filter(user_id=center.priya).exists()
    page.goto(address("directory_group_members", aws_id=center.platform))
    remove = page.get_by_role("link", name="Remove… Priya Nair")
    remove.click()
    expect(page.get_by_label("Whom")).to_contain_text("Priya Nair")
