"""Guards of the apply: checked when an operator presses the button, and again by the worker.

Between the two anything may have happened: a grant taken away, writes turned off, the mirror gone on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.models import Operator
from sync import checks, clock, operations
from sync.aws.errors import sentence_only
from sync.changes import attempts
from sync.changes.approvers import (
    ChangeSituation,
    findings_without_override,
    override_needed,
    owner_stands_in,
    valid_approvals,
)
from sync.changes.bookkeeping import PlanError, record
from sync.changes.events import may_do, may_not
from sync.changes.plan import (
    check_may_request,
    check_steps,
    digest_of,
    measured_findings,
    measurements_to_keep,
    operations_of,
)
from sync.changes.steps import created_ids, planned_step
from sync.changes.system_events import LET_END_GO
from sync.changes.transitions import APPLY_IT, APPROVE_IT
from sync.checks import PlanFinding
from sync.models import Change, Step
from sync.operations import PlannedStep, Refusal
from sync.plan_draft import Draft
from sync.safeguards.in_force import blocking_versions, what_differs

ALTERED = "The plan isn't the one that was proposed: its steps were altered."
BLOCKED = "This change can’t be applied as it is: plan it in another way, or have an owner change what blocks it."


@dataclass(frozen=True)
class Objection:
    """Why a change may not go on. `state`: where that leaves it, as long as none of its steps was done."""

    sentence: str
    state: Change.State = Change.State.PROPOSED
    voids_approvals: bool = False
    is_missing_approval: bool = False  # all that break-glass passes over
    # What is to be said of the plan now, and what was measured of it, when it got worse.
    findings: tuple[PlanFinding, ...] = ()
    measured: Mapping[str, Any] | None = None
    # Of now, where they aren't those of the plan: who asks to apply it is shown the plan under these, and asked again.
    safeguards: Mapping[str, int] | None = None


def objection(change: Change, applier: Operator) -> Objection | None:
    """The first reason not to apply the rest of `change`; None where there is none.

    Its steps are fetched with it, once for all that asks for them.
    """
    prefetch_related_objects([change], "steps")
    return next(_objections(ChangeSituation(change, applier)), None)


def at_a_glance(at: ChangeSituation) -> list[Objection]:
    """All that stands against it, as far as that shows without looking into each step: for its page."""
    return list(_objections(at, looks=False))


def _objections(at: ChangeSituation, *, looks: bool = True) -> Iterator[Objection]:
    yield from _of_the_plan(at.change, looks=looks)
    if at.change.ends_id:  # ending access is always allowed
        return
    yield from _of_people(at, looks=looks)
    if looks:
        yield from _of_checks(at.change)
    else:
        yield from _of_protection(at.without_override)


def _of_the_plan(change: Change, *, looks: bool) -> Iterator[Objection]:
    if change.expires_at <= clock.now():
        yield Objection("The change has expired: AWS may have moved on since. Plan it again.", Change.State.EXPIRED)
    if looks and digest_of(change) != change.digest:
        yield Objection(ALTERED, Change.State.FAILED)
    if not change.aws_account.writes_enabled:
        sentence = f"{change.aws_account} is read-only in this console. An owner can turn on writes in its settings."
        yield Objection(sentence, Change.State.FAILED)
    if change.until is None:
        return
    ends = Change.objects.filter(ends=change, state__in=LET_END_GO.starts_from).values_list("not_before", flat=True)
    end = next(iter(ends), None)  # brought forward by who gives it back, or as who asked for it has left
    if min(change.until, end or change.until) <= clock.now():
        yield Objection("The access would have ended by now. Propose it again.", Change.State.EXPIRED)
    if end is None:
        yield Objection("The change that would end it was cancelled. Propose it again.")


def _of_people(at: ChangeSituation, *, looks: bool) -> Iterator[Objection]:
    change, applier = at.change, at.operator
    if not may_hand_over(change, applier):
        yield Objection(may_not(APPLY_IT, change, applier, subject=str(applier)))
    if looks:
        yield from _of_grants(change, applier)
    if at.missing and not owner_stands_in(change):
        words = " and ".join(demand.missing_words for demand in at.missing)
        yield Objection(f"{words} needed under this plan.", is_missing_approval=True)


def may_hand_over(change: Change, operator: Operator) -> bool:
    """Whether the worker may carry it out on their word: of what was asked for also on that of who decides about it."""
    decides = change.on_request and change.requested_by_id != operator.pk and may_do(APPROVE_IT, change, operator)
    return decides or may_do(APPLY_IT, change, operator)


def _of_grants(change: Change, applier: Operator) -> Iterator[Objection]:
    try:
        if change.on_request and not change.requested_by.is_active:
            yield Objection("Who asked for it is no longer an operator here.", voids_approvals=True)
            return
        if change.on_request:
            check_may_request(change.steps.all(), change.requested_by, change.aws_account)
            return
        for operator in {applier, change.requested_by}:
            operations_of(change.steps.all(), operator, change.aws_account)
    except PlanError as refusal:
        yield Objection(str(refusal), voids_approvals=True)


def _of_protection(findings: Iterable[PlanFinding]) -> Iterator[Objection]:
    if protected := list(findings):
        yield Objection(override_needed(protected))


def _of_blocked(findings: Iterable[PlanFinding]) -> Iterator[Objection]:
    sentences = dict.fromkeys(finding.message for finding in findings if finding.severity == "blocked")
    if sentences:
        yield Objection(f"{' '.join(sentences)} {BLOCKED}")


def _of_checks(change: Change) -> Iterator[Objection]:
    """Whether the limits and checks have something graver to say than what everybody has read on the plan."""
    try:
        pending = unsent_steps(change)
        if refused := checks.refused(change.aws_account, change.requested_by, pending, change.pk):
            yield Objection(refused)
            return
        now = _said_of(change, pending)
        ids = created_ids(change)
        everything = [planned_step(step, ids) for step in change.steps.all()]
        measured = checks.measure(change.aws_account, everything, undo_steps(change))
    except Refusal as refusal:
        yield Objection(str(refusal), voids_approvals=True)
        return
    errors = [finding for finding in now if finding.severity == "error"]
    found = errors or checks.worse(map(PlanFinding.from_json, change.findings), now)
    sentences = [finding.message for finding in found] or checks.worsened(change.measured, measured)
    said = (*now, *measured_findings(measured))
    is_begun = any(step.state != Step.State.PENDING for step in change.steps.all())
    safeguards = change.safeguards if is_begun else blocking_versions(change.aws_account)
    sentence = "Since the plan was made it has got worse: " + " ".join(sentences) if sentences else ""
    differing = safeguards if safeguards != change.safeguards else None
    if differing is not None:
        sentence = f"{sentence} {_safeguards_differ(change, differing)}".strip()
    if sentence:
        kept = measurements_to_keep(measured)
        yield Objection(sentence, voids_approvals=True, findings=said, measured=kept, safeguards=differing)
        return
    yield from _of_blocked(said)
    yield from _of_protection(findings_without_override(change, said))


def _said_of(change: Change, pending: list[PlannedStep]) -> list[PlanFinding]:
    """What is to be said of what isn't sent yet. Of independent steps each meets at AWS what stands in its own way."""
    if change.independent:
        return checks.look(change.aws_account, pending)
    return check_steps(Draft(change.aws_account), pending)


def _safeguards_differ(change: Change, now: Mapping[str, int]) -> str:
    """The plan was made, and approved, under others: its people look at it again under those of now."""
    names = what_differs(change.safeguards, now)
    return f"What plans here have to meet has changed since this one was made ({', '.join(names)}): read it again."


def send_back(change: Change, against: Objection) -> None:
    """Sends the change back to its operators, in the caller's transaction: they read the findings of now, and decide
    again.
    """
    change.state = Change.State.PROPOSED
    change.applied_by = None
    change.finished_at = None
    change.error = sentence_only("Objection", against.sentence)
    change.broken_glass.update(void=True)
    if against.safeguards is not None:
        change.safeguards = dict(against.safeguards)
        change.digest = digest_of(change)
    if against.findings or against.measured is not None:
        change.findings = [finding.as_json() for finding in against.findings]
    if against.measured is not None:
        change.measured = dict(against.measured)
    void_approvals(change, against)


def void_approvals(change: Change, against: Objection) -> None:
    """Those that no longer count: all of them when the plan got worse."""
    counting = [] if against.voids_approvals else [approval.pk for approval in valid_approvals(change)]
    if change.approvals.filter(approved=True, void=False).exclude(pk__in=counting).update(void=True):
        record("change.approvals_voided", change, actor=None, why=against.sentence)


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
