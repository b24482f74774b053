"""Messages as lists: an operator's own, and those of an AWS account for its owners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, Operator
from iamconsole.web.elements import ago, format_html, joined, name_link, small, state
from iamconsole.web.filters import ChoiceFilter, DateFilter, Filter, FilterChoice
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import counted
from notifications.kinds import all_kinds
from notifications.models import Delivery, NotificationRoute, NotifiedEvent

State = Delivery.State


def told_of(aws_account: AwsAccount) -> QuerySet[Delivery]:
    """What was for its routes, and for operators about it: what else stands in a message to these is no matter of its
    owners."""
    return Delivery.objects.filter(Q(route__aws_account=aws_account) | Q(event__aws_account=aws_account))


def messages_with(told: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """The messages in which one of these is, called by the first of them (`title`), with how many more (`more`)."""
    within = told.filter(Q(pk=OuterRef("pk")) | Q(lead=OuterRef("pk")))
    first = within.order_by(F("lead").asc(nulls_first=True), "pk").values("event__title")[:1]
    number = within.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    asked = Delivery.objects.messages().filter(_with_one_of(told))
    named = asked.annotate(title=Subquery(first), more=Subquery(number) - 1)
    return named.select_related("event__aws_account", "operator", "route__aws_account")


def _with_one_of(told: QuerySet[Delivery]) -> Q:
    return Q(pk__in=told.filter(lead=None).values("pk")) | Q(pk__in=told.exclude(lead=None).values("lead"))


def events_told(message: Delivery, told: QuerySet[Delivery]) -> list[NotifiedEvent]:
    """Of a message, those among `told`; of its lead first."""
    rows = told.filter(Q(pk=message.pk) | Q(lead=message.pk)).select_related("event")
    return [row.event for row in rows.order_by(F("lead").asc(nulls_first=True), "pk")]


@dataclass(frozen=True)
class EventKindFilter(Filter):
    """By what the reader is told in a message."""

    told: QuerySet[Delivery] | None = field(default=None, hash=False, compare=False)

    control: ClassVar[str] = "select"

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.none() if self.told is None else rows.filter(_with_one_of(self.told.filter(event__kind=value)))

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        return [(each.name, each.label) for each in all_kinds()]


def title_of(row: Any) -> str:
    """With how many go along."""
    return f"{row.title} (and {counted(row.more, 'more', 'more')})" if row.more else str(row.title)


def _url(row: Delivery, scope: AwsAccount | Operator) -> str:
    if isinstance(scope, AwsAccount):
        return reverse("notification_message", kwargs={"account_id": scope.account_id, "pk": row.pk})
    return reverse("own_message", kwargs={"pk": row.pk})


def _what(row: Delivery, scope: AwsAccount | Operator) -> SafeString:
    return name_link(_url(row, scope), title_of(row))


def state_word(row: Delivery) -> str:
    if row.state == State.WAITING and row.tries:
        return "Waiting for another try"
    return row.get_state_display()


def _state(row: Delivery, scope: Any) -> SafeString:
    below = joined((row.said,)) if row.said and row.state != State.DELIVERED else ""
    return joined((state(mark_of(row), state_word(row)), format_html("<br>{}", small(below)) if below else ""))


# By states that other tables have: their mark and ink are known.
_MARKS = {
    State.WAITING: "queued",
    State.SENDING: "sending",
    State.DELIVERED: "done",
    State.FAILED: "failed",
    State.UNKNOWN: "unknown",
    State.DROPPED: "skipped",
}


def mark_of(row: Delivery) -> str:
    return _MARKS[State(row.state)]


def _to(row: Delivery, scope: Any) -> str:
    return row.recipient


_FILTERS: tuple[Filter, ...] = (
    ChoiceFilter(
        "state",
        "Outcome",
        choices=(
            FilterChoice("attention", "Failed or unknown", Q(state__in=[State.FAILED, State.UNKNOWN])),
            *(FilterChoice(value, label, Q(state=value)) for value, label in State.choices),
        ),
    ),
    DateFilter("since", "Since", lookup="created_at__gte", words="Since {}"),
)
_TO = Column("to", "To", lambda row: row.recipient, cell=_to)


def _table(name: str, *between: Column, filters: tuple[Filter, ...] = (), empty: str) -> Table:
    return Table(
        name=name,
        one="message",
        many="messages",
        columns=(
            Column("message", "Message", title_of, cell=_what),
            *between,
            Column("state", "Outcome", state_word, cell=_state),
            Column("said", "Last answer", lambda row: row.said, only_export=True),
            Column("tries", "Tries", lambda row: row.tries, css="num", optional=True),
            Column("at", "Told", lambda row: row.created_at, cell=_at, sort="id", newest_first=True),
            Column("ended", "Ended", lambda row: row.ended_at, only_export=True),
            Column("id", "Id", lambda row: row.message_id, only_export=True),
        ),
        default_sort="-at",
        filters=(*filters, *_FILTERS),
        empty_icon="mail",
        empty_title="No messages yet",
        empty_text=empty,
    )


def _at(row: Delivery, scope: Any) -> SafeString:
    return ago(row.created_at)


OWN_MESSAGES = _table("my-messages", empty="What you are told of by e-mail is listed here for 90 days.")
MESSAGES = _table(
    "messages",
    _TO,
    filters=(
        ChoiceFilter(
            "to",
            "To",
            choices=(
                FilterChoice("routes", "Routes", Q(route__isnull=False)),
                FilterChoice("operators", "Operators", Q(operator__isnull=False)),
                *(
                    FilterChoice(value, label, Q(route__channel=value))
                    for value, label in NotificationRoute.Channel.choices
                ),
            ),
        ),
    ),
    empty="What is sent to routes, and to operators about this AWS account, is listed here for 90 days.",
)


def table_with(table: Table, told: QuerySet[Delivery]) -> Table:
    """With the filter by event, which goes by what the reader is told."""
    return replace(table, filters=(*table.filters, EventKindFilter("kind", "Event", told=told)))
