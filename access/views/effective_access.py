"""What one principal may: a tab of users and roles. It tells that by service, answers a question, and shows what
policies say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.effective_access import AccessExtent, ActionGroup, EffectiveAccess, EffectiveServiceAccess, access_of
from access.forms import QuestionForm
from access.holders import Holder, caller_named, holder_of
from access.situations import UnanswerableQuestionError, is_for_guests, situation_of
from access.surroundings import surroundings_of
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


# ---- By service: services of which the same is to be said are one row ----------------------------------------
MOST_ROWS, MOST_LINES = 60, 6
_ALIKE = 4  # so many services, or more, are one row


@dataclass(frozen=True)
class ServiceRow:
    """`levels`: names of levels by how far one gets there. Of one service, `lines` name their actions;
    `more` are those that open."""

    services: Sequence[str]
    first: EffectiveServiceAccess
    levels: Sequence[tuple[AccessExtent, str]]
    lines: Sequence[ActionGroup]
    more: Sequence[ActionGroup]

    @property
    def actions(self) -> int:
        """How many the service has, where it may all of them."""
        return sum(level.actions for level in self.first.levels) if self.first.is_complete else 0

    @property
    def names_actions(self) -> bool:
        return len(self.services) == 1 and any(extent is not AccessExtent.FULL for extent, _ in self.levels)


def describe(aws_account: AwsAccount, holder: Holder) -> dict[str, Any]:
    around = surroundings_of(aws_account.account_id)
    not_read = holder.not_read | ({LayerName.SESSION} if is_for_guests(holder) else frozenset())
    access = access_of(holder, around, not_read)
    rows = _rows(access)
    bound = {} if holder.caller.is_service_linked else around.not_read
    return {
        "rows": rows[:MOST_ROWS],
        "rows_left_out": max(0, len(rows) - MOST_ROWS),
        "access": access,
        "bounds_not_read": sorted(set(bound.values())),
    }


def _rows(access: EffectiveAccess) -> list[ServiceRow]:
    """Those of many services first."""
    alike: dict[object, list[EffectiveServiceAccess]] = {}
    for service in access.services:
        alike.setdefault(_what_is_said(service), []).append(service)
    many = [each for each in alike.values() if len(each) >= _ALIKE]
    single = [service for each in alike.values() if len(each) < _ALIKE for service in each]
    many.sort(key=len, reverse=True)
    single.sort(key=lambda service: service.name.lower())
    return [_row(each) for each in (*many, *([service] for service in single))]


def _what_is_said(service: EffectiveServiceAccess) -> object:
    """But for the names of actions, and of levels where it is all of them."""
    lines = tuple((line.grant, line.also) for line in service.lines)
    if service.is_complete:
        return {level.extent for level in service.levels} == {AccessExtent.FULL}, lines
    return tuple((level.level, level.extent) for level in service.levels), lines


def _row(services: Sequence[EffectiveServiceAccess]) -> ServiceRow:
    first = services[0]
    levels = [(extent, list(_named(first, extent))) for extent in AccessExtent]
    if len(services) > 1 and first.is_complete:
        levels = [(extent, ["all levels"]) for extent, names in levels if names]
    lines = sorted(first.lines, key=lambda line: (line.grant.taken_by is not None, line.grant.resource))
    return ServiceRow(
        [service.name for service in services],
        first,
        [(extent, ", ".join(names)) for extent, names in levels if names],
        lines[:MOST_LINES],
        lines[MOST_LINES:],
    )


def _named(service: EffectiveServiceAccess, extent: AccessExtent) -> Iterable[str]:
    for level in service.levels:
        if level.extent is extent:
            partly = extent is AccessExtent.LIMITED and level.may < level.actions
            yield f"{level.level.value} ({level.may} of {level.actions})" if partly else level.level.value
