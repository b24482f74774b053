"""Saved tests of access: of AWS accounts and of labels."""

from __future__ import annotations

from typing import Any

from access.saved_tests.content import ALLOWED, DENIED, KIND, TestContent
from access.saved_tests.form import SavedTestForm, initial_of_content
from access.simulation.directory import Directory
from access.simulation.supposing import live_state
from accounts.models import AwsAccount
from configuration.sections.safeguards import REASON, SafeguardSection
from configuration.sections.section import EntryRefused, Value, where_words
from configuration.shapes import Flag, ListShape, Member, Struct, Text
from sync.models import SafeguardVersion
from sync.safeguards.scopes import Scope
from sync.safeguards.services import Wanted

_LISTS = ("principals", "actions", "resources", "context")


class SavedTests(SafeguardSection):
    """`context`: condition keys, one an entry, as the form has them: aws:SourceIp=198.51.100.7."""

    name, title, one, many, kind = "saved_tests", "Saved tests", "test", "tests", KIND
    shape = Struct(
        {
            "aws_account": Member(Text(), default=""),
            "label": Member(Text(), default=""),
            "name": Member(Text(), required=True),
            "number": Member(Text(), default="1"),
            "expected": Member(Text((DENIED, ALLOWED)), required=True),
            "blocks": Member(Flag(), default=False),
            "principals": Member(ListShape(Text()), required=True),
            "actions": Member(ListShape(Text()), required=True),
            "resources": Member(ListShape(Text()), default=[]),
            "context": Member(ListShape(Text()), default=[]),
            "unread_says_nothing": Member(Flag(), default=False),
            "session_policy": Member(Text(), default=""),
            "resource_policy": Member(Text(), default=""),
        }
    )

    def name_of(self, value: Value) -> str:
        return str(value["name"])

    def words(self, value: Value) -> str:
        return f"{value['name']}, of {where_words(value)}"

    def value_of(self, version: SafeguardVersion) -> Value:
        shown = initial_of_content(TestContent.read(version.content), _directory(version.safeguard.scope))
        return {
            "name": version.name,
            "expected": shown["expected"],
            "blocks": version.is_blocking,
            **{name: str(shown[name]).splitlines() for name in _LISTS},
            "unread_says_nothing": shown["as_read"],
            "session_policy": shown["session"],
            "resource_policy": shown["resource_policy"],
        }

    def wanted_of(self, value: Value, scope: Scope, before: SafeguardVersion | None) -> Wanted:
        said = {
            "name": value["name"],
            "expected": value["expected"],
            "is_blocking": value["blocks"],
            **{name: "\n".join(value[name]) for name in _LISTS},
            "as_read": value["unread_says_nothing"],
            "session": value["session_policy"],
            "resource_policy": value["resource_policy"],
            "reason": REASON,
        }
        was = TestContent.read(before.content) if before else None
        form = SavedTestForm(said, directory=_directory(scope), may_block=True, before=was)
        if not form.is_valid():
            raise EntryRefused(_first_error(form))
        return form.wanted


def _directory(scope: Scope) -> Directory | None:
    return live_state(scope).directory if isinstance(scope, AwsAccount) else None


def _first_error(form: Any) -> str:
    field, errors = next(iter(form.errors.items()))
    return f"{field}: {errors[0]}" if field != "__all__" else str(errors[0])
