"""One class name means one thing, so that whoever reads or searches for it finds one class."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The emulator plays AWS with AWS's own names, and the client, which is installed by itself, has those of the API.
NOT_OF_THE_CONSOLE = {"bench", "emulator", "iamconsole_client", "tests"}

USED_TWICE = {"Command": "Django looks for a management command by this name"}


def sources() -> Iterator[Path]:
    for package in sorted(ROOT.glob("*/__init__.py")):
        if package.parent.name not in NOT_OF_THE_CONSOLE:
            yield from (file for file in sorted(package.parent.rglob("*.py")) if "migrations" not in file.parts)


def classes(source: str) -> list[str]:
    """The top-level ones, of either branch of an `if`, too."""
    statements = list(ast.parse(source).body)
    for statement in statements:
        if isinstance(statement, ast.If | ast.Try):
            statements += [*statement.body, *statement.orelse]
    return [statement.name for statement in statements if isinstance(statement, ast.ClassDef)]


def test_a_class_name_stands_for_one_class() -> None:
    files = defaultdict(list)
    for file in sources():
        for name in classes(file.read_text()):
            files[name].append(str(file.relative_to(ROOT)))
    assert "Operation" in files
    used_twice = {name: where for name, where in files.items() if len(where) > 1}
    assert used_twice.keys() <= USED_TWICE.keys(), used_twice
    assert USED_TWICE.keys() <= used_twice.keys()


def test_a_class_in_a_branch_counts() -> None:
    assert classes("class A: ...\nif True:\n    class B: ...\nelse:\n    class C: ...") == ["A", "B", "C"]
