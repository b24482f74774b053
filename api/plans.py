"""A change as programs read it: the plan, what it gives and takes, and how far it got. What its page says, as data."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Schema

from access.plans.check import NAME
from access.plans.effect_blocks import EffectBlock, blocks, headline, is_measured
from accounts.access import signed_in
from sync.changes import guards
from sync.changes.approvers import ChangeSituation
from sync.changes.bookkeeping import record_names_viewed
from sync.changes.rules import why_not
from sync.changes.transitions import APPLY_IT
from sync.models import Change
from sync.naming import Names
from sync.views.dry_runs import DryRunView
from sync.views.plan import Plan, PlanFindingView
from sync.views.steps import StepView


class CallOut(Schema):
    name: str
    command_line: str


class DiffLineOut(Schema):
    sign: str
    text: str


class StepOut(Schema):
    """`expects`: what it must find in AWS, else it sends nothing. `undo`: what would undo it, in words."""

    position: int
    kind: str
    title: str
    state: str
    destructive: bool
    risk: str
    undo: str
    note: str
    expects: str
    calls: list[CallOut]
    diff: list[DiffLineOut]
    error: str


class FindingOut(Schema):
    severity: str
    message: str
    detail: str
    steps: list[str]


class AccessBlockOut(Schema):
    """To whom the same happens; `more`: how many beside those who are named."""

    who: list[str]
    more: int
    flag: str
    lead: str
    lines: list[DiffLineOut]
    notes: list[str]


class AccessOut(Schema):
    """`summary`: "15 gain, 2 lose"; "" where nobody does. `measured`: whether it was looked at."""

    measured: bool
    summary: str
    effects: list[AccessBlockOut]


class ApprovalOut(Schema):
    operator: str
    at: datetime
    counts: bool


class DryRunOut(Schema):
    finished: bool
    steps: list[dict[str, Any]]
    missing_permissions: list[dict[str, str]]
    error: str


class ChangeOut(Schema):
    """`digest`: of the plan, which approvals sign and an application names. `against`: what stands against applying it
    now, for this token. `steps` are those of `page`. `version`: for If-Match, another one once anything
    was done with it.
    """

    id: int
    version: str
    url: str
    title: str
    does: str
    reason: str
    state: str
    requested_by: str
    created_at: datetime
    expires_at: datetime
    not_before: datetime | None
    until: datetime | None
    digest: str
    approvals_required: int
    approvals: list[ApprovalOut]
    against: list[str]
    steps_total: int
    page: int
    pages: int
    steps: list[StepOut]
    findings: list[FindingOut]
    access: AccessOut
    dry_run: DryRunOut | None


def version_of(change: Change) -> str:
    """Another one as soon as anything was done with it: by people, which its log, comments and approvals say, or by
    workers, which its steps and its dry run say.
    """
    tried = change.dry_runs.order_by("pk").values_list("pk", "finished_at").last()
    steps = list(change.steps.order_by("position").values_list("state", flat=True))
    approvals = list(change.approvals.order_by("pk").values_list("pk", "approved", "void"))
    comments, lines = change.comments.count(), change.lines.count()
    said = (change.pk, change.digest, change.state, lines, comments, approvals, steps, tried)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def change_out(request: HttpRequest, change: Change, page: int = 1) -> ChangeOut:
    """Names of people are said only to who may know them, and that they were is in the audit trail."""
    operator = signed_in(request)
    names = Names(operator, change.aws_account)
    plan, at = Plan(change, names, page), ChangeSituation(change, operator)
    steps = [_step(each) for each in plan.steps]
    effects = blocks(change)
    names.learn(each.name for one in effects for each in one.everybody)
    access = AccessOut(
        measured=is_measured(change),
        summary=headline(change.measured.get(NAME, {})),
        effects=[_block(each, names) for each in effects],
    )
    findings = [_finding(each) for each in plan.findings]
    if names.tell_anybody:
        record_names_viewed(change, operator)
    url = reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
    return ChangeOut(
        id=change.pk,
        version=version_of(change),
        url=request.build_absolute_uri(url),
        title=plan.title,
        does=plan.names.said(change.does),
        reason=change.reason,
        state=change.state,
        requested_by=change.requested_by.email,
        created_at=change.created_at,
        expires_at=change.expires_at,
        not_before=change.not_before,
        until=change.until,
        digest=change.digest,
        approvals_required=change.approvals_required,
        approvals=_approvals(change),
        against=_against(at),
        steps_total=plan.total,
        page=plan.page,
        pages=plan.pages,
        steps=steps,
        findings=findings,
        access=access,
        dry_run=_dry_run(change),
    )


def _against(at: ChangeSituation) -> list[str]:
    """Nothing of a change that has begun: what it waits for then, its state says."""
    if at.change.state not in Change.UNDECIDED:
        return []
    found = [why_not(APPLY_IT, at), *(each.sentence for each in guards.at_a_glance(at))]
    return list(dict.fromkeys(filter(None, found)))


def _approvals(change: Change) -> list[ApprovalOut]:
    given = change.approvals.filter(approved=True, void=False).select_related("operator").order_by("pk")
    return [
        ApprovalOut(operator=each.operator.email, at=each.at, counts=each.digest == change.digest) for each in given
    ]


def _step(view: StepView) -> StepOut:
    return StepOut(
        position=view.position,
        kind=view.step.kind,
        title=view.title,
        state=view.state,
        destructive=view.destructive,
        risk=view.risk.label if view.risk else "",
        undo=view.undo,
        note=view.note,
        expects=view.expects,
        calls=[CallOut(name=call.name, command_line=call.command_line) for call in view.calls],
        diff=[DiffLineOut(sign=line.sign, text=line.text) for line in (view.diff.lines if view.diff else ())],
        error=view.error.sentence if view.error else "",
    )


def _finding(view: PlanFindingView) -> FindingOut:
    return FindingOut(severity=view.kind or "suggestion", message=view.title, detail=view.detail, steps=list(view.rows))


def _block(block: EffectBlock, names: Names) -> AccessBlockOut:
    lines = [
        DiffLineOut(sign=line.sign, text=" ".join(filter(None, (line.verb, line.actions, *line.limits))))
        for line in block.lines
    ]
    return AccessBlockOut(
        who=[names.said(each.name) for each in block.everybody],
        more=block.more,
        flag=block.flag,
        lead=block.lead,
        lines=lines,
        notes=list(block.notes),
    )


def _dry_run(change: Change) -> DryRunOut | None:
    tried = DryRunView(change)
    if tried.run is None:
        return None
    return DryRunOut(
        finished=not tried.is_active,
        steps=[dict(each) for each in tried.run.steps],
        missing_permissions=tried.missing,
        error=tried.error.sentence if tried.error else "",
    )
