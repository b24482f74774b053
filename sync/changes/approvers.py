"""Who may decide about a change: whose approvals and overrides count, and who may review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.access import may, who_may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER, APPLY, APPROVE
from iamconsole.web.once import once_a_page
from sync import clock
from sync.changes.affected import concerned, remember_kept_demands
from sync.changes.demands import Demand, demands, remember_rules
from sync.changes.sole_owner import decides_alone
from sync.changes.span import digest_to_check, remember_begun
from sync.changes.transitions import DELETE_APPEARED, LEAVE_OUT
from sync.checks import PlanFinding
from sync.models import Approval, BreakGlass, Change, Override, Step

# ---- Approving alone -----------------------------------------------------------------------------------------------
# An owner who alone may approve decides alone, where a rule else needs two people.
# The only owner then decides by a fresh sign-in (the views ask for it), a typed reason and an entry of the trail that
# everybody with a role in the AWS account is told of. As soon as somebody else may approve, that ends: what the owner
# approved alone and didn't apply yet no longer counts. Helpdesk may approve nothing, so it is neither of the two.
SAFER = (
    "You are the only one who may approve in this AWS account, so you may approve it alone. Two people are safer: "
    "as soon as another operator is an approver or owner, one of them has to approve."
)


# ---- Approvals that count ------------------------------------------------------------------------------------------
def valid_approvals(change: Change) -> list[Approval]:
    """Those under this very plan, not withdrawn, by others who may still give them.

    One of one's own counts as long as nobody else may approve. Of one of a change across AWS accounts: under all of
    that, too, until this one is begun.
    """
    given = [each for each in _given(change) if each.digest == change.digest]
    if given and (of_all := digest_to_check(change)):
        given = [each for each in given if each.span_digest == of_all]
    if not given:
        return []
    where = concerned(change)
    return [approval for approval in given if _counts(approval, change, where)]


@once_a_page
def _given(change: Change) -> Sequence[Approval]:
    """Those that weren't withdrawn, of whatever plan."""
    return list(change.approvals.filter(approved=True, void=False).select_related("operator"))


def remember_approvals(changes: Sequence[Change]) -> None:
    """While a page is made: what is asked for in each of these and what was given, in a few queries for all."""
    found: dict[int, list[Approval]] = {each.pk: [] for each in changes}
    rows = Approval.objects.filter(change__in=changes, approved=True, void=False).prefetch_related("operator")
    for approval in rows:
        found[approval.change_id].append(approval)
    for operator in {approval.operator for approval in rows}:  # one row each, which all of theirs share
        operator.remembered_grants = tuple(operator.held_grants())
    glass = BreakGlass.objects.filter(change__in=changes, void=False).select_related("operator").order_by("-at", "-pk")
    first = {each.change_id: each for each in glass}
    for each in changes:
        _given.remember(found[each.pk], each)
        _glass_of.remember(first.get(each.pk), each)
    remember_kept_demands(changes)
    remember_rules([each.aws_account for each in changes])
    remember_begun(changes)


def _counts(approval: Approval, change: Change, where: Iterable[AwsAccount]) -> bool:
    if approval.operator_id == change.requested_by_id:
        return approval.alone and any(decides_alone(approval.operator, each) for each in where)
    return not approval.alone and any(may(approval.operator, APPROVE, each) for each in where)


def owns_all(operator: Operator, change: Change) -> bool:
    """Whether the operator is an owner wherever the change takes or gives access."""
    return all(may(operator, ADMINISTER, each) for each in concerned(change))


@once_a_page
def _glass_of(change: Change) -> BreakGlass | None:
    return change.broken_glass.filter(void=False).select_related("operator").first()


def owner_stands_in(change: Change) -> bool:
    """Whether an owner, still one, answers for the change instead of those whose approvals are missing."""
    glass = _glass_of(change)
    return glass is not None and owns_all(glass.operator, change)


# ---- Reviews -------------------------------------------------------------------------------------------------------
NOBODY_REVIEWS = (
    "Nobody else may review it as things are: an owner has to give somebody else the role approver or owner in this "
    "AWS account."
)


def to_review(change: Change) -> BreakGlass | None:
    glass = change.broken_glass.filter(void=False, reviewed_at=None)
    return glass.select_related("operator", "change__aws_account").first()


def nobody_reviews(change: Change, breaker: Operator) -> str:
    """What to do where nobody is left to review what `breaker` applies without approvals; "" where somebody is."""
    others = who_may(APPROVE, change.aws_account).exclude(pk__in=_taking_part(change, breaker.pk))
    return "" if others.exists() else NOBODY_REVIEWS


def may_review(operator: Operator, glass: BreakGlass) -> bool:
    change = glass.change
    return may(operator, APPROVE, change.aws_account) and operator.pk not in _taking_part(change, glass.operator_id)


def _taking_part(change: Change, breaker_id: int) -> set[int]:
    """Who proposed it and who applied it; also who did so later, by a retry on the breaker's word."""
    return {breaker_id, change.requested_by_id, change.applied_by_id or breaker_id}


# ---- Overrides -----------------------------------------------------------------------------------------------------
# An override (sync/changes/approvals.py) is for the findings that its owner has read; a new one needs a new override.
# It counts as long as whoever made it may. A guard rail isn't overridden by who proposed the change, unless nobody else
# may decide.
OVERRIDABLE = ("protected", "guarded", "owned")


def findings_without_override(change: Change, findings: Iterable[PlanFinding]) -> list[PlanFinding]:
    """Those about what is protected, or against a guard rail, that nobody who may has overridden."""
    waiting = [finding for finding in findings if finding.severity in OVERRIDABLE]
    made = list(change.overrides.select_related("operator")) if waiting else []
    return [finding for finding in waiting if not any(_lets_through(each, finding, change) for each in made)]


def _lets_through(made: Override, finding: PlanFinding, change: Change) -> bool:
    if made.until is not None and made.until <= clock.now():
        return False
    read = any(PlanFinding.from_json(stored).covers(finding) for stored in made.findings)
    return read and not why_no_override(made.operator, finding, change)


def why_no_override(operator: Operator, finding: PlanFinding, change: Change) -> str:
    """Why the operator can't override it, in a sentence; "" where they can."""
    of = AwsAccount.objects.filter(account_id=finding.of_account).first() if finding.of_account else None
    if not may(operator, finding.override or ADMINISTER, of or change.aws_account):
        return f"Only {_WHO[finding.override or ADMINISTER]} of {of or 'this AWS account'} can let it through."
    if finding.severity != "guarded" or operator.pk != change.requested_by_id:
        return ""
    if decides_alone(operator, change.aws_account):
        return ""
    return "You proposed this change: somebody else has to override the guard rail."


_WHO = {ADMINISTER: "an owner", APPROVE: "an approver or owner", APPLY: "an editor or owner"}


CODE_FIRST = "Put it into that code instead, or override the code until a time that you name."


def override_needed(findings: Iterable[PlanFinding]) -> str:
    found = list(findings)
    sentences = " ".join(dict.fromkeys(finding.message for finding in found))
    if all(each.severity == "owned" for each in found):
        return f"{sentences} {CODE_FIRST}"
    needed = ADMINISTER if any(each.override in (None, ADMINISTER) for each in found) else APPROVE
    return f"{sentences} Only {_WHO[needed]} can let it through."


# ---- A change and the operator who asks about it -------------------------------------------------------------------
# With what the rules (sync/changes/rules.py) look up, each once.
@dataclass(frozen=True)
class AppearedObjects:
    """What is there and wasn't when the step was sent, by AWS's ids."""

    step: Step
    ids: tuple[str, ...]


class ChangeSituation:
    """As it is now: whoever changes something asks with a new one."""

    def __init__(self, change: Change, operator: Operator) -> None:
        self.change, self.operator = change, operator

    @property
    def is_own(self) -> bool:
        return self.change.requested_by_id == self.operator.pk

    @cached_property
    def decides_alone(self) -> bool:
        """Whether an approval is missing that nobody else could give, or none is at all."""
        missing = [demand.of_account or self.change.aws_account for demand in self.missing]
        return any(decides_alone(self.operator, each) for each in missing or [self.change.aws_account])

    @cached_property
    def demands(self) -> list[Demand]:
        """All approvals that are asked for, each with how many count for it."""
        return demands(self.change, valid_approvals(self.change))

    @property
    def missing(self) -> list[Demand]:
        return [demand for demand in self.demands if demand.missing]

    @cached_property
    def has_approved(self) -> bool:
        return any(each.operator_id == self.operator.pk for each in _given(self.change))

    @cached_property
    def without_override(self) -> list[PlanFinding]:
        """What the plan said that somebody has to let through, and nobody has."""
        return findings_without_override(self.change, map(PlanFinding.from_json, self.change.findings))

    @property
    def protected(self) -> list[PlanFinding]:
        """What it touches that is protected, and that no owner has let through."""
        return [finding for finding in self.without_override if finding.severity == "protected"]

    @property
    def guarded(self) -> list[PlanFinding]:
        """What is against guard rails that nobody has overridden."""
        return [finding for finding in self.without_override if finding.severity == "guarded"]

    @property
    def owned(self) -> list[PlanFinding]:
        """What of it code owns, and nobody has overridden until a time to come."""
        return [finding for finding in self.without_override if finding.severity == "owned"]

    def overridable(self, findings: Iterable[PlanFinding]) -> list[PlanFinding]:
        """Those that this operator may let through."""
        return [finding for finding in findings if not why_no_override(self.operator, finding, self.change)]

    @cached_property
    def to_review(self) -> BreakGlass | None:
        return to_review(self.change)

    @cached_property
    def appeared(self) -> AppearedObjects | None:
        """What an operator has to decide about; None where there is nothing."""
        if self.change.state not in DELETE_APPEARED.starts_from:
            return None
        found = ((step, step.error.get("appeared")) for step in self._in(DELETE_APPEARED.steps))
        return next((AppearedObjects(step, tuple(ids)) for step, ids in found if ids), None)

    @cached_property
    def to_leave_out(self) -> Step | None:
        """The step that stopped it, where it is known not to be done."""
        return next(self._in(LEAVE_OUT.steps), None)

    def _in(self, states: tuple[Step.State, ...]) -> Iterator[Step]:
        return (step for step in self.change.steps.all() if step.state in states)
