"""Dates and places of statements are said to people in one way: words.day and words.full_time, and from 1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from policies.engine.statements import statement_name

APPS = (
    "accounts",
    "notifications",
    "sync",
    "findings",
    "objects",
    "policies",
    "identities",
    "resources",
    "access",
    "cognito",
    "iamconsole/web",
)
# In an f-string or strftime; with a "T" between, or without separators, it is for machines.
WRITTEN = re.compile(r"%d\.%m|%d %b|%Y-%m-%d(?!T)|(?<!T)%H:%M(?!:%SZ|Z)")
# The owner of the words, and what is sent to AWS or names a file.
MAY = (
    "iamconsole/web/words.py",
    "iamconsole/web/exports.py",
    "policies/ending.py",
    "cognito/restoring/views.py",
    "sync/row_writes.py",
    "findings/forms.py",
    "accounts/tokens/forms.py",
)


def test_nobody_writes_a_date_in_a_format_of_their_own() -> None:
    root = Path(settings.BASE_DIR)
    found = [
        f"{path.relative_to(root)}:{number}"
        for app in APPS
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts and str(path.relative_to(root)) not in MAY
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if WRITTEN.search(line) and ("{" in line or "strftime" in line)
    ]
    assert found == []


@pytest.mark.parametrize(("which", "said"), [("AllowReports", "AllowReports"), (0, "number 1"), ("0", "0")])
def test_statements_are_counted_from_one(which: str | int, said: str) -> None:
    assert statement_name(which) == said
