"""Proposing and carrying out changes in tests, in the test's own process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import AwsAccount, Operator
from sync import changes
from sync.models import Change
from sync.operations import StepSpec


def propose(aws_account: AwsAccount, actor: Operator, steps: Sequence[StepSpec], **more: Any) -> Change:
    texts = {"title": "Give reports-writer its archive", "reason": "Ticket DATA-2217"}
    return changes.propose(aws_account=aws_account, actor=actor, steps=steps, **{**texts, **more})


def carry_out(change: Change, actor: Operator) -> Change:
    """Applies it and does the worker's work."""
    changes.apply(change=change, actor=actor)
    return worked(change)


def worked(change: Change) -> Change:
    changes.work(change.pk)
    change.refresh_from_db()
    return change


def lines(change: Change) -> list[str]:
    return list(change.lines.values_list("line", flat=True))
