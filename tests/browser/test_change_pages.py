"""The main job in a real browser, and the pages of changes, pulls and connecting: both widths, both themes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from identities.operations import put_inline
from sync.changes.dry_run import ForecastOutcome
from sync.models import Change, Run
from tests.conftest import make_operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.changing import propose
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.rows import make_role
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.sync.planned import proposed, proposed_deletion, rested

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
POLICY = "arn:aws:iam::123456789012:policy/reports-write"
DENIED = {
    "class": "AccessDeniedError",
    "code": "AccessDenied",
    "sentence": "AWS does not let iam-console-write do iam:CreatePolicyVersion.",
    "words": "User: arn:aws:sts::123456789012:assumed-role/iam-console-write is not authorized",
    "statement": {"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": POLICY},
    "request_id": "e9f4417a-92d3",
}


def in_force(emulator: Emulator) -> dict[str, Any]:
    """The document that AWS has in force."""
    iam = emulator.client("iam")
    version = iam.get_policy(PolicyArn=POLICY)["Policy"]["DefaultVersionId"]
    found: dict[str, Any] = iam.get_policy_version(PolicyArn=POLICY, VersionId=version)["PolicyVersion"]["Document"]
    return found


def sign_in(page: Page, operator: Operator) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(operator.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Continue", exact=True).click()


def test_the_main_job(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], page: Page, settings: Any
) -> None:
    """Signs in, finds a user, sees what she has, edits the policy, reads the plan, applies it: AWS has changed."""
    settings.DEMO = True
    dora = make_operator("dora", Role.OWNER, aws_account)
    dora.is_demo = True  # without a second factor, so that a password alone signs in
    dora.save()
    Authenticator.objects.filter(user=dora).delete()
    iam = emulator.client("iam")
    iam.create_user(UserName="lena.fischer")
    iam.create_policy(PolicyName="reports-write", PolicyDocument=reports_policy("s3:GetObject"))
    iam.attach_user_policy(UserName="lena.fischer", PolicyArn=POLICY)
    pulled(aws_account)
    worker("changes")

    sign_in(page, dora)
    page.get_by_role("link", name=re.compile(r"^Users \d")).click()
    page.get_by_role("searchbox", name="Search users").press_sequentially("lena")
    expect(page.get_by_role("status").filter(has_text="1 of 1 user matches.")).to_be_visible()
    page.get_by_role("link", name="lena.fischer").click()
    page.get_by_role("link", name="reports-write").first.click()
    page.get_by_role("link", name="Edit", exact=True).first.click()
    expect(page.locator(".cm-editor")).to_be_visible()
    page.get_by_role("textbox", name="Policy as JSON").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(reports_policy("s3:GetObject", "s3:PutObject"))
    page.get_by_label("Reason").fill("The nightly export moves.")
    page.get_by_role("button", name="Stage the change").click()

    expect(page.get_by_text("Write version v2 of reports-write and make it the default").first).to_be_visible()
    expect(page.get_by_text("s3:PutObject").last).to_be_visible()
    page.get_by_role("button", name="Apply 1 step").click()

    expect(page.get_by_text("Applied 1 of 1 step.")).to_be_visible()
    expect(page.get_by_text("Accepted by AWS; in force within about a minute.")).to_be_visible()
    assert in_force(emulator)["Statement"][0]["Action"] == ["s3:GetObject", "s3:PutObject"]


def test_progress_comes_by_itself(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    change = rested(proposed(aws_account, erin), "applying", "sending")
    page = page_of(erin)
    page.goto(address("change", pk=str(change.pk)))
    expect(page.get_by_role("button", name="Stop after step 1")).to_be_visible()
    page.get_by_role("link", name="Plan").focus()
    rested_attempts(change)
    expect(page.get_by_text("Applied 1 of 1 step.")).to_be_visible()
    expect(page.locator("#change-head")).to_contain_text("Applied")
    expect(page.locator("#said")).to_contain_text("Applied.")
    assert page.locator("[hx-trigger='every 2s']").count() == 0


def rested_attempts(change: Change) -> None:
    """What a worker does meanwhile."""
    change.steps.update(state="done", result={"version": "v2"})
    Change.objects.filter(pk=change.pk).update(state="applied", finished_at=timezone.now())


def test_a_destructive_change_wants_the_name(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    change = proposed_deletion(aws_account, erin)
    page = page_of(erin)
    page.goto(address("change", pk=str(change.pk)))
    page.get_by_label("Type reports-write to go on").fill("reports")
    page.get_by_role("button", name="Apply 1 step").click()
    expect(page.get_by_text("Type reports-write exactly as it is written. Nothing was sent.")).to_be_visible()
    page.get_by_label("Type reports-write to go on").fill("reports-write")
    page.get_by_role("button", name="Apply 1 step").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()


def test_connects_an_aws_account(emulator: Emulator, page_of: PageOf) -> None:
    page = page_of(make_operator("olga", Role.OWNER, None))
    page.goto("/")
    expect(page.get_by_role("heading", name="Connect an AWS account")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).fill("Acme")
    page.get_by_label(re.compile("plays AWS")).check()
    expect(page.get_by_text("arn:aws:iam::123456789012:user/emulator").first).to_be_visible()
    page.get_by_label("AWS account id").fill("123456789012")
    page.get_by_role("button", name="Check what works").click()
    expect(page.get_by_text(re.compile("permissions work")).first).to_be_visible()
    page.get_by_role("button", name="Connect and pull").click()
    page.wait_for_url(re.compile(r"/pulls/\d+/$"))
    assert AwsAccount.objects.get().name == "Acme"


def test_works_without_script(
    aws_account: AwsAccount, erin: Operator, browser: Any, client_of: Callable[..., Any], live_server: Any
) -> None:
    change = proposed(aws_account, erin)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    session = client_of(erin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(address("change", pk=str(change.pk)))
    page.get_by_text("The exact call").click()
    expect(page.get_by_label("The same as an aws command")).to_be_visible()
    page.get_by_role("button", name="Apply 1 step").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    context.close()


@pytest.fixture
def addresses(aws_account: AwsAccount, erin: Operator) -> dict[str, str]:
    """A page for each thing that a change or a pull can look like."""
    unknown = {"class": "UnknownOutcome", "sentence": "AWS gave no clear answer."}
    conflict = {"class": "Conflicted", "sentence": "It was changed in AWS since the plan was made."}
    found = {name: address(name) for name in ("changes", "pulls", "overview")} | {"connect": reverse("connect")}
    changes = {
        "plan": proposed(aws_account, erin, name="one", versions=5),
        "failed": rested(proposed(aws_account, erin, name="two", versions=5), "failed", "done", "failed", error=DENIED),
        "unknown": rested(proposed(aws_account, erin, name="three"), "unknown", "unknown", error=unknown),
        "conflict": rested(proposed(aws_account, erin, name="four"), "conflicted", "conflicted", error=conflict),
        "applied": rested(proposed(aws_account, erin, name="five"), "applied", "done"),
    }
    AwsAccount.objects.update(approvals_required=2)
    aws_account.refresh_from_db()
    changes["approvals"] = proposed(aws_account, erin, name="six")
    changes["approvals"].approvals.create(
        operator=make_operator("anna", Role.APPROVER, aws_account),
        approved=True,
        digest=changes["approvals"].digest,
        comment="Checked with finance.",
    )
    changes["protected"] = tried_and_protected(aws_account, erin)
    changes["glass"] = rested(proposed(aws_account, erin, name="seven"), "applied", "done")
    changes["glass"].broken_glass.create(operator=erin, reason="The exporter is locked out.")
    now = timezone.now()
    run = Run.objects.create(
        aws_account=aws_account,
        source="iam.details",
        trigger="operator",
        state="failed",
        error=DENIED,
        seen=40,
        started_at=now,
        finished_at=now,
        log=[{"at": now.isoformat(), "line": "Begins to read."}],
    )
    found |= {"pull": address("pull", pk=str(run.pk)), "settings": aws_account.get_absolute_url()}
    return found | {name: address("change", pk=str(change.pk)) for name, change in changes.items()}


def tried_and_protected(aws_account: AwsAccount, erin: Operator) -> Change:
    """Touches a break-glass role; with a comment, and a dry run that found whatever one can find."""
    aws_account.break_glass_roles = "rescue"
    aws_account.save()
    change = propose(
        aws_account, erin, [put_inline(make_role(aws_account, "rescue"), "more", reports_policy("s3:Get*"))]
    )
    change.comments.create(operator=erin, text="It moves to another bucket.")
    met = [
        {"position": number, "outcome": meets, "sentence": "So it is."}
        for number, meets in enumerate(ForecastOutcome, 1)
    ]
    lacks = {"action": "iam:PutRolePolicy", "resource": "arn:aws:iam::123456789012:role/rescue", "detail": "No policy."}
    change.dry_runs.create(
        asked_by=erin, finished_at=timezone.now(), steps=met, permissions=[{**lacks, "state": "missing"}]
    )
    return change


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    addresses: dict[str, str], aws_account: AwsAccount, page_of: PageOf, width: int, theme: str, settings: Any
) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    page = page_of(make_operator("olga", Role.OWNER, None))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for name, url in addresses.items():
        page.goto(url)
        page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
        if scrolls_sideways(page, width):
            found.append(f"{name}: scrolls sideways")
        expect(page.locator(".htmx-request")).to_have_count(0)  # what is on its way fades
        found += [f"{name}: {violation}" for violation in axe_violations(page)]
    assert found == []


def test_the_command_line_is_copied_whole(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    change = proposed(aws_account, erin)
    page = page_of(erin)
    page.goto(address("change", pk=str(change.pk)))
    page.get_by_text("The exact call").click()
    copied = page.get_by_role("button", name="Copy the aws command").get_attribute("data-copy") or ""
    assert copied.startswith("aws iam create-policy-version --policy-arn ")
    assert json.loads(copied.split("'")[1])["Version"] == "2012-10-17"
