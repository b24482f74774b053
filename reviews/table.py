"""The list of reviews, and that of the grants of one, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Operator
from iamconsole.web.elements import day, flag, name_link, small
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column, Table
from reviews.grants import source_of, sources
from reviews.models import Review, ReviewedGrant

_UNUSED = Q(use=ReviewedGrant.Use.NEVER)


@dataclass(frozen=True)
class ReviewerFilter(Filter):
    """Of the one who asks, of nobody, or by the primary key of a reviewer."""

    operator: int = 0

    control: ClassVar[str] = "select"

    def options(self, scope: Review) -> Iterable[tuple[str, str]]:
        yield "mine", "Yours"
        yield "nobody", "Nobody’s"
        for part in scope.parts.select_related("reviewer"):
            yield str(part.reviewer_id), str(part.reviewer)

    def chip(self, scope: Review, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "nobody":
            return rows.filter(reviewer=None)
        return rows.filter(reviewer=self.operator if value == "mine" else int(value))


@dataclass(frozen=True)
class GrantKindFilter(Filter):
    """Which kinds there are is known when all apps have registered theirs."""

    control: ClassVar[str] = "select"

    def options(self, scope: Review) -> Iterable[tuple[str, str]]:
        return [(each.name, each.label) for each in sources() if each.name in scope.sources]

    def chip(self, scope: Review, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(source=value)


@dataclass(frozen=True)
class PlaceFilter(Filter):
    """By AWS account, of those that the operator sees."""

    choices: tuple[tuple[str, str], ...] = ()

    control: ClassVar[str] = "select"

    def options(self, scope: Review) -> Iterable[tuple[str, str]]:
        return self.choices

    def chip(self, scope: Review, value: str) -> str | None:
        return dict(self.choices).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(aws_account__account_id=value)


def through(row: ReviewedGrant) -> str:
    source = source_of(row.source)
    return source.through if source else row.source


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(holder_name__icontains=words) | Q(what__icontains=words) | Q(holder_id=words))


_DECISIONS = (
    FilterChoice("open", "No decision yet", Q(decision="")),
    FilterChoice("keep", "Keep", Q(decision="keep")),
    FilterChoice("revoke", "Revoke", Q(decision="revoke")),
)
_RISKS = (
    FilterChoice("administrator", "Of administrators", Q(power="administrator")),
    FilterChoice("can_become", "Of who can become administrator", Q(power="can_become")),
    FilterChoice("high", "Can change permissions", Q(level__in=("permissions", "everything"))),
)
GRANTS = Table(
    name="review",
    one="grant",
    many="grants",
    default_sort="-risk",
    search=_search,
    search_hint="Who, or what they have",
    counts_to=10_000,
    count=lambda rows: rows.count(),
    columns=(
        Column("holder", "Who", lambda row: row.called, sort="holder_name"),
        Column("what", "Grant", lambda row: row.what, sort="what"),
        Column("through", "Through", through),
        Column("aws_account", "AWS account", lambda row: row.aws_account.account_id),
        Column("used", "Last used", lambda row: row.last_used_at, sort="last_used_at"),
        Column("use", "Use", lambda row: row.get_use_display()),
        Column("level", "Level", lambda row: row.level or "unknown"),
        Column("power", "Administrator", lambda row: row.get_power_display() if row.power else ""),
        Column("risk", "Risk", lambda row: row.risk, sort="risk", newest_first=True),
        Column("reviewer", "Reviewer", lambda row: row.reviewer.email if row.reviewer else ""),
        Column("decision", "Decision", lambda row: row.get_decision_display(), sort="decision"),
        Column("reason", "Reason", lambda row: row.reason),
        Column("decided_by", "Decided by", lambda row: row.decided_by.email if row.decided_by else ""),
        Column("decided_at", "Decided", lambda row: row.decided_at),
        Column("outcome", "Outcome", lambda row: row.get_outcome_display()),
        Column("why", "Why not in the change", lambda row: row.why),
    ),
    filters=(
        ChoiceFilter("decision", "Decision", choices=_DECISIONS),
        ChoiceFilter("risk", "Risk", choices=_RISKS),
        ChoiceFilter("use", "Use", choices=(FilterChoice("never", "Never used", _UNUSED),)),
        GrantKindFilter("through", "Kind"),
    ),
    rows_template="reviews/rows.html",
    empty_icon="clipboard-check",
    empty_title="No grant",
    copies=("holder_id", "unique id"),
)


def table_for(operator: Operator, places: Iterable[tuple[str, str]], default: str) -> Table:
    """With what hangs on who asks. `default`: of whose grants are shown first."""
    mine = ReviewerFilter("reviewer", "Reviewer", default=default, operator=operator.pk)
    return replace(
        GRANTS, filters=(mine, *GRANTS.filters, PlaceFilter("account", "AWS account", choices=tuple(places)))
    )


# ---- Reviews -----------------------------------------------------------------------------------------------------
def _title(row: Any, operator: Operator) -> SafeString:
    where = f"{row.seen_accounts} AWS account{'' if row.seen_accounts == 1 else 's'}"
    return name_link(
        reverse("review", kwargs={"pk": row.pk}), row.title, small(f"Started by {row.started_by}, {where}")
    )


def _state(row: Any, operator: Operator) -> SafeString:
    if row.is_overdue:
        return flag("Overdue", "warn", "clock-alert")
    return flag(row.get_state_display(), "accent" if row.is_open else "")


def _progress(row: Any) -> str:
    return f"{row.decided} of {row.total}"


REVIEWS = Table(
    name="reviews",
    one="review",
    many="reviews",
    default_sort="-started",
    search=lambda rows, words: rows.filter(title__icontains=words),
    search_hint="What it is called",
    columns=(
        Column("title", "Review", lambda row: row.title, cell=_title, sort="title"),
        Column("state", "State", lambda row: row.get_state_display(), cell=_state),
        Column("due", "Due", lambda row: row.due_at, cell=lambda row, scope: day(row.due_at), sort="due_at"),
        Column("decided", "Decided", _progress, css="num"),
        Column("mine", "For you", lambda row: row.mine, css="num"),
        Column(
            "started",
            "Started",
            lambda row: row.started_at,
            cell=lambda row, scope: day(row.started_at),
            sort="started_at",
            newest_first=True,
            optional=True,
        ),
    ),
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=tuple(FilterChoice(each.value, each.label, Q(state=each.value)) for each in Review.State),
        ),
    ),
    empty_icon="clipboard-check",
    empty_title="No access review yet",
    empty_text="An owner starts one: reviewers look at who has what, and decide what stays.",
)
