"""In which state a finding is that is there, and how grave it is: by what was decided and how its rule is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import AwsAccount
from findings.models import Finding, FindingSeverity, RuleSetting
from findings.mute_limits import longest_mute


@dataclass(frozen=True)
class RuleSettings:
    """How the rules of an AWS account are set, by their ids; most aren't."""

    by_rule: Mapping[str, RuleSetting]

    @classmethod
    def of(cls, aws_account: AwsAccount) -> RuleSettings:
        return cls({each.rule: each for each in RuleSetting.objects.filter(aws_account=aws_account)})

    def is_off(self, rule: str) -> bool:
        found = self.by_rule.get(rule)
        return found is not None and found.is_off

    def severity(self, rule: str, found: str) -> FindingSeverity:
        """What the rule says, or the harsher one that is set."""
        said, setting = FindingSeverity(found), self.by_rule.get(rule)
        least = FindingSeverity(setting.severity) if setting and setting.severity else said
        return min(said, least, key=lambda each: each.rank)


def settle(row: Finding, settings: RuleSettings, now: datetime) -> None:
    """Sets state and severity of one that is there; not `save`d. A mute lasts no longer than the severity allows."""
    row.severity = settings.severity(row.rule, row.found_severity or row.severity)
    if row.muted_until is not None and row.muted_at is not None:
        row.muted_until = min(row.muted_until, row.muted_at + longest_mute(row.severity))
    state = _state(row, settings, now)
    if state != row.state:
        row.state, row.state_since = state, now


def _state(row: Finding, settings: RuleSettings, now: datetime) -> Finding.State:
    if settings.is_off(row.rule):
        return Finding.State.OFF
    if row.is_accepted:
        return Finding.State.ACCEPTED
    is_muted = row.muted_until is not None and row.muted_until > now
    return Finding.State.MUTED if is_muted else Finding.State.OPEN


def forget_decision(row: Finding) -> None:
    """Neither muted nor accepted any more; not `save`d."""
    row.mute_reason, row.muted_until, row.muted_at, row.muted_by, row.is_accepted = "", None, None, None, False


DECISION = ("mute_reason", "muted_until", "muted_at", "muted_by", "is_accepted")
STATE = ("severity", "state", "state_since", "muted_until")
