from __future__ import annotations

import shutil

HOW_TO_GET_ONE = (
    "The browser tests need a Chromium and found none.\n"
    "On Debian or Ubuntu: sudo apt-get install chromium    On macOS: brew install --cask chromium"
)


def chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)
