"""What one principal may: a tab of users and roles. It tells that by service, answers a question, and shows what
policies say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from access.effective_access import access_of
from access.forms import QuestionForm
from access.holders import Holder, caller_named, holder_of
from access.situations import UnanswerableQuestionError, is_for_guests, situation_of
from access.surroundings import surroundings_of
from access.views.onward import onward_roles
from access.views.seen import seen_by
from access.views.service_rows import shown_services
from accounts.models import AwsAccount
from identities.object_pages import ROLE, USER
from objects.object_pages import ObjectPages, fetch_row, render_tab
from policies.engine.compiled import CompiledStatement
from policies.engine.condition_words import condition_words
from policies.engine.layers import LayerName


@require_GET
def user_access(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    return _access(request, USER, account_id, aws_id)


@require_GET
def role_access(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    return _access(request, ROLE, account_id, aws_id)


def _access(request: HttpRequest, kind: ObjectPages, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id)
    form = QuestionForm.asked(request.GET, patterns=False)
    caller = caller_named(row.arn) if row.gone_at is None else None
    holder = holder_of(row.aws_account, caller) if caller else None
    context: dict[str, Any] = {"form": form, "holder": holder}
    if holder:
        context |= {"statements": list(_statements(holder)), **_services(row.aws_account, holder, request.GET)}
        context["onward"] = onward_roles(row.aws_account, holder, seen_by(request))
    if holder and form.is_valid():
        context |= _answered(row.aws_account, row.arn, form.cleaned_data, seen_by(request))
    return render_tab(request, kind, row, tab="access", template="access/effective.html", context=context)


def _answered(
    aws_account: AwsAccount, arn: str, asked: dict[str, Any], may_see: Callable[[str], bool]
) -> dict[str, Any]:
    question = (asked["action"], asked["resource"], asked["context"])
    try:
        situation = situation_of(aws_account, arn, *question, may_see=may_see)
    except UnanswerableQuestionError as problem:
        return {"unanswerable": str(problem)}
    verdict = situation.verdict()
    return {
        "asked": asked,
        "verdict": verdict,
        "by_policies_read": situation.verdict_by_policies_read().decision,
        "differs": situation.differs,
        "not_read": [*(situation.not_read[layer] for layer in verdict.not_read), *situation.unsure],
        "notes": situation.notes,
    }


def _services(aws_account: AwsAccount, holder: Holder, said: QueryDict) -> dict[str, Any]:
    around = surroundings_of(aws_account.account_id)
    not_read = holder.not_read | ({LayerName.SESSION} if is_for_guests(holder) else frozenset())
    access = access_of(holder, around, not_read)
    bound = {} if holder.caller.is_service_linked else around.not_read
    return {"access": access, "shown": shown_services(access, said), "bounds_not_read": sorted(set(bound.values()))}


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
    def condition(self) -> str:
        """In words; "" where it has none."""
        block = self._condition
        return condition_words(block) if block else ""

    @property
    def raw_condition(self) -> str:
        return json.dumps(self._condition, indent=2, ensure_ascii=False)

    @property
    def _condition(self) -> Any:
        return self.statement.source.written.get("Condition")


def _statements(holder: Holder) -> Iterator[StatementLine]:
    for policy in holder.policies:
        for statement in policy.document.statements:
            yield StatementLine(policy.name, statement, "")
    if holder.boundary:
        for statement in holder.boundary.document.statements:
            yield StatementLine(holder.boundary.name, statement, "boundary")
