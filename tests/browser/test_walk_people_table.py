"""In a real browser: five hundred people come in by a table of which three rows are bad."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import REGION, Emulator
from sync.models import Change, Step
from tests.browser.test_walk_changes import Walk
from tests.cognito.customers import Customers, customers, shown
from tests.conftest import wait_until
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BAD = {
    9: ("nobody,basic", "nobody"),
    72: ("person-9@acme.example,basic", "person-9@acme.example is in line 11 already."),
    402: ("long@acme.example,much too long", "takes 8 at most"),
}


def table() -> str:
    lines = [f"person-{number}@acme.example,basic" for number in range(500)]
    for number, (line, _) in BAD.items():
        lines[number - 2] = line
    return "\n".join(["name,custom:plan", *lines])


def send_by_ses(found: Customers) -> None:
    """Cognito itself sends 50 e-mails a day."""
    identity = "arn:aws:ses:us-east-1:123456789012:identity/acme.example"
    mail = {"EmailSendingAccount": "DEVELOPER", "SourceArn": identity}
    found.idp.update_user_pool(UserPoolId=found.pool.aws_id, AutoVerifiedAttributes=["email"], EmailConfiguration=mail)
    pulled(found.pool.aws_account, source="cognito.pools", region=REGION)


def test_five_hundred_people_come_in_but_for_three_bad_rows(
    emulator: Emulator,
    aws_account: AwsAccount,
    erin: Operator,
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
    tmp_path: Path,
) -> None:
    found = customers(emulator, aws_account)
    were = len(shown(found))
    send_by_ses(found)
    file = tmp_path / "people.csv"
    file.write_text(table())
    worker("urgent,changes")
    page = page_of(erin)
    walk = Walk(page)
    page.goto(address("cognito_pool_people", aws_id=found.pool.aws_id))
    page.get_by_role("link", name="Import").click()
    expect(page.get_by_label("Or a file")).to_be_visible()
    walk.check()
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status").first).to_have_text("497 rows can be done, 3 can’t.")
    for line, (_, sentence) in BAD.items():
        row = page.get_by_role("row").filter(has=page.get_by_role("cell", name=str(line), exact=True)).first
        expect(row).to_contain_text(sentence)
    with page.expect_download() as download:
        page.get_by_role("button", name="The 3 that can’t be done, as CSV").click()
    _, *to_correct = csv.reader(download.value.path().read_text().splitlines())
    assert [",".join(cells[1:]) for cells in to_correct] == [row for row, _ in BAD.values()]

    page.get_by_label("Leave out the rows that can’t be done").check()
    page.get_by_role("button", name="Stage 497").click()
    page.get_by_role("button", name="Apply 497 steps").click()
    wait_until(lambda: Change.objects.get().state == Change.State.APPLIED, seconds=120)
    expect(page.get_by_text("Applied 497 of 497 steps.").first).to_be_visible()
    steps = page.get_by_role("region", name="Steps").get_by_role("listitem")
    expect(steps.last).to_contain_text(re.compile("line 501 of the CSV.*Done", re.DOTALL))
    assert Step.objects.filter(state=Step.State.DONE).count() == 497
    pages = found.idp.get_paginator("list_users").paginate(UserPoolId=found.pool.aws_id)
    assert sum(len(each["Users"]) for each in pages) == were + 497
