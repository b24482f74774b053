"""Dry runs: what each step would find in AWS now, and which permissions are missing. Nothing is written.

It goes through the client that applies a change, with the same role and session policy, but for the dry run: that
sends no write whatever it is asked. What a step builds on is taken as the steps before it would leave it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Operator
from sync import clock
from sync.aws.client import AwsClient, writer
from sync.aws.errors import AwsError, sentence_only
from sync.aws.permission_check import check_calls
from sync.changes import rules, transitions
from sync.changes.bookkeeping import record
from sync.changes.steps import created_ids, planned_step, session_policy
from sync.models import Change, DryRun, Step
from sync.operation_mixins import difference_described
from sync.operations import Call, Gate, PlannedStep, PreviousAttempt, Refusal, StepResult, Value
from sync.placeholders import position_in
from sync.plan_draft import Draft
from sync.queue import DRY_RUN, wake

log = logging.getLogger(__name__)

GIVEN_UP = timedelta(hours=1)
_KNOWN_LATER = "It builds on what step {} makes: known only when that is done."


class ForecastOutcome(StrEnum):
    """What a step would find in AWS."""

    READY = "ready"  # it would be sent
    SO_ALREADY = "so_already"
    CONFLICT = "conflict"
    LATER = "later"  # it is about what an earlier step makes
    UNREAD = "unread"


@dataclass(frozen=True)
class StepForecast:
    """`result`: what AWS chose, where it is so already, such as the id of what the step was to make."""

    position: int
    outcome: ForecastOutcome
    sentence: str
    result: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def ask_dry_run(*, change: Change, actor: Operator) -> DryRun:
    """The new dry run, or the one that is under way. Raises PlanError."""
    rules.check(transitions.DRY_RUN, change, actor)
    return look_at(change, actor)


def look_at(change: Change, actor: Operator) -> DryRun:
    """As `ask_dry_run`, of whoever may ask; in a transaction."""
    under_way = change.dry_runs.filter(finished_at=None).first()
    if under_way is not None:
        return under_way
    change.dry_runs.all().delete()  # what they met was true then
    run = change.dry_runs.create(asked_by=actor)
    record("change.dry_run", change, actor=actor)
    transaction.on_commit(partial(wake, DRY_RUN, run.pk))
    return run


def work(run_id: int) -> None:
    """Carries out the rest of a dry run. Two workers at once do no harm: they read twice."""
    run = DryRun.objects.select_related("change__aws_account", "asked_by").get(pk=run_id)
    if run.finished_at:
        return
    try:
        if not _Rehearsal(run).look():
            run.save()
            wake(DRY_RUN, run.pk)
            return
    except AwsError as error:
        run.error = error.as_json()
    except Exception:
        log.exception("Dry run %s stopped by a fault of the console.", run_id)
        run.error = sentence_only("ConsoleFault", "The console failed at this: its log says more.")
    run.finished_at = clock.now()
    run.save()


def sweep_due() -> None:
    """Queues again, once a minute, dry runs whose worker died or whose message was lost."""
    now = clock.now()
    silent = DryRun.objects.filter(finished_at=None, touched_at__lt=now - timedelta(seconds=settings.CLAIM_TIMEOUT_S))
    gone = sentence_only("NoWorker", "No worker did it: ask manage.py doctor what is missing.")
    silent.filter(asked_at__lt=now - GIVEN_UP).update(finished_at=now, error=gone)
    for pk in silent.values_list("pk", flat=True):
        wake(DRY_RUN, pk)


class _Rehearsal:
    def __init__(self, run: DryRun) -> None:
        self._run = run
        self._change = run.change
        self._looked = {entry["position"]: ForecastOutcome(entry["outcome"]) for entry in run.steps}
        self._draft = Draft(run.change.aws_account)  # the steps so far, as far as they would be sent
        self._until = time.monotonic() + settings.WORKER_SLICE_S

    def look(self) -> bool:
        """Whether all was looked at; False: the time is over, and the next task goes on. Raises an AwsError."""
        ids = created_ids(self._change)
        rows = list(self._change.steps.exclude(state__in=Step.SETTLED))
        steps = [planned_step(row, ids) for row in rows]
        ids |= {each["position"]: each["result"]["id"] for each in self._run.steps if "id" in each.get("result", {})}
        calls = [call for step in steps for call in step.operation.calls(step.params)]
        client = writer(
            self._change.aws_account,
            change_id=self._change.pk,
            operator=self._run.asked_by.email,
            session_policy=session_policy(calls),
            dry_run=True,
        )
        identity_arn = client.call("sts", "GetCallerIdentity")["Arn"]
        for row in rows:
            step = planned_step(row, ids)
            if step.position not in self._looked:
                if time.monotonic() > self._until:
                    return False
                looked = self._look_at(client, step)
                self._run.steps.append(asdict(looked))
                self._looked[step.position] = looked.outcome
                if "id" in looked.result:
                    ids[step.position] = str(looked.result["id"])
            if self._looked[step.position] in (ForecastOutcome.READY, ForecastOutcome.LATER):
                self._draft.take(step)
        self._run.permissions = list(_permissions(self._change, identity_arn, calls))
        return True

    def _look_at(self, client: AwsClient, step: PlannedStep) -> StepForecast:
        try:
            return StepForecast(step.position, *self._met(client, step))
        except AwsError as error:
            return StepForecast(step.position, ForecastOutcome.UNREAD, error.sentence())

    def _met(self, client: AwsClient, step: PlannedStep) -> tuple[ForecastOutcome, str, Mapping[str, Any]]:
        operation, builds_on = step.operation, step.part in self._draft.parts
        if isinstance(operation, Gate):
            return ForecastOutcome.READY, "It would wait here, and send nothing.", {}
        if maker := position_in(asdict(step.params)):
            return ForecastOutcome.LATER, _KNOWN_LATER.format(maker), {}
        found = self._draft.expects(step.part, None) if builds_on else operation.live(client, step.params)
        if found == step.expects:
            return ForecastOutcome.READY, "What is there matches the plan: it would be sent.", {}
        if not builds_on and (done := self._done_already(client, step, found)):
            sentence = "It is so already. The plan expects otherwise, so it would stop here."
            return ForecastOutcome.SO_ALREADY, sentence, done.result
        if before := [each for key in operation.objects(step.params) for each in self._draft.writing(key)]:
            if self._is_as_planned_on(step, found):
                sentence = "What is there is what the plan was made on: it would be sent after the others."
                return ForecastOutcome.READY, sentence, {}
            if found is None and any(each.makes for each in before):
                return ForecastOutcome.LATER, _KNOWN_LATER.format(before[0].position), {}
        described = difference_described(operation, step.expects, found)
        return ForecastOutcome.CONFLICT, f"It would stop here and send nothing: {described}.", {}

    def _done_already(self, client: AwsClient, step: PlannedStep, live: Value) -> StepResult | None:
        """As if we had tried it when it was planned."""
        tried = PreviousAttempt(self._change.created_at, step.expects)
        return step.operation.done(client, step.params, live, [tried])

    def _is_as_planned_on(self, step: PlannedStep, live: Value) -> bool:
        """Whether what is live, with what the steps before it do to the same object, comes to what the step expects."""
        mirrored = step.operation.mirrored
        try:
            alone = mirrored(Draft(self._draft.aws_account), step.params)
            after_them = mirrored(self._draft, step.params)
        except Refusal:
            return False
        return bool(live == alone and after_them == step.expects)


def _permissions(change: Change, identity_arn: str, calls: list[Call]) -> Iterator[dict[str, Any]]:
    """Those that are missing, or of which it isn't known."""
    wanted = {(action, arn) for call in calls for action in call.actions for arn in call.resource_arns or ("*",)}
    for check in check_calls(change.aws_account, identity_arn, wanted):
        if check.state != "works":
            yield {"action": check.action, "resource": check.feature, "state": check.state, "detail": check.detail}
