"""What every answer of the console tells browsers and proxies."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from tests.admin.cases import fill

IN_AWS = "/aws/123456789012"
PAGES = [
    f"{IN_AWS}/",
    f"{IN_AWS}/users/",
    f"{IN_AWS}/users/?format=csv",
    f"{IN_AWS}/users/?format=json",
    f"{IN_AWS}/changes/",
    "/audit/?format=csv",
    "/accounts/",
    "/search/?q=dana",
    "/auth/2fa/",
    "/auth/sessions/",
    "/admin/",
    "/admin/identities/iamuser/",
    "/admin/accounts/operator/",
    "/step-up/",
    "/nothing/",
]


@pytest.fixture
def alices(aws_account: AwsAccount, alice: Operator, client_of: Callable[..., Client]) -> Client:
    fill(aws_account, alice)
    return client_of(alice)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "django")  # refusals are what is asked for here


@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_operators_see_is_kept(alices: Client, page: str) -> None:
    kept = alices.get(page)["Cache-Control"]
    assert {"no-store", "private"} <= {part.strip() for part in kept.split(",")}


@pytest.mark.parametrize("page", [*PAGES, "/auth/login/", "/health/"])
@pytest.mark.parametrize("htmx", [False, True])
def test_every_answer_has_the_policy(alices: Client, page: str, htmx: bool) -> None:
    answer = alices.get(page, headers={"HX-Request": "true"} if htmx else {})
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_so_has_a_page_that_broke(
    alices: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("iamconsole.web.search.views.search", broken)
    alices.raise_request_exception = False
    answer = alices.get("/search/?q=dana")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer
    assert "no-store" in answer["Cache-Control"]


def test_a_foreign_host_is_refused(client: Client, db: None) -> None:
    assert client.get("/auth/password/reset/", headers={"host": "evil.example"}).status_code == 400
