"""Guard rails as safeguards (sync/safeguards): who may change one, and when it takes a second person, is said there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.guard_rails.content import KIND, RailContent
from access.guard_rails.engine_rules import NoNewEscalationPath, measure_again
from access.guard_rails.planned import against
from access.guard_rails.rules import rule_of
from access.plans.reading import read_planned_holdings
from sync.changes.guards import undo_steps
from sync.changes.steps import created_ids, planned_step
from sync.models import Change, SafeguardVersion
from sync.operations import BadParams, Refusal
from sync.safeguards.kinds import SafeguardKind


class GuardRailKind(SafeguardKind):
    name = KIND
    noun = "guard rail"
    is_for_owners = True

    def loosens(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        had, has, rule = RailContent.read(before), RailContent.read(after), rule_of(before)
        if rule is None or had.rule != has.rule:
            return True
        return has.is_looser_than(had) or rule.is_looser(had.parameters, has.parameters)

    def is_against(self, version: SafeguardVersion, change: Change) -> bool:
        ids, account = created_ids(change), change.aws_account
        try:
            steps = [planned_step(step, ids) for step in change.steps.all()]
            planned = read_planned_holdings(account, steps, undo_steps(change))
        except (BadParams, KeyError, Refusal):
            return False  # it can't be applied
        if planned is None:
            return False
        is_measured = isinstance(rule_of(version.content), NoNewEscalationPath)
        measured = measure_again(account, planned) if is_measured else {}
        return any(against([version], account, planned, measured))
