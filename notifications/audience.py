"""Who is told of an event: decided when it happens, and looked at again when a message goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.access import ALL_ROLES, may, with_roles
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER, SEEING_ROLES, roles_with
from notifications.kinds import EventKind, all_kinds, kind_of, kind_of_row, timing_of
from notifications.models import Delivery, NotificationRoute, NotifiedEvent, OperatorNotifications
from notifications.timing import Timing


def choices_of(operator: Operator) -> OperatorNotifications:
    """The row, or one that isn't saved, with the defaults."""
    return OperatorNotifications.objects.filter(operator=operator).first() or OperatorNotifications(operator=operator)


@dataclass(frozen=True)
class ToldOperator:
    """`by`: the name of the kind whose choice it was."""

    operator: Operator
    choices: OperatorNotifications
    timing: Timing
    by: str


def operators_told(event: NotifiedEvent, to: Iterable[Operator], by: str) -> Iterator[ToldOperator]:
    """Each once. `to`: whom it concerns; by their choice for the kind `by`, where that is another than the event's."""
    kind, by_kind = kind_of(event.kind), kind_of(by or event.kind)
    concerned = {each.pk: each for each in to if each.is_active}
    rows = OperatorNotifications.objects.filter(operator__in=concerned) if concerned else ()
    chosen = {each.operator_id: each for each in rows}
    told = set()
    for operator in concerned.values():
        choices = chosen.get(operator.pk) or OperatorNotifications(operator=operator)
        if (timing := timing_of(choices, by_kind)) != Timing.OFF:
            told.add(operator.pk)
            yield ToldOperator(operator, choices, timing, by_kind.name)
    if not kind.concerns and event.aws_account is not None:
        for row in _subscribed(kind, event.aws_account):
            timing = timing_of(row, kind)
            if row.operator_id not in told and timing != Timing.OFF and row.wants_severity(event.severity):
                yield ToldOperator(row.operator, row, timing, kind.name)


def _subscribed(kind: EventKind, aws_account: AwsAccount) -> Iterator[OperatorNotifications]:
    """Those who may hear of it there, and chose the AWS account, or all."""
    roles = roles_with(kind.permission) if kind.permission else SEEING_ROLES
    holders = with_roles(roles, aws_account)
    rows = OperatorNotifications.objects.filter(operator__in=holders).select_related("operator")
    for row in rows.prefetch_related("aws_accounts"):
        only = {each.pk for each in row.aws_accounts.all()}
        if not only or aws_account.pk in only:
            yield row


def routes_told(event: NotifiedEvent) -> Iterator[tuple[NotificationRoute, Timing]]:
    kind = kind_of(event.kind)
    if event.aws_account is None or not kind.on_routes:
        return
    for route in NotificationRoute.objects.filter(aws_account=event.aws_account, is_on=True):
        timing = timing_of(route, kind)
        if timing != Timing.OFF and route.wants_severity(event.severity):
            yield route, timing


# ---- When a message goes out -------------------------------------------------------------------------------------
NO_LONGER_SO = "It was no longer so when it was to be sent."
NO_GRANT = "The recipient no longer has the role that it takes."
TURNED_OFF = "It was turned off before it was sent."
NOT_KEPT = "Who set the route is an owner no longer: an owner has to keep it."


def why_not(delivery: Delivery) -> str:
    """Why it isn't to be sent any more, a sentence; "" where it is."""
    event, kind = delivery.event, kind_of_row(delivery.event.kind)
    if delivery.route is not None:
        why = why_not_route(delivery.route)
    else:
        assert delivery.operator is not None  # noqa: S101  one of the two, by a constraint
        why = _why_not_operator(delivery, delivery.operator)
    return why or ("" if kind.still(event, delivery.operator) else NO_LONGER_SO)


def why_not_route(route: NotificationRoute) -> str:
    if not route.is_on:
        return TURNED_OFF
    keeper = route.kept_by
    if keeper is None or not keeper.is_active or not may(keeper, ADMINISTER, route.aws_account):
        return NOT_KEPT
    return ""


def _why_not_operator(delivery: Delivery, operator: Operator) -> str:
    aws_account = delivery.event.aws_account
    if not operator.is_active or (aws_account is not None and not _may_hear(operator, delivery, aws_account)):
        return NO_GRANT
    chosen = timing_of(choices_of(operator), kind_of_row(delivery.by_kind))
    is_off = chosen == Timing.OFF and kind_of_row(delivery.by_kind).on_pages
    return TURNED_OFF if is_off else ""


# ---- What one may hear of ----------------------------------------------------------------------------------------
def _roles_that_hear(by_kind: EventKind) -> Collection[str]:
    """Whom an event concerns needs a role of any kind there, like helpdesk of a change of their own."""
    return roles_with(by_kind.permission) if by_kind.permission else ALL_ROLES


def _may_hear(operator: Operator, delivery: Delivery, aws_account: AwsAccount) -> bool:
    there = operator.aws_accounts_with(_roles_that_hear(kind_of_row(delivery.by_kind)))
    return bool(there & {aws_account.pk, None})


def heard_by(operator: Operator) -> QuerySet[Delivery]:
    """What was for the operator, as far as they may hear of it now: where a role was taken away, nothing is said of
    what happened there."""
    held = operator.held_grants()
    kinds = {each.name: frozenset(_roles_that_hear(each)) for each in all_kinds()}
    by_roles = {
        roles: Q(by_kind__in=[name for name, each in kinds.items() if each == roles]) for roles in kinds.values()
    }
    of_no_kind = frozenset(_roles_that_hear(kind_of_row("")))  # that no app registers any more
    by_roles[of_no_kind] = by_roles.get(of_no_kind, Q(pk=None)) | ~Q(by_kind__in=list(kinds))
    may_hear = Q(event__aws_account=None)
    for roles, by_these in by_roles.items():
        there = {grant.aws_account_id for grant in held if grant.role in roles}
        may_hear |= by_these if None in there else by_these & Q(event__aws_account__in=there)
    return Delivery.objects.filter(may_hear, operator=operator)
