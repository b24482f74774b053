"""What a plan would bring against guard rails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.guard_rails.content import KIND, Mode, RailContent
from access.guard_rails.engine_rules import NoNewEscalationPath
from access.guard_rails.resource_rules import ResourceRule
from access.guard_rails.rules import OWN, rule_of
from access.guard_rails.state import RailState, planned_states
from access.guard_rails.violations import Violation, sentences, shortened
from access.plans.comparing import seal
from access.plans.reading import PlannedHoldings
from accounts.models import AwsAccount
from sync.checks import Measurement, PlanFinding
from sync.models import SafeguardVersion
from sync.safeguards.in_force import versions_in_force

CODE = "GUARD_RAIL"
_MOST_ABOUT = 500


@dataclass(frozen=True)
class RailViolations:
    """What is against one guard rail. `version`: the one in force."""

    version: SafeguardVersion
    content: RailContent
    violations: Sequence[Violation]

    @property
    def keys(self) -> list[str]:
        return sorted({each.key for each in self.violations})

    @property
    def words(self) -> str:
        """Without what people called it: findings are told in places that keep no free text."""
        rule = rule_of(self.version.content)
        title = f", “{rule.title}”," if rule and rule.name != OWN else ""
        lead = f"Guard rail {self.version.safeguard_id}{title} stands against it. "
        return f"{lead}{shortened(sentences(self.violations))} {rule.mend if rule else ''}".strip()

    def finding(self) -> PlanFinding:
        permission = self.content.override.permission if self.content.mode is Mode.BLOCKS else None
        keys = self.keys
        rest = (seal(keys),) if len(keys) > _MOST_ABOUT else ()  # an override is for all of them or for none
        about, amount = (self.version.safeguard.key, *keys[:_MOST_ABOUT], *rest), len(keys)
        severity = self.content.severity
        return PlanFinding(CODE, severity, self.words, about=about, amount=amount, override=permission)


def rails_in_force(aws_account: AwsAccount) -> list[SafeguardVersion]:
    """Without those that are off."""
    found = versions_in_force(aws_account, KIND)
    return [each for each in found if rule_of(each.content) and RailContent.read(each.content).mode is not Mode.OFF]


def meant_in(version: SafeguardVersion, aws_account: AwsAccount) -> dict[str, Any]:
    """The parameters of its rule, as they are meant in the AWS account."""
    rule = rule_of(version.content)
    return rule.meant_in(version.content["parameters"], aws_account) if rule else {}


def named_policies(versions: Iterable[SafeguardVersion], aws_account: AwsAccount) -> set[str]:
    """The ARNs of those that they name."""
    return {each["arn"] for version in versions for each in meant_in(version, aws_account).get("policies", ())}


def against(
    versions: Iterable[SafeguardVersion],
    aws_account: AwsAccount,
    planned: PlannedHoldings,
    measured: Mapping[str, Measurement],
) -> Iterator[RailViolations]:
    """Those that it doesn't meet. `measured`: by the checks of access and of privilege escalation paths."""
    versions = list(versions)
    before, after = planned_states(aws_account, planned, named_policies(versions, aws_account))
    for version in versions:
        content = RailContent.read(version.content)
        if found := list(_found(version, before, after, measured)):
            yield RailViolations(version, content, found)


def _found(
    version: SafeguardVersion,
    before: RailState,
    after: RailState,
    measured: Mapping[str, Measurement],
) -> Iterator[Violation]:
    rule = rule_of(version.content)
    if rule is None:
        return
    if isinstance(rule, NoNewEscalationPath):
        yield from rule.measured(measured, before, after)
    elif isinstance(rule, ResourceRule):
        yield from rule.measured(measured, meant_in(version, after.aws_account))
    else:
        yield from rule.worsened(before, after, meant_in(version, after.aws_account))
