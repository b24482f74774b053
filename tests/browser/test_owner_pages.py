"""The pages of owners in a real browser: operators, inviting, the connection, the check of the audit trail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts import audit
from accounts.models import AuditCheck, AwsAccount, Operator
from accounts.roles import Role
from tests.conftest import ACCOUNT_ID, make_operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Bartholomew-Maximilian von und zu Hohenstaufen-Wolkenkuckucksheim"


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    aws_account: AwsAccount, bob: Operator, page_of: Callable[[Operator], Page], width: int, theme: str
) -> None:
    olga = make_operator("olga", Role.OWNER, None)
    Operator.objects.filter(pk=bob.pk).update(name=LONG, email=f"{'bartholomew.' * 8}hohenstaufen@example.org")
    audit.seal()
    AuditCheck.objects.create(asked_by=olga, is_running=False, expected=3, finished_at=olga.date_joined)
    page = page_of(olga)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for address in (
        "/operators/",
        "/operators/invite/",
        f"/operators/{bob.pk}/",
        f"/accounts/{ACCOUNT_ID}/connection/",
        f"/accounts/{ACCOUNT_ID}/",
        "/audit/check/",
    ):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        expect(page.locator(".htmx-request")).to_have_count(0)
        found += [f"{address}: {violation}" for violation in axe_violations(page)]
        for narrow in (width, 320):
            page.set_viewport_size({"width": narrow, "height": 900})
            if scrolls_sideways(page, narrow):
                found.append(f"{address}: scrolls sideways at {narrow}")
    assert found == []
