"""In a real browser: a role and its policies are picked in the list and taken away as Terraform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from identities.operations import attach as attach_step
from tests.browser.test_walk_changes import Walk
from tests.infrastructure.parsed import template, terraform
from tests.infrastructure.test_states import role_in_state, state_of
from tests.services.changing import propose
from tests.services.pages import address, change_address
from tests.services.rows import attach, make_policy, make_role, put_inline

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_role_and_its_policies_are_exported(
    aws_account: AwsAccount, bob: Operator, page_of: Callable[[Operator], Page], tmp_path: Path
) -> None:
    role = make_role(aws_account, "deploy")
    attach(role, make_policy(aws_account, "reports"))
    put_inline(role)
    make_role(aws_account, "another")
    walk = Walk(page_of(bob))
    page, file = walk.page, tmp_path / "iam.tf"

    page.goto(address("roles"))
    page.get_by_role("checkbox", name="deploy").check()
    walk.check()
    page.get_by_role("button", name="Export as code").click()
    expect(page.get_by_role("heading", name="Export the role deploy as code", level=1)).to_be_visible()
    walk.check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(file)
    resources, imports = terraform(file.read_text())
    assert set(resources) == {
        "aws_iam_policy.reports",
        "aws_iam_role.deploy",
        "aws_iam_role_policy.deploy_own-buckets",
        "aws_iam_role_policy_attachment.deploy_reports",
    }
    assert imports["aws_iam_role_policy.deploy_own-buckets"] == "deploy:own-buckets"

    page.goto(address("role", aws_id=role.aws_id))
    page.get_by_role("link", name="As code").click()
    expect(page.get_by_text("aws_iam_role.deploy.name").first).to_be_visible()
    page.get_by_role("link", name="CloudFormation (YAML)").click()
    shown = page.get_by_label("deploy as CloudFormation (YAML)")
    assert "RoleDeploy" in template(shown.inner_text())["Resources"]
    walk.check()


def test_a_state_is_read_and_a_plan_gives_its_patch(
    aws_account: AwsAccount, erin: Operator, page_of: Callable[[Operator], Page], tmp_path: Path
) -> None:
    role, policy, file = make_role(aws_account, "deploy"), make_policy(aws_account, "reports"), tmp_path / "state.json"
    walk = Walk(page_of(erin))
    page = walk.page

    page.goto(address("owned_by_code"))
    file.write_bytes(state_of(role_in_state("deploy", role.aws_id)))
    page.get_by_label("Name", exact=True).fill("platform")
    page.get_by_label("Output of terraform show -json").set_input_files(file)
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_text("1 object, 1 resource here.")).to_be_visible()
    walk.check()

    page.goto(change_address(propose(aws_account, erin, [attach_step(role, policy.arn)])))
    expect(page.get_by_text("module.ci.aws_iam_role.deploy", exact=True)).to_be_visible()
    assert "role       = aws_iam_role.deploy.name" in page.get_by_label("Patch for deploy").inner_text()
    expect(page.get_by_text("The pipeline undoes what is applied here")).to_be_visible()
    expect(page.get_by_role("button", name="Apply 1 step")).to_have_count(0)
    walk.check()

    page.get_by_label("Why it can’t wait for the code").fill("The release is tonight")
    page.get_by_role("button", name="Override the code").click()
    assert page.get_by_label("The override ends").evaluate("field => field.validity.valueMissing")
    page.get_by_label("The override ends").fill(f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Override the code").click()
    expect(page.get_by_text("Erin let it through until")).to_be_visible()
    expect(page.get_by_role("button", name="Apply 1 step")).to_be_enabled()
    walk.check()

    page.goto(address("role", aws_id=role.aws_id))
    expect(page.get_by_text("A change waits that overrides the code that owns it.")).to_be_visible()
    walk.check()
