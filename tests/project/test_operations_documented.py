"""docs/change-operations.md lists the operations as they are, and the console's own roles are allowed their calls."""

from __future__ import annotations

from sync.aws.calls import is_signed
from sync.aws.permission import IAM, optional_parts, permissions_of
from sync.management.commands.document_operations import TARGET, action_of, written
from sync.operations import registry


def test_the_page_of_operations_is_not_stale() -> None:
    assert TARGET.read_text() == written(), "Run `make operations`, and look at what it changes."


def test_every_operation_stands_in_it() -> None:
    page = TARGET.read_text()
    assert [kind for kind in registry if f"| `{kind}` |" not in page] == []


def test_each_declares_the_permission_of_its_call() -> None:
    lacking = {
        kind: action
        for kind, action in ((kind, action_of(each)) for kind, each in registry.items())
        if is_signed(*action.split(":")) and action not in {each.action for each in registry[kind].permissions}
    }
    assert lacking == {}


def test_its_calls_are_allowed_to_the_console() -> None:
    allowed = {each.action for part in (IAM, *optional_parts()) for each in permissions_of("write", part)}
    called = {action_of(operation) for operation in registry.values()}
    assert {action for action in called if is_signed(*action.split(":"))} <= allowed
