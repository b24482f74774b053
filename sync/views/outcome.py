"""What came of a change: what happened, what was and wasn't done, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from iamconsole.web.vocabulary import state_of
from iamconsole.web.words import counted, full_time
from sync import counter
from sync.changes.conditions import is_unmet
from sync.models import Change, Step
from sync.operations import Guarantee, registry
from sync.views.words import ErrorView

if TYPE_CHECKING:
    from sync.views.plan import Plan

State = Change.State
_MOST_SAID = 3  # sentences why steps were left out
LATE_S = 60  # after that a queued change should have found a worker


@dataclass(frozen=True)
class ChangeOutcome:
    kind: str
    icon: str
    title: str
    sentences: tuple[str, ...] = ()


def outcome_of(plan: Plan) -> ChangeOutcome | None:
    state = state_of(plan.change.state)
    tell = _OUTCOMES.get(State(plan.change.state), _no_outcome)
    title, *sentences = tell(plan) or ("",)
    if not title:
        return None
    kind = {"muted": "", "": "accent"}.get(state.kind, state.kind)
    icon = "loader-circle" if state.turning else state.icon
    return ChangeOutcome(kind, icon, title, tuple(sentence for sentence in sentences if sentence))


def _no_outcome(plan: Plan) -> tuple[str, ...]:
    return ()


def _applied(plan: Plan) -> tuple[str, ...]:
    steps = f"{plan.done} of {counted(plan.total, 'step')}"
    why = [plan.names.said(row.error["sentence"]) for row in plan.rows if is_unmet(row)]
    more = f"And {counted(len(why) - _MOST_SAID, 'more check')} left steps out." if len(why) > _MOST_SAID else ""
    return f"Applied {steps}.", "Accepted by AWS; in force within about a minute.", *why[:_MOST_SAID], more


def _failed(plan: Plan) -> tuple[str, ...]:
    error = ErrorView.of(plan.change.error)
    if plan.stopped is None:
        return "It was stopped before anything more was sent.", error.sentence if error else "", done_words(plan)
    stored_error = plan.stopped.error or error
    position = plan.stopped.position
    what = (
        f"AWS refused step {position}."
        if stored_error and stored_error.kind == "AccessDeniedError"
        else f"Step {position} failed."
    )
    return f"{what} {done_words(plan)}", stored_error.sentence if stored_error else ""


def _unknown(plan: Plan) -> tuple[str, ...]:
    stopped = plan.stopped
    if (said := ErrorView.of(plan.change.error)) and said.kind == "SetBack":
        return f"It was stopped: the database was set back. {done_words(plan)}", said.sentence
    which = f"step {stopped.position}" if stopped else "a step"
    operation = registry.get(stopped.step.kind) if stopped else None
    blind = operation is not None and operation.guarantee is Guarantee.AT_MOST_ONCE
    if stopped and stopped.step.error.get("appeared"):
        return f"Nobody knows whether {which} was done. {done_words(plan)}", "Something appeared since: see below."
    next_ = (
        "It can’t be seen from outside. Look for yourself, and retry only if it was not done."
        if blind
        else "A retry reads the object first: what was done is taken over, and not sent again."
    )
    return (
        f"Nobody knows whether {which} was done. {done_words(plan)}",
        "Either AWS did it and its answer was lost on the way, or it never reached AWS.",
        next_,
    )


def _conflicted(plan: Plan) -> tuple[str, ...]:
    return "AWS no longer looks as this plan expects.", done_words(plan)


def _cancelled(plan: Plan) -> tuple[str, ...]:
    return "Cancelled.", done_words(plan)


def _waiting(plan: Plan) -> tuple[str, ...]:
    return (
        "It waits: another change writes the same object.",
        "It goes on by itself as soon as that one is through.",
    )


def _queued(plan: Plan) -> tuple[str, ...]:
    if counter.is_on_hold():
        return "It waits: the queue of changes is on hold.", "Owners of all AWS accounts release it, after a look."
    late = plan.change.queued_at and (timezone.now() - plan.change.queued_at).total_seconds() > LATE_S
    hint = "No worker has taken it for a minute: ask manage.py doctor what is missing." if late else ""
    return "It waits for a worker. Nothing was sent yet.", hint


def _applying(plan: Plan) -> tuple[str, ...]:
    if plan.change.cancel_asked:
        return ("It stops after the step that runs.",)
    return ()


def _turned_back(plan: Plan) -> tuple[str, ...]:
    error = ErrorView.of(plan.change.error)
    return ("It was turned back before anything was sent.", error.sentence) if error else ()


def _rejected(plan: Plan) -> tuple[str, ...]:
    rejection = plan.change.approvals.filter(approved=False).select_related("operator").last()
    if rejection is None:
        return ("Rejected. Nothing was sent.",)
    return f"Rejected by {rejection.operator}. Nothing was sent.", f"“{rejection.comment}”" if rejection.comment else ""


def _expired(plan: Plan) -> tuple[str, ...]:
    return "It expired: nobody applied it in time. Nothing was sent.", "AWS may have moved on since: plan it again."


def _scheduled(plan: Plan) -> tuple[str, ...]:
    if plan.waits and plan.change.not_before:
        why = plan.waits.error.sentence if plan.waits.error else ""
        again = f"Looked at again at {full_time(plan.change.not_before)}, or when you ask. Nothing is held meanwhile."
        return f"It waits at step {plan.waits.position}. {done_words(plan)}", why, again
    return (f"It is applied at {full_time(plan.change.not_before)}.",) if plan.change.not_before else ()


_OUTCOMES = {
    State.PROPOSED: _turned_back,
    State.APPROVED: _turned_back,
    State.REJECTED: _rejected,
    State.EXPIRED: _expired,
    State.SCHEDULED: _scheduled,
    State.APPLIED: _applied,
    State.FAILED: _failed,
    State.UNKNOWN: _unknown,
    State.CONFLICTED: _conflicted,
    State.CANCELLED: _cancelled,
    State.WAITING: _waiting,
    State.QUEUED: _queued,
    State.APPLYING: _applying,
}


def done_words(plan: Plan) -> str:
    """ "The first 3 steps are done, 2 were not sent." """
    unsent = plan.unsent
    not_sent = f"{unsent} {'was' if unsent == 1 else 'were'} not sent" if unsent else ""
    if plan.done:
        first = "The first step is done" if plan.done == 1 else f"The first {plan.done} steps are done"
        return f"{first}, {not_sent}." if unsent else f"{first}."
    if plan.stopped is None:
        return "Nothing was sent."
    known = "" if plan.stopped.state == Step.State.UNKNOWN else "Nothing was done"
    return ", ".join(part for part in (known, not_sent) if part) + "." if known or not_sent else ""
