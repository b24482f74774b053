"""The check that measures what access a plan changes, and tells whether that has got worse since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.plans import facts, items
from access.plans.administrators import Administrators
from access.plans.effects import GIVING, AffectedPrincipals, effects, identified, kept_effects
from access.plans.reading import read_holdings
from access.plans.trusts import trust_effects
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import counted, some
from policies.holdings import TagChange
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.operation_mixins import ReadsAccessOffPlan
from sync.operations import AccessChange, PlannedStep

NAME = "access"
_NOBODY: Mapping[str, Any] = {"effects": [], "trusts": []}


class AccessCheck(PlanCheck):
    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """`{effects, trusts, facts}`, as the modules of these names keep them."""
        access_changes, undone = _access_changes(aws_account, steps), _access_changes(aws_account, undoing)
        if not access_changes:
            return None
        before = read_holdings(aws_account, [*access_changes, *undone])
        before.apply_all(undone)
        after = before.copy()
        after.apply_all(access_changes)
        tags = {change.key for change in (*access_changes, *undone) if isinstance(change, TagChange)}
        concerned = effects(before, after, Administrators(aws_account.account_id), tags)
        opened, grave = trust_effects(before, after, aws_account.account_id)
        findings = [*_new_administrators(concerned), *grave]
        listed = facts.kept_facts(access_changes, after, before)
        return Measurement({"effects": kept_effects(concerned, before), "trusts": opened, "facts": listed}, findings)

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is: somebody gains, or perhaps gains, what the approved measure didn't say of that very person.

        Facts are those of the plan itself, which was approved.
        """
        approved = before or _NOBODY
        change = [
            *_more_for_people(approved["effects"], now["effects"]),
            *_more_trusted(approved["trusts"], now["trusts"]),
        ]
        return " ".join(change)


def _access_changes(aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[AccessChange]:
    return [change for step in steps for change in _of_step(aws_account, step)]


def _of_step(aws_account: AwsAccount, step: PlannedStep) -> Sequence[AccessChange]:
    operation = step.operation
    if isinstance(operation, ReadsAccessOffPlan):
        return operation.access_changes_of_step(aws_account, step)
    return operation.access_changes(aws_account, step.params)


def _new_administrators(concerned: Sequence[AffectedPrincipals]) -> Iterator[PlanFinding]:
    arns = sorted(arn for each in concerned if each.administrators for arn in each.arns)
    if arns:
        names = some([name_of(arn) for arn in arns], len(arns))
        becomes = "becomes an administrator" if len(arns) == 1 else "become administrators"
        words = f"{names} {becomes} of this AWS account."
        yield PlanFinding("MAKES_ADMINISTRATOR", "security_warning", words, about=tuple(arns))


# ---- Worse ---------------------------------------------------------------------------------------------------
def _more_for_people(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    approved = {who: effect for effect in before for who in effect["ids"]}
    for effect in now:
        known = {who: _is_within(approved.get(who), effect) for who in effect["ids"]}
        more = [who for who, is_within in known.items() if not is_within]
        if more:
            names = [name_of(arn) for arn, _ in effect["who"] if identified(arn) in more]
            who = some(names, len(more)) if names else counted(len(more), "principal")
            yield f"{who} would gain access that the plan did not show."


def _more_trusted(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    approved = {each["role"]: each for each in before}
    for each in now:
        if not _is_within(approved.get(each["role"]), each):
            yield f"More may assume {name_of(each['role'])} than the plan showed."


def _is_within(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    if now.get("administrators") and not (before and before.get("administrators")):
        return False
    if set(now.get("why", ())) - set(before.get("why", ()) if before else ()):
        return False
    for kind in GIVING:
        if kind in now and not (before and kind in before and items.covers(before[kind], now[kind])):
            return False
    return True
