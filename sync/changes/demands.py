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

from accounts.models import ApprovalRule, AwsAccount, Operator, Risk, approvals_words
from accounts.roles import CARE
from sync import operations
from sync.models import Approval, ApprovalDemand, Change
from sync.operation_mixins import asks_mirror, permission_needed, risk_at_stake, why_second_person
from sync.operations import BadParams, Operation, PlannedStep, Refusal
from sync.plan_draft import Draft


@dataclass(frozen=True)
class Demand:
    """Approvals that are required, by a role, a group or (neither) anybody who may approve. `received`: how many count.

    `risk` is that of the steps it is about; "": the AWS account asks for it whatever the steps are.
    """

    approvals: int
    risk: str = ""
    role: str = ""
    group_id: int | None = None
    group: str = ""
    received: int = 0

    @property
    def missing(self) -> int:
        return max(0, self.approvals - self.received)

    @property
    def words(self) -> str:
        """ "2 approvals by owners"."""
        return approvals_words(self.approvals, self.role, self.group)

    @property
    def missing_words(self) -> str:
        """ "1 more approval by owners is"."""
        verb = "is" if self.missing == 1 else "are"
        return f"{approvals_words(self.missing, self.role, self.group).replace(' ', ' more ', 1)} {verb}"

    @property
    def because(self) -> str:
        """Which rule asks."""
        if self.risk in _WHATEVER:
            return _WHATEVER[self.risk]
        if not self.risk:
            return "This AWS account requires it for every change."
        return f"A rule of this AWS account: {_STEPS[Risk(self.risk)]}."

    def takes(self, operator: Operator, aws_account: AwsAccount) -> bool:
        """Whether an approval by `operator`, who may approve here, counts for it."""
        if self.role:
            return bool(operator.aws_accounts_with([self.role]) & {aws_account.pk, None})
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
    asked: dict[tuple[str, str, int | None, str], Demand] = {}
    for demand in (*_kept(change), *_in_force(change)):
        key = (demand.risk, demand.role, demand.group_id, demand.group)
        if key not in asked or asked[key].approvals < demand.approvals:
            asked[key] = demand
    floor = Demand(_floor(change))
    found = list(asked.values())
    if floor.approvals > max((demand.approvals for demand in found), default=0):
        found.insert(0, floor)  # else whoever meets the rules meets it
    if any(approval.alone for approval in approvals):  # of an only owner: nobody else could give any
        return [replace(demand, received=demand.approvals) for demand in found]
    account = change.aws_account
    return [
        replace(demand, received=sum(demand.takes(approval.operator, account) for approval in approvals))
        for demand in found
    ]


def _floor(change: Change) -> int:
    if change.state in Change.OVER:
        return change.approvals_required
    if change.is_care and is_care(change.aws_account, _steps(change)):
        return 0
    return max(change.approvals_required, change.aws_account.approvals_required)


def unmet_demands(change: Change, approvals: Sequence[Approval]) -> list[Demand]:
    return [demand for demand in demands(change, approvals) if demand.missing]


def keep_demands(change: Change, rules: Iterable[ApprovalRule], *, second: bool = False) -> None:
    """In the transaction that proposes the change. `second`: a step asks for somebody else."""
    rows = [ApprovalDemand(change=change, risk=GUARDED, approvals=1)] if second else []
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
    ApprovalDemand.objects.bulk_create(
        ApprovalDemand(
            change=change,
            risk=demand.risk,
            approvals=demand.approvals,
            role=demand.role,
            group_id=demand.group_id,
            group_name=demand.group,
        )
        for demand in new
    )
    change.approvals_required = max(change.approvals_required, _floor(change))


def rules_for(aws_account: AwsAccount, planned: Iterable[PlannedStep]) -> list[ApprovalRule]:
    """The rules of the AWS account that ask something of a plan with these steps."""
    rules = list(ApprovalRule.objects.filter(aws_account=aws_account).select_related("group"))
    if not rules:
        return []
    planned = list(planned)
    draft = prefetched_draft(aws_account, planned)
    risks = {risk for step in planned for risk in _risks(draft, step.operation, step.params)}
    return [rule for rule in rules if rule.risk in risks]


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
    for kept in change.demands.all():
        yield Demand(kept.approvals, kept.risk, kept.role, kept.group_id, kept.group_name)


def _in_force(change: Change) -> Iterator[Demand]:
    if change.state in Change.OVER:
        return
    if needs_second_person(change.aws_account, _steps(change)):
        yield Demand(1, GUARDED)
    if any(stored["severity"] == "approval" for stored in change.findings):
        yield Demand(1, RAILED)
    for rule in rules_for(change.aws_account, _steps(change)):
        yield Demand(rule.approvals, rule.risk, rule.role, rule.group_id, rule.group_name)


def _steps(change: Change) -> Iterator[PlannedStep]:
    for step in change.steps.all():
        operation = operations.registry.get(step.kind)
        if operation is None:
            continue
        try:
            params = operation.parse(step.params)
        except BadParams:
            continue
        yield PlannedStep(step.position, operation, params, step.part, step.expects)
