"""What one principal may: a tab of users and roles. It tells that by service, answers a question, and shows what
policies say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.forms import QuestionForm
from access.holders import Holder, caller_named, holder_of
from access.situations import UnanswerableQuestionError, situation_of
from access.views.service_access import describe
from accounts.models import AwsAccount
from identities.object_pages import ROLE, USER
from objects.object_pages import ObjectPages, fetch_row, render_tab
from policies.engine.compiled import CompiledStatement


@require_GET
def user_access(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    return _access(request, USER, account_id, aws_id)


@require_GET
def role_access(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    return _access(request, ROLE, account_id, aws_id)


def _access(request: HttpRequest, kind: ObjectPages, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id)
    form = QuestionForm(request.GET if request.GET else None, patterns=False)
    caller = caller_named(row.arn) if row.gone_at is None else None
    holder = holder_of(row.aws_account, caller) if caller else None
    context: dict[str, Any] = {"form": form, "holder": holder}
    if holder:
        context |= {"statements": list(_statements(holder)), **describe(row.aws_account, holder)}
    if holder and form.is_valid():
        context |= _answered(row.aws_account, row.arn, form.cleaned_data)
    return render_tab(request, kind, row, tab="access", template="access/effective.html", context=context)


def _answered(aws_account: AwsAccount, arn: str, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        situation = situation_of(aws_account, arn, asked["action"], asked["resource"], asked["context"])
    except UnanswerableQuestionError as problem:
        return {"unanswerable": str(problem)}
    verdict = situation.verdict()
    return {
        "asked": asked,
        "verdict": verdict,
        "by_policies_read": situation.verdict_by_policies_read().decision,
        "differs": situation.differs,
        "not_read": [situation.not_read[layer] for layer in verdict.not_read],
    }


@dataclass(frozen=True)
class StatementLine:
    """A statement as a line: of which policy, what it allows or denies, on what, and the keys that it asks for."""

    policy: str
    statement: CompiledStatement
    where: str  # "boundary", or "" for what grants

    @property
    def actions(self) -> Sequence[str]:
        return self.statement.actions.patterns

    @property
    def resources(self) -> Sequence[str]:
        return self.statement.resources.patterns

    @property
    def keys(self) -> list[str]:
        return sorted({test.key for test in self.statement.tests if test.key})


def _statements(holder: Holder) -> Iterator[StatementLine]:
    for policy in holder.policies:
        for statement in policy.document.statements:
            yield StatementLine(policy.name, statement, "")
    if holder.boundary:
        for statement in holder.boundary.document.statements:
            yield StatementLine(holder.boundary.name, statement, "boundary")
