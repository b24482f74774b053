"""The rules of guard rails: a class each, and their table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from access.guard_rails.parameters import RailParameter, kept_of
from access.guard_rails.state import RailState
from access.guard_rails.violations import Violation
from accounts.models import AwsAccount

Parameters = Mapping[str, Any]


class RailRule(ABC):
    """`title` says what holds, `explains` what is against it, `mend` what to do with a plan that is.

    `has_rows`: what is against it already is told as rows of findings. `is_quick`: it may be asked while one types.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    explains: ClassVar[str]
    mend: ClassVar[str]
    parameters: ClassVar[Sequence[RailParameter]] = ()
    has_rows: ClassVar[bool] = True
    is_quick: ClassVar[bool] = True

    @abstractmethod
    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        """All that is against it."""

    def worsened(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        """What is against it after a plan and wasn't before."""
        known = {each.key for each in self.violations(before, parameters)}
        yield from (each for each in self.violations(after, parameters) if each.key not in known)

    def worsened_while_typing(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        """The same with less effort: what it leaves out is told at the proposal."""
        yield from self.worsened(before, after, parameters)

    def kept(self, parameters: Parameters) -> dict[str, Any]:
        return kept_of(self.parameters, parameters)

    def meant_in(self, parameters: Parameters, aws_account: AwsAccount) -> dict[str, Any]:
        """What a version keeps, as it is meant in this AWS account."""
        kept = self.kept(parameters)
        return {each.name: each.meant_in(kept[each.name], aws_account) for each in self.parameters}

    def is_looser(self, before: Parameters, after: Parameters) -> bool:
        had, has = self.kept(before), self.kept(after)
        return any(each.is_looser(had[each.name], has[each.name]) for each in self.parameters)


RULES: dict[str, RailRule] = {}


def register(rule: RailRule) -> None:
    if rule.name in RULES:
        raise ValueError(f"The guard rail {rule.name} is registered already.")
    RULES[rule.name] = rule


OWN = "own"  # with a document of the operators' own: of this one an AWS account may have several


def rule_of(content: Mapping[str, Any]) -> RailRule | None:
    """None of one that an earlier release had."""
    return RULES.get(str(content.get("rule")))
