"""The first pull of resources that were switched on: at once, since somebody waits for them."""

from __future__ import annotations

from accounts.models import AwsAccount, Operator
from resources.sources import SOURCES
from sync import pull, schedule
from sync.models import Run


def start_new(aws_account: AwsAccount, *, actor: Operator | None, trigger: Run.Trigger = Run.Trigger.OPERATOR) -> int:
    """Starts the first pull of what was switched on; returns of how many lists."""
    names = {source.name for source in SOURCES.values()}
    due = [each for each in schedule.readable(aws_account) if each.source in names and each.next_at is None]
    taken = [each for each in due if schedule.take(each)]
    for each in taken:
        pull.start(
            aws_account=aws_account,
            source=each.source,
            region=each.region,
            trigger=trigger,
            actor=actor,
            is_audited=False,
        )
    return len(taken)
