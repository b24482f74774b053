"""Every icon that a template or a module names exists: a missing one would be an error page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import lucide
import pytest

from iamconsole.web import vocabulary
from iamconsole.web.elements import icon
from tests.web.sources import modules, templates

# {% icon "x" … %}, {% blank "x" … %}, and icon="x" of any tag or include; {% flag text kind "x" %}
IN_TEMPLATES = re.compile(
    r"""\{%\s*(?:icon|blank)\s+["']([^"']+)["']|\bicon=["']([^"']+)["']|\{%\s*flag\s+\S+\s+"[^"]*"\s+"([^"]+)" """,
    re.VERBOSE,
)
CALLS = {"icon": 0, "NavItem": 1, "marked": 1, "flag": 2}  # functions with the icon as a positional argument


def named_in_templates() -> Iterator[str]:
    for path in templates():
        for groups in IN_TEMPLATES.findall(path.read_text()):
            yield from filter(None, groups)


def named_in_modules() -> Iterator[str]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from named_in_call(node)


def named_in_call(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    arguments = [keyword.value for keyword in call.keywords if keyword.arg == "icon"]
    if name in CALLS:
        arguments += call.args[CALLS[name] :][:1]
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
            yield argument.value


def named_in_the_vocabulary() -> Iterator[str]:
    yield from (state.icon for state in vocabulary.STATES.values())
    yield vocabulary.state_of("never heard of").icon
    yield from vocabulary.NOTE_ICONS.values()
    yield from (mark for mark, _, _ in vocabulary.CHAIN_MARKS.values())


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Read in the test and not at its collection, which every process of a run does."""
    return {*named_in_templates(), *named_in_modules(), *named_in_the_vocabulary()}


def exists(name: str) -> bool:
    try:
        return icon(name).startswith("<svg")
    except lucide.IconDoesNotExist:
        return False


def test_every_icon_exists(names: set[str]) -> None:
    assert sorted(name for name in names if not exists(name)) == []


def test_the_scan_finds_icons(names: set[str]) -> None:
    assert {"shield-half", "gauge", "loader-circle", "git-pull-request-arrow"} <= names


def test_unknown_icon_raises() -> None:
    with pytest.raises(lucide.IconDoesNotExist):
        icon("no-such-icon")


def test_icon_is_silent_and_has_its_classes() -> None:
    svg = icon("user", "ink-ok")
    assert 'class="icon ink-ok"' in svg
    assert 'aria-hidden="true"' in svg
