"""Drift in a real browser: seen after a pull, undone by the plan; and its pages in both widths and themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamRole, IamUser
from policies.models import ManagedPolicy
from sync import drift
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.pulling import policy_arn, pulled, seeded_and_pulled
from tests.services.statements import EC2, allowing, trusting
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def attached(emulator: Emulator) -> list[str]:
    listed = emulator.client("iam").list_attached_user_policies(UserName="jane")["AttachedPolicies"]
    return [policy["PolicyName"] for policy in listed]


def test_a_change_behind_the_consoles_back_is_seen_and_undone(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], erin: Operator, page_of: PageOf
) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    worker("changes")
    page = page_of(erin)
    page.goto(address("drift"))
    expect(page.get_by_text("Nothing was changed outside this console")).to_be_visible()

    iam.attach_user_policy(UserName="jane", PolicyArn=ADMINISTRATOR)
    pulled(aws_account)

    page.goto(address("drift"))
    expect(page.get_by_text("attached AdministratorAccess")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Undo")).click()
    expect(page.get_by_text("Detach AdministratorAccess from the user jane")).to_be_visible()
    page.get_by_role("button", name="Propose the reverse").click()
    page.wait_for_url(re.compile(r"/changes/\d+/$"))
    assert attached(emulator) == ["AdministratorAccess"]
    page.get_by_role("button", name="Apply 1 step").click()

    expect(page.get_by_text("Applied 1 of 1 step.")).to_be_visible()
    assert attached(emulator) == []
    page.goto(address("drift") + "?state=undone")
    expect(page.get_by_text("Undone", exact=True).first).to_be_visible()


def test_what_is_picked_is_accepted(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, page_of: PageOf
) -> None:
    drifted(emulator, aws_account)
    page = page_of(erin)
    page.goto(address("drift"))
    page.get_by_label("Select the change of jane").check()
    page.get_by_label("Select the change of exporter").check()
    expect(page.get_by_text("2 changes selected")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted 2 changes made outside this console.")).to_be_visible()
    assert [drift.name_in(found) for found in drift.open_drift(aws_account)] == ["auditors"]


def drifted(emulator: Emulator, aws_account: AwsAccount) -> Any:
    iam = seeded_and_pulled(emulator, aws_account)
    iam.attach_user_policy(UserName="jane", PolicyArn=ADMINISTRATOR)
    iam.put_user_policy(UserName="jane", PolicyName="own", PolicyDocument=allowing("s3:*"))
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2))
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    return iam


@pytest.fixture
def addresses(emulator: Emulator, aws_account: AwsAccount) -> dict[str, str]:
    iam = drifted(emulator, aws_account)
    jane, role = IamUser.objects.get(), IamRole.objects.get()
    iam.update_user(UserName="jane", NewUserName="joan")
    pulled(aws_account)
    one = drift.open_drift(aws_account).filter(facet__kind="iam.user").order_by("pk")[0]
    return {
        "drift": address("drift"),
        "one": address("drift_one", pk=str(one.pk)),
        "history": address("user_history", aws_id=jane.aws_id),
        "two": address("role_history", aws_id=role.aws_id) + "?facet=details&from=1&to=2",
        "as of": address("as_of"),
        "as of one": address("as_of_one", kind="iam.role", aws_id=role.aws_id),
        "raw": address("user_raw", aws_id=jane.aws_id),
    }


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    addresses: dict[str, str], erin: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    page = page_of(erin)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for name, url in addresses.items():
        page.goto(url)
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        if scrolls_sideways(page, width):
            found.append(f"{name}: scrolls sideways")
        found += [f"{name}: {violation}" for violation in axe_violations(page)]
    assert found == []


def test_two_revisions_are_chosen_without_script(
    addresses: dict[str, str], erin: Operator, browser: Any, client_of: Callable[..., Any], live_server: Any
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    session = client_of(erin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(addresses["history"] + "?facet=details")
    page.get_by_label("From revision 1").check()
    page.get_by_label("To revision 3").check()
    page.get_by_role("button", name="Compare the two chosen").click()
    assert page.url.endswith("?facet=details&to=3&from=1") or page.url.endswith("?facet=details&from=1&to=3")
    expect(page.get_by_role("heading", name="Details: revision 1 and revision 3")).to_be_visible()
    expect(page.get_by_text("renamed from jane to joan")).to_be_visible()
    context.close()


def test_what_access_changed_is_said_and_opens(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, page_of: PageOf
) -> None:
    """In drift, in history, and on a page of its own; in both widths and themes."""
    iam = seeded_and_pulled(emulator, aws_account)
    many = [f"{name}:*" for name in ("s3", "sqs", "sns", "ec2", "ecs", "eks", "kms", "glue", "athena", "logs")]
    inside = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}, "Bool": {"aws:SecureTransport": "true"}}
    iam.create_policy_version(
        PolicyArn=policy_arn("reports-read"),
        PolicyDocument=allowing([*many, "rds:*", "batch:*", "lambda:*", "ses:*"], Condition=inside),
        SetAsDefault=True,
    )
    iam.put_role_policy(RoleName="exporter", PolicyName="own", PolicyDocument=allowing("iam:AttachRolePolicy"))
    pulled(aws_account)
    page = page_of(bob)
    revision = drift.open_drift(aws_account).get(facet__kind="iam.policy")
    policy, number = ManagedPolicy.objects.get(name="reports-read"), revision.number

    page.goto(address("drift_one", pk=str(revision.pk)))
    panel = page.get_by_role("region", name="What access changes")
    expect(panel.get_by_role("link", name="jane").first).to_be_visible()
    panel.get_by_text(re.compile(r"and \d+ more actions")).click()
    expect(panel.get_by_text("sqs:*")).to_be_visible()
    panel.get_by_text("As JSON").first.click()
    expect(panel.get_by_text('"198.51.100.0/24"').first).to_be_visible()
    looks_right(page)

    page.goto(f"{address('policy_history', aws_id=policy.aws_id)}?facet=details&from={number - 1}&to={number}")
    expect(page.get_by_role("region", name="What access changes").get_by_text("Gains").first).to_be_visible()
    looks_right(page)

    page.goto(address("revision_access", pk=str(drift.open_drift(aws_account).get(facet__kind="iam.role").pk)))
    expect(page.get_by_text("New privilege escalation path").first).to_be_visible()
    looks_right(page)


def looks_right(page: Page) -> None:
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.reload()
        expect(page.get_by_text("With everything else as it is in the mirror now.")).to_be_visible()
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
