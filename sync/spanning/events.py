"""What operators do with a change across AWS accounts: which permission it takes and where, and what stands against it.

`why_not` is the one answer whether somebody may do something with it now. Services raise it, the page leaves the button
away. What is asked of one of its changes is asked by the rules of that (sync/changes/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER, APPLY, APPROVE, PROPOSE, SEE_IAM, Role, roles_with
from iamconsole.web.words import counted, some
from sync.changes import PlanError, guards, rules, transitions
from sync.changes.approvers import ChangeSituation
from sync.changes.events import OperatorEvent
from sync.changes.steps import reversals
from sync.models import Change
from sync.spanning.state import SpanSituation


@dataclass(frozen=True, kw_only=True)
class SpanEvent:
    """`name` is that of the service. `sign_in_words`: of what a fresh sign-in goes on with, where it asks for one."""

    name: str
    permission: str
    label: str
    icon: str = ""
    kind: str = ""  # of the button, as of sync.changes.events.Button
    sign_in_words: str = ""

    @property
    def path(self) -> str:
        return self.name.replace("_", "-")

    @property
    def url_name(self) -> str:
        return f"spanning_{self.name}"


RELEASE = SpanEvent(
    name="release",
    permission=APPLY,
    label="Apply",
    kind="primary",
    sign_in_words="Apply change {pk} across AWS accounts",
)
BREAK_GLASS = SpanEvent(
    name="break_glass",
    permission=ADMINISTER,
    label="Apply without approvals",
    kind="danger",
    sign_in_words="Apply change {pk} across AWS accounts without approvals",
)
RESUME = SpanEvent(
    name="resume",
    permission=APPLY,
    label="Resume",
    icon="rotate-cw",
    kind="primary",
    sign_in_words="Resume change {pk} across AWS accounts",
)
LEAVE_OUT = SpanEvent(
    name="leave_out",
    permission=APPLY,
    label="Leave out",
    icon="skip-forward",
    sign_in_words="Leave an AWS account out of change {pk}",
)
APPROVE_IT = SpanEvent(
    name="approve",
    permission=APPROVE,
    label="Approve",
    icon="check",
    kind="primary",
    sign_in_words="Approve change {pk} across AWS accounts",
)
REJECT = SpanEvent(name="reject", permission=APPROVE, label="Reject", icon="x")
ARRANGE = SpanEvent(name="arrange", permission=PROPOSE, label="Save the waves")
CANCEL = SpanEvent(name="cancel", permission=PROPOSE, label="Cancel the change")
REVERSE = SpanEvent(name="reverse", permission=PROPOSE, label="Propose the reverse", icon="undo-2")
EVENTS = (APPROVE_IT, REJECT, ARRANGE, RELEASE, BREAK_GLASS, RESUME, LEAVE_OUT, CANCEL, REVERSE)

OVER = "It is over."


class SpanAndOperator:
    """A change across AWS accounts as it is now, and the operator who asks about it."""

    def __init__(self, at: SpanSituation, operator: Operator) -> None:
        self.at, self.span, self.operator = at, at.span, operator
        self._situations: dict[int, ChangeSituation] = {}

    def situation(self, change: Change) -> ChangeSituation:
        """Of one of its changes, looked up once: whoever changes something of it asks anew."""
        return self._situations.setdefault(change.pk, ChangeSituation(change, self.operator))

    def sees(self, change: Change) -> bool:
        return may(self.operator, SEE_IAM, change.aws_account)

    def names(self, aws_accounts: Iterable[AwsAccount]) -> str:
        """Those that the operator may see by name, and how many others."""
        names, hidden = [], 0
        for each in aws_accounts:
            if may(self.operator, SEE_IAM, each):
                names.append(str(each))
            else:
                hidden += 1
        return some([*names, *([f"{counted(hidden, 'AWS account')} that you can’t see"] if hidden else [])])

    def lacking(self, permission: str, changes: Iterable[Change]) -> str:
        """A sentence where they lack it in the AWS account of one of these."""
        where = [each.aws_account for each in changes if not may(self.operator, permission, each.aws_account)]
        if not where:
            return ""
        roles = roles_with(permission)
        which = " or ".join(role.label.lower() for role in Role if role in roles)
        return f"That takes the role {which} in each of its AWS accounts: you don’t have it in {self.names(where)}."

    def asked(self, event: OperatorEvent) -> Sequence[Change]:
        """Those of its changes of which the operator may do this now."""
        undecided = (each for each in self.at.included if each.state in Change.UNDECIDED)
        return [each for each in undecided if not rules.why_not(event, self.situation(each))]

    @cached_property
    def to_approve(self) -> Sequence[Change]:
        return self.asked(transitions.APPROVE_IT)

    @cached_property
    def to_reject(self) -> Sequence[Change]:
        return self.asked(transitions.REJECT)

    @cached_property
    def unapproved(self) -> Sequence[Change]:
        """Those that lack an approval, and aren't begun."""
        undecided = (each for each in self.at.included if each.state in Change.UNDECIDED)
        return [each for each in undecided if self.situation(each).missing]

    @cached_property
    def objections(self) -> Sequence[tuple[Change, str]]:
        """What stands against beginning each that isn't begun, as far as that shows at a glance."""
        return [
            (each, objection.sentence)
            for each in self.at.included
            if each.state in Change.UNDECIDED
            for objection in guards.at_a_glance(self.situation(each))
        ]

    @cached_property
    def to_reverse(self) -> Sequence[Change]:
        """Those that did something which can be undone."""
        started = Change.objects.filter(span=self.span, started_at__isnull=False).select_related("aws_account")
        started = started.exclude(reversed_by__state=Change.State.APPLIED)
        return [each for each in started if any(undoing for _, undoing in reversals(each))]

    def said(self, change: Change, sentence: str) -> str:
        where = str(change.aws_account) if self.sees(change) else "An AWS account that you can’t see"
        return f"{where}: {sentence}" if self.sees(change) else f"{where} stands against it."


def why_not(event: SpanEvent, at: SpanAndOperator) -> str:
    """Why the operator can't do it as it is now, in a sentence; "" where they can."""
    if event is not REVERSE and not at.span.is_open:
        return OVER
    return _RULES[event](at)


def check(event: SpanEvent, at: SpanAndOperator) -> None:
    """Raises PlanError where they can't. To be called while its row is held."""
    if against := why_not(event, at):
        raise PlanError(against)


def _approve(at: SpanAndOperator) -> str:
    if at.to_approve:
        return ""
    undecided = [each for each in at.at.included if each.state in Change.UNDECIDED and at.sees(each)]
    sentences = (rules.why_not(transitions.APPROVE_IT, at.situation(each)) for each in undecided)
    return next(sentences, "There is nothing to approve.")


def _reject(at: SpanAndOperator) -> str:
    return "" if at.to_reject else "There is nothing that you may reject."


def _arrange(at: SpanAndOperator) -> str:
    if at.span.released_at is not None:
        return "Its waves stay as they are: it was applied."
    return at.lacking(PROPOSE, at.at.included)


def _release(at: SpanAndOperator) -> str:
    if at.span.released_at is not None:
        return "Somebody has applied it already."
    return at.lacking(APPLY, at.at.included) or _against_going_on(at)


def _break_glass(at: SpanAndOperator) -> str:
    """As an owner of all of them, where nothing but approvals stands against it."""
    if at.span.released_at is not None:
        return "Somebody has applied it already."
    if not at.unapproved:
        return "No approval is missing: apply it as usual."
    if against := at.lacking(ADMINISTER, at.at.included):
        return against
    if at.at.stopped:
        return _against_going_on(at)
    sentences = ((each, rules.why_no_glass(at.situation(each))) for each in at.unapproved)
    others = ((each, sentence) for each, sentence in at.objections if each not in at.unapproved)
    return next((at.said(each, sentence) for each, sentence in (*sentences, *others) if sentence), "")


def _resume(at: SpanAndOperator) -> str:
    if not at.at.is_halted:
        return "It isn’t halted."
    return at.lacking(APPLY, at.at.remaining) or _against_going_on(at)


def _against_going_on(at: SpanAndOperator) -> str:
    if at.at.stopped:
        where = at.names(each.aws_account for each in at.at.stopped)
        return f"It stopped in {where}: mend it there, plan it again, or leave that AWS account out."
    return next((at.said(change, sentence) for change, sentence in at.objections), "")


def _leave_out(at: SpanAndOperator) -> str:
    if len(at.at.included) < 2:
        return "It is the last one: cancel the change instead."
    return "" if any(may_leave_out(at, each) for each in at.at.included) else "There is none that you may leave out."


def may_leave_out(at: SpanAndOperator, change: Change) -> bool:
    """Not what runs, nor what is applied."""
    rests = change.state in (*Change.UNDECIDED, *Change.STUCK, *Change.GIVEN_UP)
    return rests and may(at.operator, APPLY, change.aws_account)


def _cancel(at: SpanAndOperator) -> str:
    return at.lacking(PROPOSE, at.at.remaining)


def _reverse(at: SpanAndOperator) -> str:
    if at.span.is_open:
        return "It isn’t over: cancel it first, or else it would go on."
    if at.at.moving:
        return "Some of its changes still run."
    return at.lacking(PROPOSE, at.to_reverse) or ("" if at.to_reverse else rules.NOTHING_TO_REVERSE)


_RULES: Mapping[SpanEvent, Callable[[SpanAndOperator], str]] = {
    APPROVE_IT: _approve,
    REJECT: _reject,
    ARRANGE: _arrange,
    RELEASE: _release,
    BREAK_GLASS: _break_glass,
    RESUME: _resume,
    LEAVE_OUT: _leave_out,
    CANCEL: _cancel,
    REVERSE: _reverse,
}
