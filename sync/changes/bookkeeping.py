"""What is written down of a change: its log, its entries of the audit trail; and the lock of its row meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Operator
from sync.changes import notices
from sync.changes.span import follow_after_commit
from sync.models import Change, ChangeLine, Step
from sync.operations import Value
from sync.params import ForOperator
from sync.queue import APPLY, wake


# ---- Row and log ---------------------------------------------------------------------------------------------------
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


# ---- Audit trail ---------------------------------------------------------------------------------------------------
audit.register(
    {
        "change.proposed": "proposed change {change}, {title}",
        "change.approved": "approved change {change}, {title}",
        "change.rejected": "rejected change {change}, {title}",
        "change.approval_withdrawn": "withdrew the approval of change {change}, {title}",
        "change.approvals_voided": "voided the approvals of change {change}, {title}: {why}",
        "change.commented": "commented on change {change}, {title}",
        "change.dry_run": "asked for a dry run of change {change}, {title}",
        "change.apply_asked": "asked to apply change {change}, {title}",
        "change.overridden": "let change {change}, {title}, touch what is protected: {protected}",
        "change.guard_rail_overridden": "overrode guard rails for change {change}, {title}: {rails}",
        "change.code_overridden": "overrode the code that owns {objects} for change {change}, {title}, until {until}",
        "change.glass_broken": "applied change {change}, {title}, without the approvals that it needed",
        "change.reviewed": "reviewed change {change}, {title}, which was applied without its approvals",
        "change.scheduled": "scheduled change {change}, {title}",
        "change.end_planned": "planned change {change}, {title}",
        "change.end_moved": "moved the end of access: change {change}, {title}",
        "change.end_shortened": "shortened the access that change {change}, {title}, gives",
        "change.end_decided_alone": "decided alone, as the only one who may approve, about the end of access: change {change}, {title}",  # noqa: E501
        "change.approved_alone": "approved change {change}, {title}, of their own, as the only one who may approve",
        "change.ends_soon": "told of access that ends within a day: change {change}, {title}",
        "change.step_left_out": "left step {step} out of change {change}, {title}, and went on: {why}",
        "change.retried": "asked to go on with change {change}, {title}",
        "change.cancel_asked": "asked to stop change {change}, {title}, after the step that runs",
        "change.cancelled": "cancelled change {change}, {title}",
        "change.expired": "let change {change}, {title}, expire",
        "change.applied": "applied change {change}, {title}",
        "change.failed": "stopped change {change}, {title}: {why}",
        "change.conflicted": "stopped change {change}, {title}: {why}",
        "change.unknown": "stopped change {change}, {title}: {why}",
        "change.resealed": "sealed again what is personal in change {change}, {title}: the plan is the same",
        "change.people_read": "looked at whom change {change}, {title}, is about",
        "change.left_what_appeared": "said that {what} isn't of change {change}, {title}: it stays",
        "change.owned_what_appeared": "said that {what} is of change {change}, {title}, and asked to delete it",
        "secret.shown": "looked at what AWS said once in change {change}, {title}",
        "secret.acknowledged": "has what AWS said once in change {change}, {title}: it is erased",
        "secret.expired": "erased what AWS said once in change {change}, {title}: {who} didn't take it in time",
        "step.done": "did step {step} of change {change}: {title}",
        "change.partly_left_out": "left a part of change {change}, {title}, out: {why}",
        "step.left_out": "left out what follows step {step} of change {change}, {title}: {why}",
        "step.already_done": "found step {step} of change {change} done: {title}",
    }
)


def record(verb: str, change: Change, *, actor: Operator | None, reason: str = "", **data: Any) -> None:
    """An entry about the change itself, and what is told of it; call it in the transaction of the state."""
    audit.record(
        verb,
        actor=actor,
        aws_account=change.aws_account,
        obj=("change", change.pk, ""),
        data={"change": change.pk, "does": change.does, **_across(change), **data},
        texts=texts_of(change, reason),
    )
    notices.notify(verb, change)
    follow_after_commit(verb, change)


def _across(change: Change) -> dict[str, int]:
    """The change across AWS accounts that it is one of."""
    return {"across": change.span_id} if change.span_id else {}


def texts_of(change: Change, reason: str) -> dict[str, str]:
    """What people typed: it stands apart, and is erased with the people whom it names (sync/changes/free_texts.py)."""
    return audit.apart(change.aws_account, ("change", change.pk), {"title": change.title, "reason": reason})


def reason_of(change: Change) -> dict[str, str]:
    """For the entries of its steps."""
    return audit.apart(change.aws_account, ("change", change.pk), {"reason": change.reason})


def record_names_viewed(change: Change, operator: Operator) -> None:
    """A page said what the people of the change are called. It asks again every two seconds: that is one look."""
    if not audit.looks_lately("change.people_read", operator, ("change", change.pk)).exists():
        record("change.people_read", change, actor=operator)


def step_entry_data(step: Step, title: str, request_id: str, left: Value) -> dict[str, Any]:
    """The data of the entry that a step was done: with its part before, and as the step left it.

    A part is never secret: it is what a plan shows that it expects to find.
    """
    old, new = _fields(step.part, step.expects), _fields(step.part, left)
    changes = audit.differences(old, {**dict.fromkeys(old, ""), **new})
    said = {"change": step.change_id, "step": step.position, "title": title, "request_id": request_id}
    return {**said, "changes": changes}


def _fields(part: str, value: Value) -> dict[str, str]:
    """None: there is no such object."""
    fields = value if isinstance(value, dict) else {} if value is None else {part: value}
    return {
        name: item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for name, item in fields.items()
    }
