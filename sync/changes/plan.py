"""Proposes changes: an intent becomes steps, each with the part of AWS that it expects to find.

One transaction, no network: all that a plan says comes from the mirror. What an operator proposes is refused here,
with a sentence, as early as it can be known to be impossible or pointless.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.access import may, may_in_pool
from accounts.models import AwsAccount, Operator
from accounts.roles import REQUEST
from iamconsole.web.words import some
from sync import checks, clock, operations, sealed
from sync.changes import demands
from sync.changes.affected import steps_by_account
from sync.changes.bookkeeping import PlanError, record
from sync.changes.span import SpanPlace
from sync.changes.steps import title_of
from sync.checks import Measurement, PlanFinding
from sync.models import Change, Override, Step
from sync.operation_mixins import CompletesParams, DecidedByMirror, permission_needed, pool_of_people
from sync.operations import BadParams, Gate, Operation, PlannedStep, Refusal, StepSpec, Value
from sync.plan_draft import Draft
from sync.safeguards.in_force import blocking_versions
from sync.sealed import NotKept

MOST_STEPS = 10_000  # of a change: more take minutes to plan, an hour to send, and nobody reads them


@transaction.atomic
def propose(
    *,
    aws_account: AwsAccount,
    actor: Operator,
    title: str,
    reason: str,
    steps: Sequence[StepSpec],
    reverses: Change | None = None,
    not_before: datetime | None = None,
    until: datetime | None = None,
    findings: Sequence[PlanFinding] = (),
    place: SpanPlace | None = None,
    independent: bool = False,
    on_request: bool = False,
) -> Change:
    """Raises PlanError with a sentence when the console won't do it. `until`: see sync/changes/temporary.py.

    `findings`: what is to be said of it beside what is found here. `place`: in a change across AWS accounts.
    `independent`: no step stops the others. `on_request`: see sync/changes/requested.py.
    """
    if not steps:
        raise PlanError("There is nothing to do.")
    if len(steps) > MOST_STEPS:
        raise PlanError(
            f"These are {len(steps):,} steps: at most {MOST_STEPS:,} go into one change. Make several of it."
        )
    if on_request:
        check_may_request(steps, actor, aws_account)
    else:
        operations_of(steps, actor, aws_account)
    draft = plan(aws_account, steps)
    if refused := checks.refused(aws_account, actor, draft.steps):
        raise PlanError(refused)
    found = check_steps(Draft(aws_account, remembered=draft.remembered), draft.steps)
    _refuse_errors(found, draft.steps)
    findings = [*findings, *found]
    rules = demands.rules_for(aws_account, draft.steps)
    is_care = not on_request and demands.is_care(aws_account, draft.steps)
    measured = checks.measure(aws_account, draft.steps)
    findings += measured_findings(measured)
    _refuse_errors(findings, draft.steps)
    second = demands.needs_second_person(aws_account, draft.steps)
    asks = second or any(each.severity == "approval" for each in findings)
    now = clock.now()
    change = Change(
        aws_account=aws_account,
        title=title[:200],
        does=title_of(draft.steps, {each.step for each in findings if each.step and each.severity in checks.GRAVE}),
        reason=reason,
        requested_by=actor,
        approvals_required=max(
            [
                0 if is_care else aws_account.approvals_required,
                int(asks or on_request),
                *(each.approvals for each in rules),
            ]
        ),
        is_care=is_care,
        created_at=now,
        expires_at=now + timedelta(days=settings.CHANGE_EXPIRES_DAYS),
        not_before=not_before,
        until=until,
        reverses=reverses,
        span=place.span if place else None,
        wave=place.wave if place else 0,
        independent=independent,
        on_request=on_request,
        findings=[finding.as_json() for finding in findings],
        measured=measurements_to_keep(measured),
        safeguards=blocking_versions(aws_account),
    )
    rows = [row_of(step, as_planned(step, spec)) for step, spec in zip(draft.steps, steps, strict=True)]
    change.digest = digest(aws_account, rows, until, change.safeguards, independent=independent, on_request=on_request)
    change.save()
    for row in rows:
        row.change = change
    Step.objects.bulk_create(rows)
    _keep_secrets(change, draft.steps, actor)
    demands.keep_demands(change, rules, draft.steps, second=second)
    record("change.proposed", change, actor=actor, reason=reason, digest=change.digest)
    return change


def operations_of(steps: Iterable[StepSpec | Step], actor: Operator, aws_account: AwsAccount) -> list[Operation[Any]]:
    """The operation of each step. Raises PlanError for an unknown one, and for one that the actor may not ask for."""
    parsed = [_parsed(step) for step in steps]
    draft = demands.prefetched_draft(aws_account, parsed)
    granted: set[tuple[str, str]] = set()
    for step in parsed:
        needs, pool_id = _asked_for(step, draft)
        if (needs, pool_id) not in granted and not _is_granted(actor, needs, aws_account, pool_id):
            of_pool = f" for the people of the user pool {pool_id}" if pool_id else ""
            why = step.operation.why_needs(draft, step.params) if isinstance(step.operation, DecidedByMirror) else ""
            sentence = f"This needs a grant that {actor} doesn't have in {aws_account}{of_pool}. {why}"
            raise PlanError(sentence.rstrip())
        granted.add((needs, pool_id))
    _check_grants_elsewhere(parsed, actor, aws_account)
    return [step.operation for step in parsed]


def check_may_request(steps: Iterable[StepSpec | Step], actor: Operator, aws_account: AwsAccount) -> None:
    """Whether `actor` may ask for these steps there, and wherever else they give access. Raises PlanError."""
    parsed = [_parsed(step) for step in steps]
    for each in (aws_account, *steps_by_account(aws_account, parsed)):
        if not may(actor, REQUEST, each):
            raise PlanError(f"{actor} may not ask for access in {each}: that takes the role requester there.")


def _check_grants_elsewhere(parsed: Sequence[PlannedStep], actor: Operator, aws_account: AwsAccount) -> None:
    """Where the steps take or give access in other AWS accounts, they need the grant there that a change there would.

    Raises PlanError.
    """
    lacking = [
        other.account_id
        for other, steps in steps_by_account(aws_account, parsed).items()
        if not all(may(actor, needs, other) for needs in {step.operation.needs for step in steps})
    ]
    if lacking:
        which = some(lacking, len(lacking))
        words = f"It takes or gives access in other AWS accounts, too, where {actor} lacks the grant that this needs"
        raise PlanError(f"{words}: {which}. Owners of these can give it.")


def _parsed(step: StepSpec | Step) -> PlannedStep:
    operation = operations.registry.get(step.kind)
    if operation is None:
        raise PlanError(f"This console knows no operation {step.kind}.")
    try:
        params = operation.parse(step.params)
    except BadParams as refusal:
        raise PlanError(str(refusal), field=refusal.field) from refusal
    return PlannedStep(0, operation, params, "", None)


def _asked_for(step: PlannedStep, draft: Draft) -> tuple[str, str]:
    """The permission, and the user pool that it is asked for: "" for none."""
    try:
        needs = permission_needed(step.operation, draft, step.params)
        return needs, pool_of_people(step.operation, step.params)
    except Refusal as refusal:
        raise PlanError(str(refusal), field=refusal.field) from refusal


def _is_granted(actor: Operator, needs: str, aws_account: AwsAccount, pool_id: str) -> bool:
    return may_in_pool(actor, needs, aws_account, pool_id) if pool_id else may(actor, needs, aws_account)


def plan(aws_account: AwsAccount, steps: Iterable[StepSpec]) -> Draft:
    """What each step expects: the mirror's value of its part, as the steps before it leave it. Raises PlanError."""
    draft = Draft(aws_account)
    try:
        parsed = [(operations.registry[spec.kind], operations.registry[spec.kind].parse(spec.params)) for spec in steps]
        prefetch(draft, parsed)
        for operation, params in parsed:
            extend(draft, operation, params)
    except (BadParams, Refusal) as refusal:
        raise PlanError(str(refusal), field=refusal.field) from refusal
    return draft


def extend(draft: Draft, operation: Operation[Any], proposed: Any) -> None:
    """The draft's next step. Raises Refusal."""
    params = operation.completed(draft, proposed) if isinstance(operation, CompletesParams) else proposed
    part = operation.part(params)
    expects = draft.expects(part, operation.mirrored(draft, params))
    before = operation.before(draft, params, expects)
    is_completed = params is not proposed
    draft.take(PlannedStep(len(draft.steps) + 1, operation, params, part, expects, before, is_completed))


def as_planned(step: PlannedStep, proposed: StepSpec) -> StepSpec:
    if not step.is_completed:
        return proposed
    return replace(step.operation.spec(step.params), is_optional=proposed.is_optional)


def prefetch(draft: Draft, parsed: Iterable[tuple[Operation[Any], Any]]) -> None:
    """Looks up in few queries what the steps are about."""
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for operation, params in parsed:
        by_kind[operation.kind].append(params)
    for kind, params_of_kind in by_kind.items():
        operations.registry[kind].prefetch(draft, params_of_kind)


def renew_spec(draft: Draft, spec: StepSpec) -> list[StepSpec]:
    """The same intent on what the mirror has now, added to the draft; none when it is so already. Raises Refusal."""
    operation = operations.registry[spec.kind]
    steps = operation.replanned(draft, operation.parse(spec.params))
    for step in steps:
        operation = operations.registry[step.kind]
        extend(draft, operation, operation.parse(step.params))
    return steps


def check_steps(draft: Draft, planned: Sequence[PlannedStep]) -> list[PlanFinding]:
    """What the operations themselves and all registered checks say of these steps. `draft` is empty at first."""
    found: list[PlanFinding] = []
    prefetch(draft, [(step.operation, step.params) for step in planned])
    for step in planned:
        limits = limits_of_step(draft, step.operation, step.params, step.expects)
        found += [finding.at_step(step.position) for finding in limits]
        draft.take(step)
    return found + checks.look(draft.aws_account, planned)


def limits_of_step(draft: Draft, operation: Operation[Any], params: Any, value: Value) -> list[PlanFinding]:
    """That the step would change nothing where the part is at `value`; of one that changes something, its limits."""
    if isinstance(operation, Gate) or operation.changes(params, value):
        return operation.limits(draft, params, value)
    words, field = operation.is_so_already(params), operation.unchanged_field
    return [PlanFinding("NO_CHANGE", "error", words, field=field)]


def measured_findings(measured: Mapping[str, Measurement]) -> list[PlanFinding]:
    return [finding for each in measured.values() for finding in each.findings]


def measurements_to_keep(measured: Mapping[str, Measurement]) -> dict[str, Any]:
    return {name: each.kept for name, each in measured.items() if each.kept is not None}


def digest(
    aws_account: AwsAccount,
    steps: Iterable[Step],
    until: datetime | None = None,
    safeguards: Mapping[str, int] | None = None,
    overrides: Sequence[Any] = (),
    *,
    independent: bool = False,
    on_request: bool = False,
) -> str:
    """Of the plan: what approvals sign. Anything that would make another plan makes another digest.

    `safeguards`: the versions of those that the plan has to meet. `overrides`: of guard rails, as `said_overrides` has
    them.
    """
    said: dict[str, Any] = {
        "aws_account": aws_account.account_id,
        "steps": [_said_of(step) for step in steps],
    }
    if until is not None:
        said["until"] = until.astimezone(UTC).isoformat()
    if safeguards:
        said["safeguards"] = dict(safeguards)
    if overrides:
        said["overrides"] = list(overrides)
    if independent:
        said["independent"] = True
    if on_request:
        said["on_request"] = True
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(change: Change, steps: Iterable[Step] | None = None) -> str:
    """Of a stored change, as it is now. `steps`: its own, where they are at hand."""
    rows = change.steps.all() if steps is None else steps
    overridden = said_overrides(change)
    return digest(
        change.aws_account,
        rows,
        change.until,
        change.safeguards,
        overridden,
        independent=change.independent,
        on_request=change.on_request,
    )


def said_overrides(change: Change) -> list[Any]:
    """Who overrode which guard rails, or what code until when, and why, without words: [operator, digest of the reason,
    what it was about], and the end."""
    return [
        [made.operator_id, hashlib.sha256(made.reason.encode()).hexdigest(), about, *_end(made)]
        for made in change.overrides.all()
        if (made.is_of_guard_rails or made.is_of_code) and (about := [each["about"] for each in made.findings])
    ]


def _end(made: Override) -> list[str]:
    return [made.until.astimezone(UTC).isoformat()] if made.until else []


def _said_of(step: Step) -> dict[str, Any]:
    content = {"kind": step.kind, "params": step.params, "expects": step.expects}
    return {**content, "optional": True} if step.is_optional else content


def row_of(planned: PlannedStep, spec: StepSpec) -> Step:
    return Step(
        position=planned.position,
        kind=spec.kind,
        params=dict(spec.params),
        part=planned.part,
        expects=planned.expects,
        before=dict(planned.before),
        is_optional=spec.is_optional,
    )


def _keep_secrets(change: Change, planned: Iterable[PlannedStep], actor: Operator) -> None:
    """Ties the sealed secrets that were typed for these steps to this change."""
    calls = [call for step in planned for call in step.operation.calls(step.params)]
    references = [each.reference for call in calls for each in call.sealed()]
    try:
        sealed.bind(change, references, operator=actor)
    except NotKept as gone:
        raise PlanError(str(gone)) from gone


def _refuse_errors(findings: Iterable[PlanFinding], planned: Sequence[PlannedStep]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        return
    several = len(planned) > 1
    sentences = " ".join(f"Step {e.step}: {e.message}" if several and e.step else e.message for e in errors)
    fields = {each.field or "" for each in errors}
    raise PlanError(sentences, field=fields.pop() if len(fields) == 1 else "")
