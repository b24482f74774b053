"""Proposing and carrying out changes in tests, in the test's own process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from sync import changes
from sync.models import Change, Run
from sync.operations import StepSpec
from tests.services.world import World


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


def refusal(world: World, actor: Operator, *steps: StepSpec) -> str:
    """Why the steps can't be proposed."""
    with pytest.raises(changes.PlanError) as caught:
        propose(world.aws_account, actor, steps)
    return str(caught.value)


def is_in(row: Run | Change, state: str) -> bool:
    row.refresh_from_db()
    return row.state == state
