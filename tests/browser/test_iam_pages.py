"""Users, groups, roles and policies in a real browser: both widths, both themes, nothing to complain of."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from accounts.models import AwsAccount, Operator
from policies.models import ManagedPolicy
from sync.models import Change
from tests.access.test_propose_least_privilege import inline, report
from tests.services.account_rows import fill_account
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import make_organization
from tests.services.pages import address
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user, put_inline
from tests.services.statements import allow, reports_policy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
TAGS = {"team": "platform", "tier": "production"}
NO_SPACES = [f"arn:aws:s3:::{'documents' * 6}/{'of' * 20}/{part}/*" for part in ("one", "two")]
PAGES = (
    "overview",
    "users",
    "groups",
    "roles",
    "policies",
    "user",
    "user_groups",
    "user_tags",
    "user_history",
    "user_raw",
    "group",
    "group_members",
    "role",
    "role_trust",
    "policy",
    "policy_versions",
    "policy_attached",
    "policy_action/edit",
    "users_stage",
    "group_action/add-users",
    "user_credentials",
    "user_last_accessed",
    "user_bounds",
    "policy_history",
    "root_user",
    "account_settings",
    "account_settings_history",
    "identity_providers",
    "instance_profiles",
    "organization",
    "organization_policies",
    "pulls",
    "who_can",
    "escalations",
    "user_access",
    "user_least_privilege",
)


@pytest.fixture
def ids(aws_account: AwsAccount) -> dict[str, str]:
    user = make_user(aws_account, path="/engineering/", tags={"team": "platform", "Name": "Dana Okafor"})
    group, role = make_group(aws_account), make_role(aws_account)
    policy = make_policy(aws_account, versions=5, attachment_count=3)
    join(user, group)
    fill_account(aws_account, 1)
    make_organization(aws_account)
    make_role(aws_account, "role_of_64_characters" + "_long" * 8, path=f"/{'deep/' * 20}", tags=TAGS)
    for owner in (user, group, role):
        attach(owner, policy)
        put_inline(owner)
    inline(user, allow(["s3:*", "sqs:*", "kms:Decrypt"]), allow("s3:GetObject", NO_SPACES, Sid="AllowReading" * 8))
    report(user, used="s3", unused="sqs")
    return {"user": user.aws_id, "group": group.aws_id, "role": role.aws_id, "policy": policy.aws_id}


def url_of(name: str, ids: dict[str, str]) -> str:
    kind = name.partition("_")[0]
    name, _, action = name.partition("/")
    if kind in ids:
        return address(name, aws_id=ids[kind], **({"action": action} if action else {}))
    return f"{address(name)}?pick={ids['user']}" if "_" in name else address(name)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    ids: dict[str, str], alice: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    page = page_of(alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for name in PAGES:
        page.goto(url_of(name, ids))
        for narrow in (width, min(width, 320)):
            page.set_viewport_size({"width": narrow, "height": 900})
            if scrolls_sideways(page, narrow):
                found.append(f"{name}: scrolls sideways at {narrow}")
        page.set_viewport_size({"width": width, "height": 900})
        if (width, theme) == LOOKS[0] or name in {
            "users",
            "user",
            "policy_action/edit",
            "pulls",
            "account_settings",
        }:  # elsewhere the pages are alike
            found += [f"{name}: {violation}" for violation in axe_violations(page)]
    assert found == []


def test_searches_while_one_types(aws_account: AwsAccount, bob: Operator, page_of: PageOf) -> None:
    for name in ("dana.okafor", "noah.williams"):
        make_user(aws_account, name)
    page = page_of(bob)
    page.goto(f"{address('users')}?sort=-name")
    box = page.get_by_role("searchbox", name="Search users")
    box.press_sequentially("dana")
    expect(page.get_by_role("status").filter(has_text="1 of 2 users matches.")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_text([re.compile("dana.okafor")])
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=dana&sort=-name$"))


def test_sorts_and_pages_without_a_reload(aws_account: AwsAccount, bob: Operator, page_of: PageOf) -> None:
    for number in range(30):
        make_user(aws_account, f"user-{number:02}")
    page = page_of(bob)
    page.goto(f"{address('users')}?rows=25")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("26 to 30 of 30")).to_be_visible()
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_text("1 to 25 of 30")).to_be_visible()
    page.get_by_role("link", name="Name").click()
    expect(page.get_by_role("rowheader").first).to_have_text(re.compile("user-29"))
    page.get_by_label("Rows").select_option("50")
    expect(page.get_by_text("1 to 30 of 30")).to_be_visible()
    assert page.evaluate("document.body.dataset.same") == "yes"


def test_filters_from_the_menu(aws_account: AwsAccount, bob: Operator, page_of: PageOf) -> None:
    join(make_user(aws_account, "dana.okafor"), make_group(aws_account, "platform"))
    make_user(aws_account, "noah.williams")
    page = page_of(bob)
    page.goto(address("users"))
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("In group").fill("platform")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("rowheader")).to_have_text([re.compile("dana.okafor")])
    page.get_by_role("link", name="In platform").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_picked_rows_go_to_staging(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    for name in ("dana.okafor", "noah.williams", "lena.fischer"):
        make_user(aws_account, name)
    page = page_of(erin)
    page.goto(address("users"))
    expect(page.get_by_role("button", name="Stage a change")).to_be_hidden()
    page.get_by_label("Select dana.okafor").check()
    page.get_by_label("Select noah.williams").check()
    expect(page.get_by_text("2 users selected")).to_be_visible()
    page.get_by_role("button", name="Stage a change").click()
    expect(page.get_by_role("heading", name="Stage a change of 2 users")).to_be_visible()


def test_edits_a_policy(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    policy: ManagedPolicy = make_policy(aws_account)
    page = page_of(erin)
    page.goto(address("policy_action", aws_id=policy.aws_id, action="edit"))
    editor = page.get_by_role("textbox", name="Policy as JSON")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('{"Version": "2012-10-17",}')
    expect(page.get_by_text("Line 1, column 25")).to_be_visible()
    page.keyboard.press("Control+a")
    statement = '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}'
    page.keyboard.insert_text(f'{{"Version": "2012-10-17", "Statement": {statement}}}')
    expect(page.get_by_text("None: it is well-formed.")).to_be_visible()
    page.get_by_role("button", name="Stage the change").click()
    page.wait_for_url(re.compile(r"/changes/\d+/$"))
    assert "s3:GetObject" in Change.objects.get().steps.get().params["document"]


def test_what_was_typed_is_not_left_without_asking(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    form = address("account_action", action="create-user")
    page.goto(form)
    page.get_by_label("Name", exact=True).press_sequentially("iris")
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile(f"{form}$"))
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_role("heading", name="Make the user iris")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_long_name_of_an_aws_account_leaves_the_search_its_room(
    aws_account: AwsAccount, bob: Operator, page_of: PageOf
) -> None:
    AwsAccount.objects.update(name="The AWS account of everything that the company has " * 2)
    page = page_of(bob)
    page.set_viewport_size({"width": 1190, "height": 900})
    page.goto(address("users"))
    box = page.get_by_role("combobox", name="Find a name").bounding_box()
    assert box and box["width"] > 120
    assert not scrolls_sideways(page, 1190)


def test_the_editor_marks_what_its_text_has_by_now(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    """They come after the editor's own look at the text, and F8 leads to them."""
    page = page_of(erin)
    page.goto(address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit"))
    editor = page.locator(".cm-content")
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)  # S3 has no Action1
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(reports_policy("s3:GetObjct", "s3:PutObjct"))
    expect(page.locator("#findings")).to_contain_text("2 errors")
    expect(page.locator(".cm-lintRange-error")).to_have_count(2)
    page.keyboard.press("Control+Home")
    page.keyboard.press("F8")
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("Did you mean GetObject?")
    ring = "element => getComputedStyle(element, '::after').borderTopWidth"
    assert page.locator(".cm-editor.cm-focused").evaluate(ring) == "2px"
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('{"Sid": "a\u00a0b\u00adc\U000e0041"}')
    expect(editor).to_contain_text("a⟨U+00A0⟩b⟨U+00AD⟩c⟨U+E0041⟩")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(reports_policy(*(f"s3:GetObjct{n:040}" for n in range(900))))
    expect(page.locator("#findings")).to_contain_text("more such findings")
    height = "document.documentElement.scrollHeight"
    assert page.evaluate(height) < 3_000


def test_a_finding_is_fixed_by_its_button(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    """By keyboard; one step back undoes it; and all that are safe at once leave what allows more."""
    page = page_of(erin)
    page.goto(address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit"))
    editor, findings = page.locator(".cm-content"), page.locator("#findings")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(reports_policy("s3:GetObjct", "s3:PutObject", "s3:PutObject"))
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    findings.get_by_role("button", name="Fix all safe ones").press("Enter")
    expect(findings.get_by_role("status")).to_contain_text("Fixed: Remove it.")
    expect(editor).to_contain_text("GetObjct")
    button = findings.get_by_role("button", name=re.compile('^Write "s3:GetObject"'))
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(findings.get_by_role("status")).to_contain_text('Fixed: Write "s3:GetObject".')
    expect(editor).not_to_contain_text("GetObjct")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    assert axe_violations(page) == []
    editor.click()
    page.keyboard.press("Control+z")
    expect(editor).to_contain_text("GetObjct")
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    page.keyboard.press("Control+Home")
    page.keyboard.press("F8")
    page.locator(".cm-tooltip-lint .cm-diagnosticAction").click()
    expect(editor).not_to_contain_text("GetObjct")


def test_an_answer_is_in_view(aws_account: AwsAccount, ids: dict[str, str], bob: Operator, page_of: PageOf) -> None:
    """The form alone is as high as the window."""
    page = page_of(bob)
    page.set_viewport_size({"width": 1024, "height": 500})
    for url in (address("who_can"), address("user_access", aws_id=ids["user"])):
        page.goto(url)
        page.get_by_role("textbox", name="Action").fill("s3:GetObject")
        page.get_by_role("textbox", name="Resource").fill("arn:aws:s3:::documents/a")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#answer")).to_be_in_viewport()


def test_the_sidebar_fits_a_window_of_900_pixels(alice: Operator, page_of: PageOf) -> None:
    page = page_of(alice)
    page.goto(address("policies"))
    assert page.locator("#side").evaluate("each => each.scrollHeight <= each.clientHeight")
    page.get_by_text("More of Access").press("Enter")
    page.get_by_role("link", name="Guard rails").click()
    expect(page.get_by_role("heading", name="Guard rails", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Check a policy")).to_be_visible()  # unfolded on a page of theirs
