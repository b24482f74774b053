"""Who did it, in a real browser: somebody changes AWS by boto3, and the console says who that was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from sync.activity import principals, questions, work
from sync.models import Revision
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.pulling import pulled, seeded_and_pulled
from tests.services.statements import allowing, trusting
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = trusting({"AWS": "arn:aws:iam::123456789012:root"}, ["sts:AssumeRole", "sts:SetSourceIdentity"])


@pytest.fixture
def outside(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """IAM's client of dana, in a session of the role deployer; the mirror has what there was before."""
    iam = seeded_and_pulled(emulator, aws_account)
    arn = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=allowing("*"))
    pulled(aws_account)
    Revision.objects.update(drift_in=None, origin=Revision.Origin.IMPORT)
    keys = emulator.client("sts").assume_role(
        RoleArn=arn, RoleSessionName="build-7", SourceIdentity="dana@acme.example"
    )["Credentials"]
    return emulator.client(
        "iam",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_an_outside_change_shows_with_its_doer(
    outside: Any, aws_account: AwsAccount, worker: Callable[..., Worker], alice: Operator, page_of: PageOf
) -> None:
    worker("changes,pulls")
    outside.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    page = page_of(alice)
    page.goto(address("drift"))
    expect(page.get_by_text("Who did it isn’t known yet")).to_be_visible()
    page.get_by_role("link", name="Undo… the change of jane").click()
    page.get_by_role("button", name="Ask CloudTrail").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("CloudTrail is being asked.")).to_be_visible()
    for _ in range(100):
        if page.get_by_text("Role deployer").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    who = page.get_by_role("region", name="Who did it")
    expect(who).to_contain_text("Role deployer called AttachUserPolicy")
    expect(who).to_contain_text("dana@acme.example")
    expect(who).to_contain_text("127.0.0.1")

    page.goto(address("drift"))
    expect(page.get_by_text("By role deployer, session build-7, for dana@acme.example")).to_be_visible()
    page.goto(address("user_history", aws_id=IamUser.objects.get(name="jane").aws_id))
    expect(page.get_by_text("By role deployer, session build-7")).to_be_visible()


def test_the_last_calls_of_a_user_are_asked_for_and_shown(
    outside: Any, emulator: Emulator, worker: Callable[..., Worker], alice: Operator, page_of: PageOf
) -> None:
    worker("changes")
    key = outside.create_access_key(UserName="jane")["AccessKey"]
    theirs = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    emulator.client("iam", **theirs).list_groups()
    page = page_of(alice)
    page.goto(address("user", aws_id=IamUser.objects.get(name="jane").aws_id))
    page.get_by_role("link", name="Activity").click()
    page.get_by_role("button", name="Ask CloudTrail").click()
    expect(page.get_by_text("iam:ListGroups")).to_be_visible(timeout=20_000)  # it comes by itself


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    outside: Any, emulator: Emulator, aws_account: AwsAccount, alice: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    outside.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    questions.take_up(aws_account)
    work.ask(aws_account.pk)
    jane = IamUser.objects.get(name="jane")
    principals.work(principals.ask(row=jane, actor=alice).pk)
    revision = Revision.objects.get(drift_in=aws_account)
    page = page_of(alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for url in (
        address("drift"),
        address("drift_one", pk=str(revision.pk)),
        address("user_activity", aws_id=jane.aws_id),
    ):
        page.goto(url)
        if scrolls_sideways(page, width):
            found.append(f"{url}: scrolls sideways")
        found += [f"{url}: {violation}" for violation in axe_violations(page)]
    assert found == []
