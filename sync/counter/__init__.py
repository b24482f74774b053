"""Detects a database that was set back: it counts the steps that were begun, and the count is also kept outside it.

Each step that is begun counts, in the transaction that begins it and then, before anything is sent, outside. So what
stands outside is never ahead, unless the database was set back: restored from a backup, or replaced by a copy that was
behind. Then the queue is on hold until owners of all AWS accounts have looked at it (docs/changes.md).
"""

from sync.counter.inside import (
    UNFINISHED,
    NotCounted,
    count,
    hold,
    hold_restored,
    is_on_hold,
    look,
    look_after,
    look_at_start,
    pass_on,
    status,
)

__all__ = [
    "UNFINISHED",
    "NotCounted",
    "count",
    "hold",
    "hold_restored",
    "is_on_hold",
    "look",
    "look_after",
    "look_at_start",
    "pass_on",
    "status",
]
