"""Each finding that is compared between a plan and its apply says by values what it is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

APPS = (
    "notifications",
    "sync",
    "findings",
    "objects",
    "policies",
    "identities",
    "resources",
    "directory",
    "infrastructure",
    "access",
    "cognito",
    "estate",
    "contain",
    "access_requests",
    "reviews",
    "configuration",
    "unused",
    "guides",
)
ALONE = ("error", "suggestion")  # an error refuses whatever was said before, and a suggestion is never compared


def _findings_of_changes(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text())
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "sync.checks"]
    if path.match("sync/checks.py") or not any(name.name == "PlanFinding" for node in imported for name in node.names):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "PlanFinding":
            yield node


def test_what_is_compared_says_what_it_is_about() -> None:
    paths = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    calls = [(path, call) for path in paths for call in _findings_of_changes(path)]
    assert len(calls) > 50
    lacking = [
        f"{path.relative_to(settings.BASE_DIR)}:{call.lineno}"
        for path, call in calls
        if not (isinstance(call.args[1], ast.Constant) and call.args[1].value in ALONE)
        and "about" not in {keyword.arg for keyword in call.keywords}
    ]
    assert lacking == []
