"""No modules of the console, nor of the emulator, import each other in a circle, also not by imports in functions.

Whoever imports a module imports the packages around it, too: such an edge counts, except to the packages that the
importer itself is in, which are on their way already. What only types need (`if TYPE_CHECKING:`) isn't imported when
the console runs; where such an import closes a circle it stands in a list here, so that a new one is seen.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.web.sources import APPS, ROOT

PRODUCTION = (*APPS, "aws_constraints", "emulator")

Graph = Mapping[str, set[str]]

# Who names only a type of a module that imports it.
TYPES_ONLY = {
    ("access.matches", "access.question"),
    ("access.question", "access.index"),
    ("accounts.models.aws_accounts", "accounts.models.operators"),
    ("accounts.models.grants", "accounts.models.operators"),
    ("emulator.cognito_idp.clients", "emulator.cognito_idp.pool"),
    ("emulator.cognito_idp.settings", "emulator.cognito_idp.pool"),
    ("emulator.iam.shapes", "emulator.iam.backend"),
    ("sync.checks", "sync.operations"),
    ("sync.models.runs", "sync.pull_groups"),
    ("sync.plan_draft", "sync.operations"),
    ("sync.views.conflict", "sync.views.plan"),
    ("sync.views.outcome", "sync.views.plan"),
}


class Edge(NamedTuple):
    importer: str
    imported: str
    types_only: bool


@pytest.fixture(scope="module")
def edges() -> list[Edge]:
    files = {name_of(path): path for each in PRODUCTION for path in files_of(each)}
    return [edge for name, path in files.items() for edge in edges_of(name, path.read_text(), files.keys())]


def test_no_circle_is_imported(edges: list[Edge]) -> None:
    try:
        TopologicalSorter(graph(edges)).prepare()
    except CycleError as error:
        pytest.fail(f"These import each other in a circle: {' → '.join(reversed(error.args[1]))}")


def test_circles_of_types_are_known(edges: list[Edge]) -> None:
    imports = graph(edges)
    types = {(edge.importer, edge.imported) for edge in edges if edge.types_only}
    assert {(one, other) for one, other in types if one in reached_from(other, imports)} == TYPES_ONLY


@pytest.mark.parametrize(
    "text",
    [
        "from sync.b import thing",
        "from sync import b",
        "import sync.b",
        "def ask():\n    from sync.b import thing",
        "try:\n    pass\nfinally:\n    import sync.b as other",
    ],
)
def test_finds_a_circle(text: str) -> None:
    found = [*edges_of("sync.a", text, {"sync.a", "sync.b"}), Edge("sync.b", "sync.a", types_only=False)]
    with pytest.raises(CycleError):
        TopologicalSorter(graph(found)).prepare()


def test_types_are_apart() -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sync.b import B\nelse:\n    import sync.c"
    assert list(edges_of("sync.a", text, {"sync.a", "sync.b", "sync.c"})) == [
        Edge("sync.a", "sync.b", types_only=True),
        Edge("sync.a", "sync.c", types_only=False),
    ]


def test_the_packages_around_a_module_count() -> None:
    found = edges_of(
        "sync.a", "from policies.views.edit import page", {"sync.a", "policies.views", "policies.views.edit"}
    )
    assert [edge.imported for edge in found] == ["policies.views", "policies.views.edit"]


def test_a_name_of_its_own_package_makes_a_circle() -> None:
    found = edges_of("sync.mirror.each", "from sync.mirror import Mirror", {"sync.mirror", "sync.mirror.each"})
    assert [edge.imported for edge in found] == ["sync.mirror"]


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def graph(edges: list[Edge]) -> Graph:
    """By module, what it imports when it is loaded or one of its functions runs."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if not edge.types_only:
            found[edge.importer].add(edge.imported)
    return found


def reached_from(module: str, imports: Graph) -> set[str]:
    reached: set[str] = set()
    due = [module]
    while due:
        one = due.pop()
        if one not in reached:
            reached.add(one)
            due += imports.get(one, ())
    return reached


def edges_of(importer: str, text: str, modules: Collection[str]) -> Iterator[Edge]:
    tree = ast.parse(text)
    types = {inner for each in for_types(tree) for inner in ast.walk(each)}
    for node in ast.walk(tree):
        for imported in imported_by(node):
            *around, loaded = [each for each in path_to(imported) if each in modules] or [importer]
            for each in (*(package for package in around if not f"{importer}.".startswith(f"{package}.")), loaded):
                if each != importer:
                    yield Edge(importer, each, types_only=node in types)


def for_types(tree: ast.AST) -> Iterator[ast.stmt]:
    """The statements that stand under `if TYPE_CHECKING:`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from node.body


def imported_by(node: ast.AST) -> list[str]:
    """The modules, or names in modules, that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def path_to(name: str) -> list[str]:
    """`sync`, `sync.views`, `sync.views.plan` of the last one."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
