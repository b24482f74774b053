"""The lists of changes and of pulls, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, Operator
from iamconsole.web.elements import ago, flag, format_html, joined, muted, name_link, small, state
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice, TextFilter
from iamconsole.web.tables import Column, Table
from iamconsole.web.vocabulary import state_of
from iamconsole.web.words import duration
from sync.mirror import sources
from sync.models import Change, Run
from sync.selectors import AT_GATE, OPEN, source_title
from sync.views.words import state_word

# ---- Cells ---------------------------------------------------------------------------------------------------------
_HELD_BY_THE_BRAKE = flag("Held by the brake", "warn", "triangle-alert")


def change_cell(row: Change, aws_account: AwsAccount) -> SafeString:
    url = reverse("change", kwargs={"account_id": aws_account.account_id, "pk": row.pk})
    below = [format_html('<span class="small num">Change {}</span>', row.pk)]
    if row.says_otherwise:
        below.append(format_html('<span class="small muted">{}</span>', row.named_does or row.does))
    return name_link(url, row.named_title or row.title, joined(below, " "))


def change_state_cell(row: Change, aws_account: AwsAccount) -> SafeString:
    return state(row.state, state_word(row))


def pull_cell(run: Run, aws_account: AwsAccount) -> SafeString:
    if run.of_several:
        url = f"{reverse('pulls', kwargs={'account_id': aws_account.account_id})}?together={run.pk}"
    else:
        url = reverse("pull", kwargs={"account_id": aws_account.account_id, "pk": run.pk})
    return format_html('<a class="name num" href="{}">Pull {}</a>', url, run.pk)


def run_source_cell(run: Run, aws_account: AwsAccount) -> SafeString | str:
    if run.of_several is None:
        return source_title(run.source)
    return format_html("{} sources{}", run.of_several.sources, small(run.of_several.words))


def run_state_cell(run: Run, aws_account: AwsAccount) -> SafeString:
    held = run.error.get("class") == "Brake"
    return _HELD_BY_THE_BRAKE if held else state(run.state, run.get_state_display())


def region_cell(run: Run, aws_account: AwsAccount) -> SafeString:
    if run.of_several:
        return muted("Of each")
    return joined([run.region]) if run.region else muted("All")


def created_cell(row: Any, aws_account: AwsAccount) -> SafeString:
    return ago(row.created_at)


def _requesters(aws_account: AwsAccount) -> QuerySet[Any]:
    return Operator.objects.filter(pk__in=Change.objects.filter(aws_account=aws_account).values("requested_by"))


def _search_changes(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    found = Q(title__icontains=words) | Q(does__icontains=words) | Q(reason__icontains=words)
    return rows.filter(found | Q(pk=int(words)) if words.isascii() and words.isdigit() else found)


def _approvals(change: Any) -> str:
    return f"{change.approval_count} of {change.approvals_needed}" if change.approvals_needed else "None needed"


def _took(run: Run) -> str:
    return duration(run.finished_at - run.started_at) if run.started_at and run.finished_at else ""


def _together(number: str) -> Q:
    """Of what was started at once, by the number of its first."""
    return Q(together=int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else Q(pk__in=[])


@dataclass(frozen=True)
class SourceFilter(Filter):
    """Which source; the registered ones, and refreshes of single objects."""

    control: ClassVar[str] = "select"

    def chip(self, scope: Any, value: str) -> str | None:
        return source_title(value) if value in sources or value == Run.OBJECT else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(source=value)

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        names = [name for name, source in sources.items() if source.fits(scope)]
        return [(name, source_title(name)) for name in (*names, Run.OBJECT)]


_STATES = (
    FilterChoice("open", "Open: somebody has to act", OPEN, chip="Open"),
    FilterChoice("moving", "Queued or applying", Q(state__in=Change.MOVING)),
    FilterChoice("gate", "Waiting in the middle", AT_GATE),
    *(FilterChoice(state.value, state_of(state.value).word, Q(state=state.value) & ~AT_GATE) for state in Change.State),
)

CHANGES = Table(
    name="changes",
    one="change",
    many="changes",
    columns=(
        Column("title", "Change", lambda change: change.title, cell=change_cell, sort="title"),
        Column("does", "What it does", lambda change: change.does, only_export=True),
        Column("number", "Number", lambda change: change.pk, only_export=True),
        Column("state", "State", state_word, cell=change_state_cell, sort="state"),
        Column("requester", "Requested by", lambda change: str(change.requested_by), sort="requested_by__name"),
        Column("steps", "Steps done", lambda change: f"{change.steps_done} of {change.step_count}", css="num"),
        Column(
            "approvals",
            "Approvals",
            _approvals,
            css="num",
            optional=True,
        ),
        Column(
            "created",
            "Proposed",
            lambda change: change.created_at,
            cell=created_cell,
            sort="created_at",
            newest_first=True,
        ),
        Column("reason", "Reason", lambda change: change.reason, only_export=True),
    ),
    default_sort="-created",
    filters=(
        ChoiceFilter("state", "State", choices=_STATES),
        ChoiceFilter(
            "waiting",
            "Waiting",
            choices=(
                FilterChoice("me", "Waiting for me", Q(waits_for_me=True)),
                FilterChoice(
                    "decision", "My approval or review", Q(asks_me=True), chip="Waiting for my approval or review"
                ),
            ),
        ),
        TextFilter(
            "requester",
            "Requested by",
            rows=lambda name: Q(requested_by__name=name),
            known=_requesters,
            words="Requested by {}",
        ),
    ),
    search=_search_changes,
    search_hint="Title, reason or number",
    empty_icon="git-pull-request-arrow",
    empty_title="No change yet",
    empty_text="Change a policy, a membership or a person of a pool: what you stage is planned here, and sent to AWS "
    "after you have read it.",
)

PULLS = Table(
    name="pulls",
    one="pull",
    many="pulls",
    columns=(
        Column("number", "Pull", lambda run: run.pk, cell=pull_cell, sort="pk", newest_first=True),
        Column("state", "State", lambda run: run.get_state_display(), cell=run_state_cell, sort="state"),
        Column("source", "What", lambda run: source_title(run.source), cell=run_source_cell),
        Column("region", "Region", lambda run: run.region, cell=region_cell, css="nowrap"),
        Column("seen", "Objects", lambda run: run.seen, sort="seen", newest_first=True, css="num count"),
        Column("new", "New", lambda run: run.new, css="num count", optional=True),
        Column("changed", "Changed", lambda run: run.changed, css="num count"),
        Column("gone", "Gone", lambda run: run.gone, css="num count"),
        Column("took", "Took", _took, css="num nowrap"),
        Column("by", "Started by", lambda run: str(run.started_by) if run.started_by else run.get_trigger_display()),
        Column(
            "created",
            "Started",
            lambda run: run.created_at,
            cell=created_cell,
            sort="created_at",
            newest_first=True,
            css="nowrap",
        ),
    ),
    default_sort="-number",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=tuple(FilterChoice(state.value, state.label, Q(state=state.value)) for state in Run.State),
        ),
        SourceFilter("source", "What"),
        TextFilter("together", "Started with (number of a pull)", rows=_together, words="Started with pull {}"),
    ),
    empty_icon="refresh-cw",
    empty_title="Nothing was pulled yet",
    empty_text="A pull reads users, groups, roles and policies from AWS. Until the first one these pages are empty.",
)
