"""The table of registries in docs/architecture.md, held to the code: where each stands, and which apps register."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.web.sources import APPS, ROOT, modules

_ROW = re.compile(r"^\| \*.+\* \| .+ \| `(?P<file>[^`]+\.py)` \| (?P<apps>[^|]+) \|$", re.MULTILINE)
_LAYERS = (
    "iamconsole",
    "monitoring",
    "accounts",
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


def test_the_table_is_the_code() -> None:
    described = {row["file"]: row["apps"] for row in _ROW.finditer((ROOT / "docs/architecture.md").read_text())}
    assert described == {file: ", ".join(sorted(apps, key=_LAYERS.index)) for file, apps in registries().items()}


def registries() -> dict[str, set[str]]:
    """By the file that has a function to register with, the apps whose code calls it."""
    found: dict[str, set[str]] = {name_of(file): set() for file in modules() if _takes_registrations(file)}
    for file in modules():
        for called in calls(file):
            where = called.__module__.replace(".", "/") + ".py"
            if where in found and where != name_of(file):
                found[where].add(name_of(file).split("/")[0])
    return found


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _takes_registrations(file: Path) -> bool:
    functions = (node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef))
    return any(each.name.startswith("register") and (each.args.args or each.args.vararg) for each in functions)


def calls(file: Path) -> Iterator[Any]:
    """What a module calls by an imported name that begins with `register`, and the decorators that end in `_check`."""
    tree = ast.parse(file.read_text())
    imported: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in APPS:
            held = import_module(node.module or "")
            imported |= {alias.asname or alias.name: getattr(held, alias.name, None) for alias in node.names}
    for node in ast.walk(tree):
        called = _called(node.func, imported) if isinstance(node, ast.Call) else None
        if called is not None:
            yield called


def _called(function: ast.expr, imported: dict[str, Any]) -> Any:
    """The registering function of a call such as `register(…)` or `panels.register(…)`."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        name, found = function.attr, getattr(imported.get(function.value.id), function.attr, None)
    elif isinstance(function, ast.Name):
        found = imported.get(function.id)
        name = getattr(found, "__name__", function.id)
    else:
        return None
    is_one = name.startswith("register") or name.endswith("_check")
    return found if is_one and hasattr(found, "__module__") else None
