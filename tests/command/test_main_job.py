"""The main job: a program finds a user and proposes an edit, a person approves on the page, a program applies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from iamconsole_client import ApiProblem, Client
from sync.models import Change
from tests.command.console import Command
from tests.services.statements import allowing
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_user_to_an_applied_change(
    command_of: Callable[..., Command],
    iam: Any,
    alice: Operator,
    anton: Operator,
    aws_account: AwsAccount,
    page_of: Callable[..., Page],
    worker: Callable[..., Worker],
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    worker()
    command = command_of(alice, "see_iam", "propose", "apply")
    here, client = aws_account.account_id, Client(command.url, command.token)
    assert [each["name"] for each in client.list_objects(here, "users", q="jane")["items"]] == ["jane"]

    file = command.file("reports-read.json", allowing("s3:ListBucket"))
    proposing = ("propose", file, "--account", here, "--policy", "reports-read", "--reason", "CI", "--dry-run")
    proposed = command.run(*proposing)
    assert proposed.status == 0, proposed.error
    assert "s3:ListBucket" in proposed.said
    assert "jane" in proposed.said
    assert "Dry run" in proposed.said
    change = Change.objects.get()
    assert client.read_change(here, change.pk)["access"]["summary"]
    status = ("status", str(change.pk), "--account", here)
    applying = ("apply", str(change.pk), "--account", here, "--digest", change.digest)
    assert command.run(*status).status == 1
    early = command.run(*applying)
    assert (early.status, "approv" in early.error) == (3, True)
    with pytest.raises(ApiProblem) as refused:
        client.apply_change(here, change.pk, {"digest": "0" * 64})
    assert refused.value.status == 409

    page = page_of(anton)
    page.goto(client.read_change(here, change.pk)["url"])
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved").first).to_be_visible()
    applied = command.run(*applying, "--wait", "120")
    assert applied.status == 0, applied.said + applied.error
    assert command.run(*status).status == 0
    [policy] = client.list_objects(here, "policies", q="reports-read")["items"]
    version = iam.get_policy(PolicyArn=policy["arn"])["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=policy["arn"], VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "s3:ListBucket"
