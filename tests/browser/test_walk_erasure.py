"""In a real browser: an owner deletes a person, erases what is left of her, and the audit trail still verifies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import AuditCheck, AwsAccount, Operator
from accounts.services import audit_checks
from cognito.people.operations.making import new_person
from emulator.iam.totp import codes_at
from emulator.process import Emulator
from sync.models import Change, Step
from tests.browser.test_passkeys import let_an_hour_pass
from tests.browser.test_walk_changes import Walk
from tests.cognito.customers import Customers, customers, shown
from tests.cognito.test_mirror_pools import whole_database
from tests.services.changing import carry_out, propose
from tests.services.pages import address
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEED = "JBSWY3DPEHPK3PXP"
EVE = "eve@acme.example"


def invited(found: Customers, operator: Operator) -> Change:
    """By a change, whose plan has her address and an attribute, encrypted."""
    step = new_person(found.pool, EVE, {"custom:plan": "basic"}, channel="EMAIL", said="An e-mail is sent.")
    return carry_out(propose(found.pool.aws_account, operator, [step]), operator)


def confirm(page: Page) -> None:
    """By the code of an authenticator app; then what was sent is sent again."""
    expect(page.get_by_role("heading", name="Confirm that it’s you")).to_be_visible()
    page.get_by_label("Code from your authenticator app, or a recovery code").fill(codes_at(SEED, datetime.now(UTC))[1])
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name=re.compile("^(Apply change|Erase|Save)")).click()


def test_a_person_is_deleted_erased_and_the_chain_verifies(
    emulator: Emulator,
    aws_account: AwsAccount,
    alice: Operator,
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
) -> None:
    Authenticator.objects.all().delete()
    TOTP.activate(alice, SEED)
    found = customers(emulator, aws_account)
    invitation = invited(found, alice)
    eve = found.person("eve")
    worker("urgent,changes")
    page = page_of(alice)
    walk = Walk(page)

    page.goto(address("cognito_user", aws_id=eve.aws_id))
    expect(page.get_by_role("heading", name=EVE)).to_be_visible()
    page.get_by_role("link", name="Delete…").click()
    walk.stage()
    expect(page.get_by_text("Can’t be undone: who signs up again gets a new sub.").first).to_be_visible()
    let_an_hour_pass(page)
    page.locator("#typed").fill(eve.aws_id)
    page.get_by_role("button", name="Apply 2 steps").click()
    confirm(page)
    expect(page.get_by_text("Applied 2 of 2 steps").first).to_be_visible()
    assert EVE not in shown(found)

    page.goto(address("data_protection"))
    expect(page.get_by_role("row", name="customers")).to_contain_text("1, the first due in")
    page.get_by_role("link", name="customers", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Erase now")).first).to_be_visible()
    walk.check()
    page.get_by_role("button", name=re.compile(f"^Erase now.*{eve.aws_id}")).click()
    expect(page.get_by_text("only this subject is left")).to_be_visible()
    assert EVE not in whole_database()
    kept = Step.objects.get(change=invitation)
    assert (kept.params["username"], kept.params["attributes"]) == ("", {"custom:plan": ""})

    page.goto(address("data_protection"))
    page.get_by_role("link", name="Check the audit trail").click()
    page.get_by_role("button", name="Check the trail").click()
    expect(page.get_by_text("entries checked")).to_be_visible()
    audit_checks.work(AuditCheck.objects.latest("pk").pk)
    expect(page.get_by_text("sealed entries are unchanged.")).to_be_visible()
    for url in places(found, eve.aws_id):
        assert page.goto(url).status == 200, url  # type: ignore[union-attr]  # a page that was asked for answers
        assert EVE not in page.content(), url


def places(found: Customers, sub: str) -> list[str]:
    """Where she was to be read of."""
    of_changes = [
        address(name, pk=str(change.pk)) for change in Change.objects.all() for name in ("change", "change_ticket")
    ]
    of_pool = [address(name, aws_id=found.pool.aws_id) for name in ("cognito_pool_people", "data_protection_pool")]
    return [*of_changes, *of_pool, address("cognito_user", aws_id=sub), address("changes"), reverse("audit")]
