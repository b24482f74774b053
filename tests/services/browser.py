"""A real browser for the tests: Playwright drives the Chromium of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from accounts.models import Operator
from tests.services.chromium import HOW_TO_GET_ONE, chromium

# Without these, Chromium calls home at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A page may wait for dozens of calls to AWS, on a machine that has other tests to run as well.
DEADLINE_MS = 30_000
expect.set_options(timeout=DEADLINE_MS)

# What fits hangs on the width and not on the theme, and what can be read on the theme: two looks show both of each.
LOOKS = [(1440, "light"), (390, "dark")]

# The pages that axe looks at.
_SCANNED: set[Page] = set()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.fail(HOW_TO_GET_ONE)
    # Playwright's own loop runs in this thread, where Django would refuse its ORM; no other thread shares it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(DEADLINE_MS)
    asked: set[Request] = set()
    opened.on("request", lambda request: asked.add(request))
    opened.on("requestfinished", lambda request: asked.discard(request))
    opened.on("requestfailed", lambda request: asked.discard(request))
    yield opened
    _leave(opened, asked)
    opened.close()


def _leave(context: BrowserContext, asked: set[Request]) -> None:
    """A page that is left saves what was typed: not into the database of the next one. What is under way ends first."""
    context.set_offline(True)
    for page in context.pages:
        for _ in range(100):
            if not asked:
                break
            page.wait_for_timeout(50)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; whatever it says on its console (a CSP violation, a script error) fails the test.

    But for what it says while axe looks at it: axe adds styles of its own.
    """
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and opened not in _SCANNED:
            place = message.location
            complaints.append(f"{message.text} ({place['url']}:{place['lineNumber']}:{place['columnNumber']})")

    opened = context.new_page()
    opened.on("console", hear)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert complaints == []


@pytest.fixture
def page_of(
    page: Page, context: BrowserContext, client_of: Callable[..., Any], live_server: Any
) -> Callable[..., Page]:
    """The page, signed in as an operator: `page_of(alice)`."""

    def sign_in(operator: Operator) -> Page:
        session = client_of(operator).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return page

    return sign_in


def scrolls_sideways(page: Page, width: int) -> bool:
    """Whether the page is wider than the window. A page that a click asked for is waited for."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


# What turns or blinks for ever isn't waited for.
_NOTHING_FADES = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
    Promise.allSettled(
        document.getAnimations()
            .filter((each) => each.effect.getTiming().iterations !== Infinity)
            .map((each) => each.finished)
    )
)"""


def axe_violations(page: Page) -> list[str]:
    """What axe finds, one line each. Colours that a change of the theme has under way are waited for."""
    page.wait_for_load_state()
    page.evaluate(_NOTHING_FADES)
    _SCANNED.add(page)
    try:
        found = Axe().run(page).response["violations"]
        page.evaluate(_NOTHING_FADES)  # what the console was told meanwhile arrives before the answer
    finally:
        _SCANNED.discard(page)
    return [f"{item['id']}: {node['html']}" for item in found for node in item["nodes"]]


def looked_at(page: Page) -> None:
    """Once htmx has what it asked for: axe finds nothing in any look, and nothing is wider than 320 pixels."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 1000})
    assert not scrolls_sideways(page, 320)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.emulate_media(color_scheme="light")
