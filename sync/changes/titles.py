"""What a change does, by its steps: they name people by their ids alone, where a typed title may say anything."""

from __future__ import annotations

from iamconsole.web.words import counted
from sync import operations
from sync.models import Change
from sync.operations import BadParams


def title_of_steps(change: Change) -> str:
    """ "Disable 4f0b…, and 2 more steps"; "" where this release knows no such step."""
    first, number = change.steps.first(), change.steps.count()
    operation = operations.registry.get(first.kind) if first else None
    if first is None or operation is None:
        return ""
    try:
        title = operation.title(operation.parse(first.params))
    except BadParams:
        return ""
    return f"{title}, and {counted(number - 1, 'more step')}" if number > 1 else title
