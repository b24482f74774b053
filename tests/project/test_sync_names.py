"""`sync` names nothing of the apps above it: no kind, operation or source of theirs, and none of AWS's calls for them.

Docstrings and comments may give examples.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from sync.mirror import registry as mirrors
from sync.mirror import sources
from sync.operations import registry as operations
from tests.services.aws_models import model_of
from tests.web.sources import ROOT

# The client knows how AWS's calls behave, whoever makes them.
EXEMPT = {
    "sync/aws/calls.py": "which calls only read, and which may be sent again: no app may decide that for itself",
    "sync/aws/client.py": "how the listings of each service page, where they don't as the service usually does",
    "sync/aws/quotas.py": "pacing: which of AWS's quotas of requests each call counts in",
    "sync/aws/permission_check.py": "the policy simulator, which tells what the console's own role may do",
}
SERVICES = ("iam", "cognito-idp", "cognito-identity", "organizations")
CALLS = frozenset(name for service in SERVICES for name in model_of(service).operation_names)
ACTION = re.compile(rf"\b(?:{'|'.join(SERVICES)}):[A-Z]\w+")
FILES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "sync").rglob("*.py") if "migrations" not in path.parts
)


def names_above() -> set[str]:
    """Kinds, operations and sources that the apps above register."""
    above = {name for name, source in sources.items() if not type(source).__module__.startswith("sync.regions")}
    return above | {kind for kind, _ in mirrors} | set(operations)


def texts(file: str) -> Iterator[str]:
    """The strings of its code, without docstrings."""
    tree = ast.parse((ROOT / file).read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def named_in(file: str) -> set[str]:
    above = names_above()
    found = {text for text in texts(file) if text in above or text in CALLS}
    return found | {action for text in texts(file) for action in ACTION.findall(text)}


@pytest.mark.parametrize("file", [file for file in FILES if file not in EXEMPT])
def test_it_names_nothing_of_the_apps_above(file: str) -> None:
    assert named_in(file) == set()


@pytest.mark.parametrize("file", sorted(EXEMPT))
def test_what_is_exempt_still_needs_to_be(file: str) -> None:
    assert named_in(file) != set()
