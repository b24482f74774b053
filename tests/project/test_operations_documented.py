"""docs/adding-an-operation.md lists the operations as they are."""

from __future__ import annotations

import re
from pathlib import Path

from sync.aws.calls import is_signed
from sync.aws.permissions import permissions_of
from sync.operations import registry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-an-operation.md"
ROW = re.compile(r"^\| `([\w.]+)` \| `([\w-]+:\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_every_operation_stands_in_the_table() -> None:
    documented = {kind: (guarantee, undo) for kind, _, guarantee, undo in ROW.findall(PAGE.read_text())}
    assert documented == {kind: (each.guarantee.value, each.undo.value) for kind, each in registry.items()}


def test_its_calls_are_allowed_to_the_console() -> None:
    allowed = {each.action for each in (*permissions_of("write"), *permissions_of("write", "cognito"))}
    documented = {action for _, action, *_ in ROW.findall(PAGE.read_text())}
    assert {action for action in documented if is_signed(*action.split(":"))} <= allowed
