"""Guided tasks about an AWS account in a real browser, to their applied changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from guides.account import stack
from identities.models import IamUser
from sync.aws.session import forget_all
from sync.connect import external_id_for, machine_identity
from tests.browser.test_walk_role_builder import applied
from tests.conftest import make_operator
from tests.guides.account.test_connect_first import deploy
from tests.services.browser import looked_at
from tests.services.credentials import at_that_time, enable
from tests.services.organizations import MadeOrganization
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
NAMES = ("ada", "ben")


def said(page: Page, title: str, progress: str) -> None:
    own = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title, exact=True))
    expect(own.get_by_text(progress, exact=True)).to_be_visible()


def test_the_first_administrators(
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    worker: Callable[..., Worker],
    context: BrowserContext,
    page_of: PageOf,
) -> None:
    world = World(emulator, aws_account)
    for source in ("iam.details", "iam.summary", "iam.password_policy"):
        pulled(aws_account, source=source)
    worker("changes")
    page_of(erin)
    page = context.new_page()  # Chromium complains on the console of the other one of each answer that refuses
    page.goto(address("tasks"))
    page.get_by_role("link", name="First administrators", exact=True).click()
    expect(page.get_by_role("radio", name="As IAM users of this AWS account, in one group")).to_be_checked()
    looked_at(page)
    page.get_by_role("button", name="Begin").click()
    said(page, "1. A group that may do everything, with MFA", "To do")
    looked_at(page)
    begun = page.url

    page.get_by_role("button", name="Stage the change").click()
    applied(page, 4)
    attached = world.iam.list_attached_group_policies(GroupName="administrators")["AttachedPolicies"]
    assert {each["PolicyName"] for each in attached} == {"require-mfa", "AdministratorAccess"}

    page.goto(begun)
    said(page, "1. A group that may do everything, with MFA", "Done")
    page.get_by_label("User names").fill("ada\nben smith")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_text("“ben smith” can’t be the name of a user").first).to_be_visible()
    expect(page.get_by_label("User names")).to_have_value("ada\nben smith")
    page.get_by_label("User names").fill("ada\nben")
    page.get_by_role("button", name="Stage the change").click()
    applied(page, 6)
    expect(page.get_by_role("button", name="Show").first).to_be_visible()

    page.goto(begun)
    said(page, "2. Two people in it", "Done")
    said(page, "3. Each of them signs in, and sets up MFA", "To do")
    looked_at(page)
    for name in NAMES:
        assert world.iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"] is False
        enable(world.iam, name, f"GAHT-{name}-0001")
        emulator.activity("user", name, at=timezone.now().isoformat())
        row = IamUser.objects.get(name=name)
        world.mirrored(IamUser, name, row.arn, "mfa", "login")
    later = emulator.own_client("iam")
    at_that_time(later, timezone.now() + timedelta(hours=4, minutes=1))  # AWS makes no new report before
    for _ in range(2):
        later.generate_credential_report()
    pulled(aws_account, source="iam.credential_report")
    page.goto(begun)
    said(page, "3. Each of them signs in, and sets up MFA", "Done")
    said(page, "4. Two of them have signed in", "Done")
    expect(page.get_by_text("Nothing is left to do", exact=True)).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Close the task").click()
    expect(page.get_by_role("heading", name="Tasks", exact=True)).to_be_visible()


def test_root_at_rest(
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    worker: Callable[..., Worker],
    page_of: PageOf,
) -> None:
    """From a root user with keys and without MFA, and two administrators with a password alone, to all of it mended."""
    world = World(emulator, aws_account)
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    world.iam.create_group(GroupName="administrators")
    world.iam.attach_group_policy(GroupName="administrators", PolicyArn=everything)
    for name in NAMES:
        world.iam.create_user(UserName=name)
        world.iam.create_login_profile(UserName=name, Password="Correct-Horse-9-Battery", PasswordResetRequired=False)
    world.iam.add_user_to_group(GroupName="administrators", UserName="ada")
    world.iam.attach_user_policy(UserName="ben", PolicyArn=everything)
    emulator.describe_root(mfa="", keys=[{"created": "2020-01-01T00:00:00+00:00"}])
    of_users = ("iam.login", "iam.mfa", "iam.keys", "iam.ssh_keys", "iam.service_credentials")
    for source in ("iam.details", *of_users, "iam.summary", "iam.alias", "iam.credential_report"):
        pulled(aws_account, source=source)
    worker("changes")
    page = page_of(erin)
    page.goto(address("root_user"))
    page.get_by_role("link", name="Root at rest, step by step").click()
    page.get_by_role("button", name="Begin").click()
    said(page, "1. Two administrators who aren’t the root user", "Done")
    said(page, "2. Their logins are asked for MFA", "To do")
    said(page, "5. The root user has no access keys", "To do")
    said(page, "6. The root user has MFA", "To do")
    said(page, "7. Its mailbox and telephone are the organization’s", "Not known")
    looked_at(page)
    begun = page.url
    asked = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="2. Their logins are asked for MFA")
    )
    expect(asked.get_by_label("Group administrators: 1 user")).to_be_checked()
    expect(asked.get_by_label("User ben")).to_be_checked()
    expect(asked.get_by_label("User ada")).not_to_be_checked()
    asked.get_by_role("button", name="Stage the change").click()
    applied(page, 3)
    page.goto(begun)
    said(page, "2. Their logins are asked for MFA", "Done")
    page.get_by_label("Alias").fill("acme-prod")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_role("heading", name="Apply to")).to_be_visible()
    page.get_by_role("button", name="Apply 1 step").click()
    expect(page.get_by_text("Applied 1 of 1 step.").first).to_be_visible()
    assert world.iam.list_account_aliases()["AccountAliases"] == ["acme-prod"]

    for name in NAMES:  # in AWS's own console
        enable(world.iam, name, f"GAHT-{name}-0001")
    emulator.describe_root(mfa="passkey", keys=[])
    for source in ("iam.mfa", "iam.summary"):
        pulled(aws_account, source=source)
    page.goto(begun)
    for number, title in enumerate(
        ("Each of them has MFA", "A sign-in address that people remember", "The root user has no access keys"), start=3
    ):
        said(page, f"{number}. {title}", "Done")
    said(page, "6. The root user has MFA", "Done")
    said(page, "8. Nobody uses it", "Done")
    expect(page.get_by_text("Not all is known", exact=True)).to_be_visible()  # the mailbox
    page.goto("/search/?q=root+rest")
    expect(page.get_by_role("link", name="Root at rest").first).to_be_visible()


def test_connecting_the_first_aws_account(
    emulator: Emulator, db: None, worker: Callable[..., Worker], page_of: PageOf
) -> None:
    """From an empty console to the first answers, as the pulls go."""
    forget_all()
    number = MadeOrganization(emulator).account("Payments")
    worker("pulls")
    page = page_of(make_operator("olga", Role.OWNER, None))
    page.goto("/")
    page.get_by_role("link", name="Step by step").click()
    page.get_by_label("AWS account id").fill(number)
    page.get_by_label("Name", exact=True).fill("Payments")
    page.get_by_label("Region", exact=True).fill("eu-west-1")
    page.get_by_label("The emulator plays AWS").check()
    looked_at(page)
    page.get_by_role("button", name="Show how its role is made").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="iam-console-read.yaml").click()
    looked_at(page)
    principal = machine_identity(partition="aws", region="eu-west-1", emulated=True).principal_arn
    text = Path(download.value.path()).read_text()
    deploy(emulator, number, text, stack.parameters(principal, external_id_for(number)))
    page.get_by_role("button", name="Connect and pull").click()
    expect(page.get_by_role("heading", name="First answers from Payments", level=1)).to_be_visible()
    for title in ("1. Users, groups and roles", "2. Passwords and MFA", "3. The root user"):
        said(page, title, "Done")
    looked_at(page)
