"""The end of a review: what is revoked becomes an ordinary change in each AWS account, and a report of it is sealed.

A grant that has gone meanwhile isn’t revoked again. What code owns is given as a patch of it. Where AWS, or a rule of
the AWS account, doesn’t let a grant be taken away, the report says why, and the rest goes into the change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE
from iamconsole import clock
from iamconsole.web.words import counted
from infrastructure.owned.changes import OwnedPatch, StepAbout, owned_changes, patch_of
from reviews import reports
from reviews.grants import GrantSource, source_of
from reviews.models import Review, ReviewedGrant
from reviews.services import REVOKE, ReviewRefused, locked
from sync import changes, checks
from sync.changes import PlanError
from sync.changes.follow_ups import behind
from sync.changes.plan import check_steps, operations_of, plan
from sync.models import Change
from sync.operations import BadParams, Refusal, StepSpec
from sync.plan_draft import Draft

Outcome = ReviewedGrant.Outcome
_UNKNOWN_KIND = "No part of this console knows this kind of grants any more."
_NOT_CONNECTED = "This AWS account was imported from a file: take it away where that came from."
_CHANGED = "What it gives was changed since the review began: look at it again."
_MAY_NOT = "Whoever finished the review may not propose changes here."

audit.register({"review.finished": "finished the access review {review}: {kept} kept, {revoked} revoked, {open} open"})


@dataclass
class Revocations:
    """What becomes of the revoked grants of one AWS account. `steps`: of each that goes into the change."""

    aws_account: AwsAccount
    rows: Sequence[ReviewedGrant]
    actor: Operator
    steps: dict[ReviewedGrant, Sequence[StepSpec]] = field(default_factory=dict)
    patches: list[OwnedPatch] = field(default_factory=list)

    def settle(self) -> None:
        """Fills in `steps`, and the outcome of the others."""
        self._find()
        if self.steps and not self.aws_account.is_connected:
            self.leave_out(list(self.steps), _NOT_CONNECTED)
        elif self.steps and not may(self.actor, PROPOSE, self.aws_account):
            self.leave_out(list(self.steps), _MAY_NOT)
        self._part_with_code()
        self._try_each()

    def _find(self) -> None:
        for source, rows in by_source(self.rows).items():
            if source is None:
                self.leave_out(rows, _UNKNOWN_KIND)
                continue
            there = source.there(self.aws_account, {row.holder_id for row in rows})
            for row in rows:
                if row.key not in there:
                    row.outcome = Outcome.GONE
                    continue
                if row.fingerprint and row.fingerprint != source.fingerprint(there[row.key]):
                    self.leave_out([row], _CHANGED)
                    continue
                try:
                    self.steps[row] = list(source.steps(there[row.key]))
                except (Refusal, BadParams) as refusal:
                    self.leave_out([row], str(refusal))

    def leave_out(self, rows: Sequence[ReviewedGrant], why: str, outcome: str = Outcome.LEFT_OUT) -> None:
        for row in rows:
            row.outcome, row.why = outcome, why[:1000]
            self.steps.pop(row, None)

    def _part_with_code(self) -> None:
        about = [(StepAbout(each.kind, each.params), row) for row, steps in self.steps.items() for each in steps]
        of_step = {id(step): row for step, row in about}
        for owned in owned_changes(self.aws_account, [step for step, _ in about]):
            where = owned.resource.stack or owned.resource.state
            rows = list(dict.fromkeys(of_step[id(step)] for step in owned.steps))
            self.leave_out(rows, f"Code owns it: {owned.resource.address} in {where}.", Outcome.IN_CODE)
            self.patches.append(patch_of(owned))

    def _try_each(self) -> None:
        """One after the other where they can’t be planned together."""
        if not self.steps or not self._problem(list(self.steps)):
            return
        for row in list(self.steps):
            if why := self._problem([row]):
                self.leave_out([row], why)

    def _problem(self, rows: Sequence[ReviewedGrant]) -> str:
        """Why the steps of these can’t be proposed; "" where they can."""
        try:
            steps = self.together(rows)
            operations_of(steps, self.actor, self.aws_account)
            planned = plan(self.aws_account, steps).steps
        except PlanError as error:
            return str(error)
        if refused := checks.refused(self.aws_account, self.actor, planned):
            return refused
        found = check_steps(Draft(self.aws_account), planned)
        return " ".join(each.message for each in found if each.severity == "error")

    def together(self, rows: Sequence[ReviewedGrant]) -> list[StepSpec]:
        """Steps name others of their grant by their positions in it."""
        steps: list[StepSpec] = []
        for row in rows:
            steps += behind(self.steps[row], len(steps))
        return steps


def by_source(rows: Sequence[ReviewedGrant]) -> Mapping[GrantSource | None, list[ReviewedGrant]]:
    found: defaultdict[GrantSource | None, list[ReviewedGrant]] = defaultdict(list)
    for row in rows:
        found[source_of(row.source)].append(row)
    return found


def why_not_finished(review: Review) -> str:
    """Why it can’t be finished yet, a sentence; "" where it can. After its day, what has no decision stays as it is."""
    if not review.is_open or review.due_at <= timezone.now():
        return ""
    if left := review.grants.filter(decision="").count():
        return f"{counted(left, 'grant has', 'grants have')} no decision yet."
    if left := review.parts.filter(finished_at=None).count():
        return f"{counted(left, 'reviewer hasn’t', 'reviewers haven’t')} finished their part yet."
    return ""


def finish(*, review: Review, actor: Operator) -> Review:
    """Raises ReviewRefused, also for the second of two who finish it at once; then nothing is done."""
    with locked(review) as found:
        if why := why_not_finished(found):
            raise ReviewRefused(why)
        found.state, found.closed_by, found.closed_at = Review.State.FINISHED, actor, clock.now()
        found.save(update_fields=["state", "closed_by", "closed_at"])
        for aws_account in found.aws_accounts.all():
            _finish_in(found, aws_account, actor)
        return found


def _finish_in(review: Review, aws_account: AwsAccount, actor: Operator) -> None:
    rows = list(review.grants.filter(aws_account=aws_account).select_related("reviewer", "decided_by"))
    revoked = Revocations(aws_account, [row for row in rows if row.decision == REVOKE], actor)
    revoked.settle()
    change = _propose(review, revoked, actor) if revoked.steps else None
    for row in revoked.rows:
        if row in revoked.steps:
            row.outcome, row.change = Outcome.STAGED, change
    ReviewedGrant.objects.bulk_update(revoked.rows, ["outcome", "why", "change"], batch_size=500)
    report = reports.make(review, aws_account, rows, change, revoked.patches, actor)
    _record(review, aws_account, actor, rows, report.sha256)


def _propose(review: Review, revoked: Revocations, actor: Operator) -> Change | None:
    """Where something else speaks against all of it together, such as a guard rail, that is what the report says."""
    try:
        return changes.propose(
            aws_account=revoked.aws_account,
            actor=actor,
            title=f"Revoke {counted(len(revoked.steps), 'grant')} of access review {review.pk}",
            reason=f"Access review {review.pk}.",
            steps=revoked.together(list(revoked.steps)),
        )
    except PlanError as error:
        revoked.leave_out(list(revoked.steps), str(error))
        return None


def _record(
    review: Review, aws_account: AwsAccount, actor: Operator, rows: Sequence[ReviewedGrant], sha256: str
) -> None:
    counts: dict[str, Any] = {
        "kept": sum(row.decision == "keep" for row in rows),
        "revoked": sum(row.decision == REVOKE for row in rows),
        "open": sum(not row.decision for row in rows),
    }
    audit.record(
        "review.finished",
        actor=actor,
        aws_account=aws_account,
        obj=("review", review.pk, ""),
        data={"review": review.pk, **counts, "report": sha256},
    )
