"""Tests as safeguards (sync/safeguards): who may change one, and when it takes a second person, is said there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.plans.reading import access_changes_of
from access.saved_tests.content import KIND, TestContent, loosens
from access.saved_tests.running import TestStatus, run
from access.simulation.supposing import live_state, supposed_state
from sync.changes.steps import created_ids, planned_step
from sync.models import Change, SafeguardVersion
from sync.operations import BadParams, Refusal
from sync.safeguards.kinds import SafeguardKind


class AccessTestKind(SafeguardKind):
    name = KIND
    noun = "test"

    def loosens(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        return loosens(before, after)

    def is_against(self, version: SafeguardVersion, change: Change) -> bool:
        ids = created_ids(change)
        try:
            changes = access_changes_of(change.aws_account, [planned_step(step, ids) for step in change.steps.all()])
        except (BadParams, KeyError, Refusal):
            return False  # it can't be applied
        if not changes:
            return False
        live = live_state(change.aws_account)
        outcome = run(TestContent.read(version.content), supposed_state(live, changes))
        return outcome.status is not TestStatus.PASSES
