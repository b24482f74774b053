"""An owner sets a directory up: a token, what its groups mean, and an operator who is handed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from tests.services.browser import looked_at
from tests.services.scim_client import ScimDirectory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_directory_is_set_up(
    page_of: Callable[[Operator], Page], olga: Operator, bob: Operator, aws_account: AwsAccount, live_server: Any
) -> None:
    group = Group.objects.create(name="Owners of Acme")
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.OWNER)
    page = page_of(olga)
    page.goto("/operators/")
    page.get_by_role("link", name="SCIM provisioning").click()
    expect(page.get_by_text("The directory has told of no group yet.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Entra ID")
    page.get_by_label("Only from these networks").fill("127.0.0.0/8")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("heading", name="The new token")).to_be_visible()
    token = page.locator("[data-token] code").inner_text()
    directory = ScimDirectory(live_server.url, token)
    directory.make_group("Cloud administrators", directory.make_user("dana"))
    directory.make_group("A group of the directory with quite a long name, as directories have them")
    page.reload()
    expect(page.locator("[data-token]")).to_have_count(0)
    row = page.get_by_role("row", name="Cloud administrators")
    row.get_by_label("Are members of").select_option("Owners of Acme")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nobody is put into Owners of Acme: it has the role owner.")).to_be_visible()
    page.get_by_label("E-mail address of the operator").fill("bob@example.org")
    page.get_by_role("button", name="Hand over to the directory").click()
    expect(page.get_by_text("2 operators", exact=False).first).to_be_visible()
    looked_at(page)
    row.get_by_label("Also where it has the role owner").check()
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nobody is put into Owners of Acme: it has the role owner.")).to_have_count(0)
    assert Operator.objects.get(email="dana@example.org").is_staff
