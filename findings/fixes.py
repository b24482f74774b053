"""What puts a finding right, as a change to be staged: apps above register how, by rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE
from findings.models import Finding
from sync.operations import StepSpec


@dataclass(frozen=True)
class FindingFix:
    """`url`: of the form that stages it, filled in. `steps`: what that form stages as it is filled in, for a change of
    many; it raises Refusal or BadParams with a sentence. None: somebody has to say more there. `at`: the AWS account in
    which it is staged, where that isn't the finding's. `why_form`: why somebody has to say more, in a sentence."""

    label: str
    url: str
    steps: Callable[[Operator], Sequence[StepSpec]] | None = None
    at: AwsAccount | None = None
    why_form: str = "Its form has to be filled in."

    def why_not(self, operator: Operator) -> str:
        """A sentence, where it is staged in an AWS account in which the operator may not. It doesn't name that."""
        if self.at is None or may(operator, PROPOSE, self.at):
            return ""
        return "It is put right in another AWS account, in which you may not stage changes: ask its owners."


FixOf = Callable[[Finding], FindingFix | None]
_fixes: dict[str, FixOf] = {}


def register(*rules: str, fix_of: FixOf) -> None:
    """`fix_of` gives None where this finding can't be put right by the console, as its object is now."""
    for rule in rules:
        if rule in _fixes:
            raise ValueError(f"The rule {rule} has a fix already.")
        _fixes[rule] = fix_of


def is_fixable(rule: str) -> bool:
    return rule in _fixes


def fixable_rules() -> frozenset[str]:
    return frozenset(_fixes)


def fix_of(finding: Finding) -> FindingFix | None:
    """As its object is now. None: there is nothing that the console could stage."""
    fix = _fixes.get(finding.rule)
    return fix(finding) if fix is not None and finding.is_there else None
