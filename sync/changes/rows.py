"""Locks the row of a change while its state is decided; writes its log; says why the change can't go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction

from accounts.models import Operator
from sync.models import Change, ChangeLine
from sync.params import ForOperator
from sync.queue import APPLY, wake


class PlanError(ForOperator):
    """A change that can't be proposed, or can't go on; says why to the operator."""


@contextmanager
def locked(change_id: int) -> Iterator[Change]:
    """A transaction that locks the row of the change: nobody else decides its state meanwhile."""
    with transaction.atomic():
        yield Change.objects.select_for_update(of=("self",)).select_related("aws_account").get(pk=change_id)


@contextmanager
def locked_if_free(change_id: int) -> Iterator[Change | None]:
    """As `locked`, for what is retried anyway: None at once where somebody else has the lock."""
    with transaction.atomic():
        rows = Change.objects.select_for_update(of=("self",), skip_locked=True).select_related("aws_account")
        yield rows.filter(pk=change_id).first()


@contextmanager
def handing_over(change_id: int) -> Iterator[Change]:
    """`locked`, while it is decided whether the workers get it: of one requester one change after the other.

    A check that counts what an operator does in an hour sees those that were handed over before, and none is refused
    for the sake of another that will be, too.
    """
    with locked(change_id) as change:
        Operator.objects.select_for_update(no_key=True).get(pk=change.requested_by_id)
        yield change


def log_line(change: Change, line: str) -> None:
    """Adds a line to the log on the change's page."""
    ChangeLine.objects.create(change=change, line=line)


def log_lines(change: Change, lines: Iterable[str]) -> None:
    ChangeLine.objects.bulk_create([ChangeLine(change=change, line=line) for line in lines])


def wake_after_commit(change_id: int) -> None:
    transaction.on_commit(partial(wake, APPLY, change_id))
