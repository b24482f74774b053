"""Each operation is as its case says: its page, what access it changes, its document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import get_resolver

from cognito.pools.settings import POOL_GROUPS
from objects import object_actions
from sync.operation_mixins import WritesDocument
from sync.operations import Gate, Operation, registry
from tests.project.operations import ALL, CASES, SENDING
from tests.services.operation_cases import NO_POLICY

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
URLS = {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_every_operation_has_its_case() -> None:
    assert CASES.keys() == registry.keys(), (
        "Give each new operation its case in its app's tests/*/operation_cases*.py, once; a new file of those "
        "stands in tests/project/operations.py."
    )
    assert len(CASES) == len(ALL)


def test_every_operation_that_sends_is_prepared() -> None:
    assert SENDING.keys() == {kind for kind, each in registry.items() if not isinstance(each, Gate)}, (
        "Give these a case that prepares a step: `make faults` and their own tests begin with that."
    )


def test_every_operation_tells_what_access_it_changes() -> None:
    silent = {kind for kind, each in registry.items() if type(each).access_changes is Operation.access_changes}
    assert silent <= {kind for kind, each in CASES.items() if each.no_access}, (
        "Give these `access_changes`, or in their cases the reason why they change nobody's access."
    )


def test_every_document_has_its_type() -> None:
    of_documents = {kind: each for kind, each in registry.items() if isinstance(each, WritesDocument)}
    writing = {kind: each for kind, each in of_documents.items() if type(each).writes is not WritesDocument.writes}
    expected = {kind: each.writes for kind, each in CASES.items() if each.writes}
    assert {kind: each.writes_type or NO_POLICY for kind, each in writing.items()} == expected


@pytest.mark.parametrize("page", sorted({each.page for each in CASES.values()}))
def test_its_page_is_there(page: str) -> None:
    place, _, name = page.partition("/")
    assert object_actions.find(place, name) is not None if name else place in URLS


@pytest.fixture(scope="module")
def templates() -> str:
    return "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))


def test_what_no_menu_lists_has_a_link_of_its_own(templates: str) -> None:
    """An action that no menu and no list offers is linked by a template, or is another way of one that is."""
    linked = set(re.findall(r"""action=["']([\w-]+)["']""", templates))
    linked |= {*(group.action for group in POOL_GROUPS), "domain"}  # the settings tab links the form of each
    hidden = {
        action.name
        for place in object_actions.places()
        for action in object_actions.actions_at(place)
        if not action.listed or (place == object_actions.ACCOUNT and not action.on)
    }
    others = {name for action in object_actions.actions_at(object_actions.ACCOUNT) for name, _ in action.form.ways}
    assert hidden - linked - others == set()
