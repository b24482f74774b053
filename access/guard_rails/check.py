"""The check by which every plan is held against the guard rails of its AWS account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from access.guard_rails.planned import against, rails_in_force
from access.plans import resource_findings
from access.plans.reading import holdings_between, read_planned_holdings
from accounts.models import AwsAccount
from sync.checks import Measurement, PlanCheck
from sync.operations import PlannedStep

NAME = "guard_rails"


class GuardRailCheck(PlanCheck):
    name = NAME

    def measure_after_others(
        self,
        aws_account: AwsAccount,
        steps: Sequence[PlannedStep],
        undoing: Sequence[PlannedStep],
        measured: Mapping[str, Measurement],
    ) -> Measurement | None:
        """`{rails: [{safeguard, version, keys, words}]}`, of those that stand against it."""
        versions = rails_in_force(aws_account)
        planned = read_planned_holdings(aws_account, steps, undoing) if versions else None
        if planned is None and versions and resource_findings.NAME in measured:
            planned = holdings_between(aws_account, [], [])  # it is about resources alone
        if planned is None:
            return None
        found = list(against(versions, aws_account, planned, measured))
        kept = [
            {
                "safeguard": each.version.safeguard_id,
                "version": each.version.number,
                "keys": each.keys,
                "words": each.words,
            }
            for each in found
        ]
        return Measurement({"rails": kept}, [each.finding() for each in found])

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is: something is against one that wasn't on the plan."""
        known = {each["safeguard"]: set(each["keys"]) for each in (before or {}).get("rails", ())}
        newly = (each for each in now["rails"] if not set(each["keys"]) <= known.get(each["safeguard"], set()))
        return " ".join(each["words"] for each in newly)
