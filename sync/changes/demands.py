"""The approvals that a change needs: how many, and by whom.

The number of its AWS account holds for every change but those that only look after people; its approval rules ask for
more where a step is of their risk class. What was asked for when a change was proposed stays asked for; what is asked
for since comes on top.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.access import may
from accounts.models import ApprovalRule, AwsAccount, Operator, Risk, approvals_words
from accounts.roles import APPROVE, CARE
from iamconsole.web.once import once_a_page
from sync import operations
from sync.changes.affected import affecting_steps, kept_demands, steps_by_account
from sync.changes.sole_owner import decides_alone
from sync.changes.steps import known_steps
from sync.models import Approval, ApprovalDemand, Change
from sync.operation_mixins import asks_mirror, permission_needed, risk_at_stake, why_second_person
from sync.operations import Operation, PlannedStep, Refusal
from sync.plan_draft import Draft


@dataclass(frozen=True)
class Demand:
    """Approvals that are required, by a role, a group or (neither) anybody who may approve. `received`: how many count.

    `risk` is that of the steps it is about; "": the AWS account asks for it whatever the steps are. `of_account`: where
    the change takes or gives access, beside its own AWS account; None: of that one.
    """

    approvals: int
    risk: str = ""
    role: str = ""
    group_id: int | None = None
    group: str = ""
    received: int = 0
    of_account: AwsAccount | None = None

    @property
    def missing(self) -> int:
        return max(0, self.approvals - self.received)

    @property
    def words(self) -> str:
        """ "2 approvals by owners", "1 approval of Acme Staging"."""
        return f"{approvals_words(self.approvals, self.role, self.group)}{self._where}"

    @property
    def _where(self) -> str:
        return f" of {self.of_account}" if self.of_account else ""

    @property
    def missing_words(self) -> str:
        """ "1 more approval by owners is"."""
        verb = "is" if self.missing == 1 else "are"
        words = approvals_words(self.missing, self.role, self.group).replace(" ", " more ", 1)
        return f"{words}{self._where} {verb}"

    @property
    def because(self) -> str:
        """Which rule asks."""
        if self.risk in _WHATEVER:
            return _WHATEVER[self.risk]
        if self.of_account:
            rule = f"; its rule: {_STEPS[Risk(self.risk)]}" if self.risk else ""
            return f"It takes or gives access in that AWS account{rule}."
        if not self.risk:
            return "This AWS account requires it for every change."
        return f"A rule of this AWS account: {_STEPS[Risk(self.risk)]}."

    def takes(self, operator: Operator, aws_account: AwsAccount) -> bool:
        """Whether an approval by `operator` counts for it. `aws_account`: that of the change."""
        asking = self.of_account or aws_account
        if not may(operator, APPROVE, asking):
            return False
        if self.role:
            return bool(operator.aws_accounts_with([self.role]) & {asking.pk, None})
        return not self.group or operator.groups.filter(pk=self.group_id).exists()


GUARDED = "guarded"  # of a demand that is of no rule: a step asks for somebody else whoever set what
RAILED = "guard_rail"  # the same where a guard rail asks for it
_WHATEVER = {
    GUARDED: "A step is about somebody who may have access to AWS: somebody else has to agree, whatever the rules are.",
    RAILED: "A guard rail of this AWS account asks for it: somebody else has to agree.",
}
_STEPS = {
    Risk.LOW: "it has steps of low risk",
    Risk.HIGH: "it has steps of high risk, which change access or sign-in",
    Risk.DESTRUCTIVE: "it has destructive steps",
    Risk.SECRET: "it has steps with a secret",
}


def demands(change: Change, approvals: Sequence[Approval]) -> list[Demand]:
    """All that is asked for, each with how many of `approvals` (those that count at all) meet it.

    Of what is over: what was asked for then. The end of temporary access was approved with the access.
    """
    if change.ends_id:
        return []
    asked: dict[tuple[Any, ...], Demand] = {}
    for demand in (*_kept(change), *_in_force(change)):
        key = (demand.of_account, demand.risk, demand.role, demand.group_id, demand.group)
        if key not in asked or asked[key].approvals < demand.approvals:
            asked[key] = demand
    floor = Demand(_floor(change))
    found = list(asked.values())
    if floor.approvals > max((demand.approvals for demand in found if demand.of_account is None), default=0):
        found.insert(0, floor)  # else whoever meets the rules meets it
    return [replace(demand, received=_received(demand, approvals, change.aws_account)) for demand in found]


def _received(demand: Demand, approvals: Sequence[Approval], aws_account: AwsAccount) -> int:
    """One of an only owner is all that anybody could give there."""
    asking = demand.of_account or aws_account
    if any(approval.alone and decides_alone(approval.operator, asking) for approval in approvals):
        return demand.approvals
    others = [approval for approval in approvals if not approval.alone]
    return sum(demand.takes(approval.operator, aws_account) for approval in others)


def _floor(change: Change) -> int:
    if change.state in Change.OVER:
        return change.approvals_required
    if change.is_care and is_care(change.aws_account, known_steps(change)):
        return 0
    return max(change.approvals_required, change.aws_account.approvals_required)


def unmet_demands(change: Change, approvals: Sequence[Approval]) -> list[Demand]:
    return [demand for demand in demands(change, approvals) if demand.missing]


def keep_demands(
    change: Change, rules: Iterable[ApprovalRule], planned: Sequence[PlannedStep], *, second: bool = False
) -> None:
    """In the transaction that proposes the change. `second`: a step asks for somebody else."""
    rows = [ApprovalDemand(change=change, risk=GUARDED, approvals=1)] if second else []
    rows += [_row(change, demand) for demand in _of_others(change.aws_account, planned)]
    rows += [
        ApprovalDemand(
            change=change,
            risk=rule.risk,
            approvals=rule.approvals,
            role=rule.role,
            group=rule.group,
            group_name=rule.group_name,
        )
        for rule in rules
    ]
    ApprovalDemand.objects.bulk_create(rows)


def keep_in_force(change: Change) -> None:
    """What is asked for when it is handed over: later rules say nothing of it. Saves all but the change itself."""
    stored = set(_kept(change))
    new = [demand for demand in dict.fromkeys(_in_force(change)) if demand not in stored]
    ApprovalDemand.objects.bulk_create(_row(change, demand) for demand in new)
    change.approvals_required = max(change.approvals_required, _floor(change))


def _row(change: Change, demand: Demand) -> ApprovalDemand:
    return ApprovalDemand(
        change=change,
        risk=demand.risk,
        approvals=demand.approvals,
        role=demand.role,
        group_id=demand.group_id,
        group_name=demand.group,
        of_account=demand.of_account,
    )


def _of_others(aws_account: AwsAccount, planned: Sequence[PlannedStep]) -> Iterator[Demand]:
    """What each other AWS account asks for in which the plan takes or gives access: as of a change there."""
    for other, steps in steps_by_account(aws_account, planned).items():
        asked = [
            Demand(rule.approvals, rule.risk, rule.role, rule.group_id, rule.group_name, of_account=other)
            for rule in rules_for(other, steps)
        ]
        if other.approvals_required > max((demand.approvals for demand in asked), default=0):
            yield Demand(other.approvals_required, of_account=other)
        yield from asked


def rules_for(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> list[ApprovalRule]:
    """The rules of the AWS account that ask something of a plan with these steps."""
    rules = _rules_of(aws_account)
    if not rules:
        return []
    planned = list(planned)
    draft = prefetched_draft(aws_account, planned)
    risks = {risk for step in planned for risk in _risks(draft, step.operation, step.params)}
    return [rule for rule in rules if rule.risk in risks]


@once_a_page
def _rules_of(aws_account: AwsAccount) -> Sequence[ApprovalRule]:
    return list(ApprovalRule.objects.filter(aws_account=aws_account).select_related("group"))


def remember_rules(aws_accounts: Sequence[AwsAccount]) -> None:
    """While a page is made: the rules of each AWS account, in one query."""
    found: dict[int, list[ApprovalRule]] = {each.pk: [] for each in aws_accounts}
    for rule in ApprovalRule.objects.filter(aws_account__in=aws_accounts).select_related("group"):
        found[rule.aws_account_id].append(rule)
    for each in aws_accounts:
        _rules_of.remember(found[each.pk], each)


def is_care(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> bool:
    """Whether all of it is what helpdesk may do: then the number that holds for every change doesn't hold for it."""
    planned = list(planned)
    draft = prefetched_draft(aws_account, planned)
    return all(permission_needed(step.operation, draft, step.params) == CARE for step in planned)


def needs_second_person(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> bool:
    """Whether a step asks for the approval of somebody else, whatever the AWS account does."""
    asking = [step for step in planned if asks_mirror(step.operation)]
    draft = prefetched_draft(aws_account, asking)
    return any(why_second_person(step.operation, draft, step.params) for step in asking)


def prefetched_draft(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> Draft:
    """A draft without steps, with what these ask of the mirror looked up at once."""
    draft = Draft(aws_account)
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for step in planned:
        if asks_mirror(step.operation):
            by_kind[step.kind].append(step.params)
    for kind, params in by_kind.items():
        operations.registry[kind].prefetch(draft, params)
    return draft


def risk_of(draft: Draft, operation: Operation[Any], params: Any) -> tuple[Risk, str]:
    """The highest risk class of a step by the mirror as it is now, and why. `draft`: of `prefetched_draft`."""
    try:
        risk = next(_risks(draft, operation, params))
        why = why_second_person(operation, draft, params)
    except Refusal:  # what it is about is gone from the mirror
        risk, why = operation.risk, ""
    return risk, why or WHY_RISK[risk]


WHY_RISK = {
    Risk.LOW: "",
    Risk.HIGH: "It changes access or sign-in.",
    Risk.DESTRUCTIVE: "It can’t be restored as it was.",
    Risk.SECRET: "What goes in or comes out holds a secret.",
}


def _risks(draft: Draft, operation: Operation[Any], params: Any) -> Iterator[Risk]:
    """What an operation of a destructive kind doesn't destroy with these parameters still changes access."""
    if operation.is_destructive(params):
        yield Risk.DESTRUCTIVE
    risk = risk_at_stake(operation, draft, params)
    if risk is not Risk.DESTRUCTIVE:
        yield risk
    elif not operation.is_destructive(params):
        yield Risk.HIGH


def _kept(change: Change) -> Iterator[Demand]:
    for kept in kept_demands(change):
        yield Demand(kept.approvals, kept.risk, kept.role, kept.group_id, kept.group_name, of_account=kept.of_account)


def _in_force(change: Change) -> Iterator[Demand]:
    if change.state in Change.OVER:
        return
    if needs_second_person(change.aws_account, known_steps(change)):
        yield Demand(1, GUARDED)
    if any(stored["severity"] == "approval" for stored in change.findings):
        yield Demand(1, RAILED)
    for rule in rules_for(change.aws_account, known_steps(change)):
        yield Demand(rule.approvals, rule.risk, rule.role, rule.group_id, rule.group_name)
    yield from _of_others(change.aws_account, affecting_steps(change))
    if change.on_request:  # somebody decides in each, whatever its rules are
        for other in steps_by_account(change.aws_account, affecting_steps(change)):
            yield Demand(1, of_account=other)
