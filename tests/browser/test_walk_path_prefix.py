"""The console below a path: behind a proxy that serves /iam/ and nothing else, a person signs in and works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from tests.conftest import wait_until
from tests.services.behind import serving_below
from tests.services.browser import DEADLINE_MS
from tests.services.migrated import copy_sqlite
from tests.services.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

EMAIL, PASSWORD = "paula@example.org", "a long enough sentence"
# Where a page may lead, whatever it is.
_ADDRESS = re.compile(r"""\b(?:href|src|action|formaction|hx-(?:get|post|put|delete)|data-[\w-]*url)="(/[^"]*)\"""")
PAGES = (
    "",
    "all/",
    "account/",
    "audit/",
    "help/",
    "glossary/",
    "search/?q=a",
    "notifications/",
    "admin/",
    "aws/",
    "labels/",
    "operators/",
    "system/",
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    copy_sqlite(tmp_path / "console.sqlite3")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"IAMCONSOLE_STATE": str(tmp_path), "IAMCONSOLE_DEMO": "1"}


@pytest.fixture
def console(environment: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Its address, and what was asked for outside of it."""
    command = [sys.executable, "manage.py", "create_operator", "--email", EMAIL, "--name", "Paula", "--demo"]
    options = ["--role", "owner", "--account", "all", "--password-stdin"]
    subprocess.run(
        [*command, *options], cwd=settings.BASE_DIR, env=environment, input=PASSWORD.encode(), check=True, timeout=120
    )
    outer, inner = free_port(), free_port()
    url = f"http://127.0.0.1:{outer}/iam"
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{inner}", "--threads", "4", "iamconsole.wsgi"]
    log = Path(environment["IAMCONSOLE_STATE"], "gunicorn.log")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            gunicorn, cwd=settings.BASE_DIR, env=environment | {"CONSOLE_URL": url}, stdout=output, stderr=output
        ) as server,
    ):
        try:
            assert wait_until(lambda: "Booting worker" in log.read_text(), 60), log.read_text()
            with serving_below("/iam", outer, inner) as outside:
                yield url, outside
        finally:
            server.terminate()


def test_every_address_of_a_page_lies_below_the_path(browser: Browser, console: tuple[str, list[str]]) -> None:
    url, outside = console
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(DEADLINE_MS)
    page = context.new_page()
    page.goto(f"{url}/search/?q=a")
    page.get_by_label("E-mail", exact=False).first.fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/search/?q=a")
    found = 0
    for path in PAGES:
        answer = page.goto(f"{url}/{path}")
        assert answer is not None and answer.status in (200, 404), f"{path}: {answer and answer.status}"
        if answer.status == 404:
            continue
        addresses = _ADDRESS.findall(answer.text())
        found += len(addresses)
        assert [each for each in addresses if not each.startswith("/iam/")] == [], path
    assert found > 200
    assert outside == []
    context.close()
