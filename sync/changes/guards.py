"""What must hold for a change to be applied: asked when an operator presses the button, and again by the worker.

Between the two anything may have happened: a grant taken away, writes turned off, the mirror gone on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.access import may
from accounts.models import Operator
from accounts.roles import APPLY, CARE, PROPOSE
from sync import checks, clock, operations
from sync.changes import attempts, demands, overrides, verbs
from sync.changes.approvals import stands_in, valid
from sync.changes.errors import PlanError
from sync.changes.plan import check_steps, digest, measured_findings, measurements_to_keep, operations_of
from sync.changes.steps import created_ids, planned_step
from sync.checks import PlanFinding
from sync.models import Change, Step
from sync.operations import PlannedStep, Refusal
from sync.plan_draft import Draft
from sync.stored_errors import sentence_only


@dataclass(frozen=True)
class Objection:
    """Why a change may not go on. `state`: where that leaves it, as long as none of its steps was done."""

    sentence: str
    state: Change.State = Change.State.PROPOSED
    voids_approvals: bool = False
    # What is to be said of the plan now, and what was measured of it, when it got worse.
    findings: tuple[PlanFinding, ...] = ()
    measured: Mapping[str, Any] | None = None


def objection(change: Change, applier: Operator) -> Objection | None:
    """The first thing that stands against applying the rest of `change`; None when nothing does.

    Its steps are fetched with it, once for all that asks for them.
    """
    prefetch_related_objects([change], "steps")
    if change.ends_id:  # ending access is always allowed
        return _of_the_plan(change)
    return _of_the_plan(change) or _of_people(change, applier) or _of_checks(change)


def _of_the_plan(change: Change) -> Objection | None:
    if change.expires_at <= clock.now():
        return Objection("The change has expired: AWS may have moved on since. Plan it again.", Change.State.EXPIRED)
    if digest(change.aws_account, change.steps.all(), change.until) != change.digest:
        return Objection("The plan isn't the one that was proposed: its steps were altered.", Change.State.FAILED)
    if not change.aws_account.writes_enabled:
        sentence = f"{change.aws_account} is read-only in this console. An owner can turn on writes in its settings."
        return Objection(sentence, Change.State.FAILED)
    return _of_the_end(change)


def _of_the_end(change: Change) -> Objection | None:
    if change.until is None:
        return None
    if change.until <= clock.now():
        return Objection("The access would have ended by now. Propose it again.", Change.State.EXPIRED)
    if not Change.objects.filter(ends=change, state__in=(Change.State.AWAITING_GRANT, Change.State.SCHEDULED)).exists():
        return Objection("The change that would end it was cancelled. Propose it again.")
    return None


def _of_people(change: Change, applier: Operator) -> Objection | None:
    if not may(applier, APPLY, change.aws_account) and not may(applier, CARE, change.aws_account):
        return Objection(f"{applier} may not apply changes in {change.aws_account}.")
    for operator in {applier, change.requested_by}:
        try:
            operations_of(change.steps.all(), operator, change.aws_account)
        except PlanError as refusal:
            return Objection(str(refusal), voids_approvals=True)
    # Helpdesk may apply, but of changes to people only their own.
    if applier != change.requested_by and not may(applier, PROPOSE, change.aws_account):
        return Objection("You may apply your own changes only.")
    missing = demands.unmet_demands(change, valid(change))
    if missing and not stands_in(change):
        return Objection(f"{' and '.join(demand.missing_words for demand in missing)} needed under this plan.")
    return None


def _of_checks(change: Change) -> Objection | None:
    """Whether the limits and checks have something graver to say than what everybody has read on the plan."""
    try:
        pending = unsent_steps(change)
        if refused := checks.refused(change.aws_account, change.requested_by, pending, change.pk):
            return Objection(refused)
        now = check_steps(Draft(change.aws_account), pending)
        ids = created_ids(change)
        everything = [planned_step(step, ids) for step in change.steps.all()]
        measured = checks.measure(change.aws_account, everything, undo_steps(change))
    except Refusal as refusal:
        return Objection(str(refusal), voids_approvals=True)
    errors = [finding for finding in now if finding.severity == "error"]
    found = errors or checks.worse(map(PlanFinding.from_json, change.findings), now)
    sentences = [finding.message for finding in found] or checks.worsened(change.measured, measured)
    if not sentences:
        protected = overrides.findings_without_override(change, now)
        return Objection(overrides.sentence(protected)) if protected else None
    sentence = "Since the plan was made it has got worse: " + " ".join(sentences)
    said = (*now, *measured_findings(measured))
    return Objection(sentence, voids_approvals=True, findings=said, measured=measurements_to_keep(measured))


def send_back(change: Change, against: Objection) -> None:
    """Back to its people, in the caller's transaction: they read what is said now, and decide again."""
    change.state = Change.State.PROPOSED
    change.applied_by = None
    change.finished_at = None
    change.error = sentence_only("Objection", against.sentence)
    change.broken_glass.update(void=True)
    if against.findings:
        change.findings = [finding.as_json() for finding in against.findings]
    if against.measured is not None:
        change.measured = dict(against.measured)
    void_approvals(change, against)


def void_approvals(change: Change, against: Objection) -> None:
    """Those that no longer count: all of them when the plan got worse."""
    counting = [] if against.voids_approvals else [approval.pk for approval in valid(change)]
    if change.approvals.filter(approved=True, void=False).exclude(pk__in=counting).update(void=True):
        verbs.record("change.approvals_voided", change, actor=None, why=against.sentence)


def unsent_steps(change: Change) -> list[PlannedStep]:
    """The steps that are still to be sent, as limits and checks look at them.

    Not those that may have been sent already: of what they left, the limits would say that it is so already.
    """
    ids = created_ids(change)
    pending = change.steps.exclude(state__in=Step.SETTLED).prefetch_related("attempts")
    return [planned_step(step, ids) for step in pending if not any(map(attempts.is_perhaps_sent, step.attempts.all()))]


def undo_steps(change: Change) -> list[PlannedStep]:
    """The steps that would undo those that were done, in their order: the last one's first."""
    found = []
    ids = created_ids(change)
    for step in change.steps.filter(state__in=Step.FINISHED).order_by("-position"):
        done = planned_step(step, ids)
        for spec in done.operation.reverse(done.params, step.before, step.result):
            back = operations.registry[spec.kind]
            params = back.parse(spec.params)
            found.append(PlannedStep(step.position, back, params, back.part(params), None))
    return found
