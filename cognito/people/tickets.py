"""The note for a ticket: plain text, who did what for whom and when, and what those people will see.

It names people by their `sub`: tickets are kept elsewhere, for longer.
"""

from __future__ import annotations

from cognito.people.operations.base import PeopleOperation
from iamconsole.web.words import counted, full_time
from sync.models import Change, Step
from sync.operations import BadParams, registry

MOST_NAMED = 20


def is_of_people(change: Change) -> bool:
    return change.steps.filter(kind__startswith="cognito.user.").exists()


def note_of(change: Change) -> str:
    """ "" of a change that is about nobody."""
    steps = [step for step in change.steps.all() if isinstance(registry.get(step.kind), PeopleOperation)]
    if not steps:
        return ""
    described = [line for step in steps[:MOST_NAMED] for line in _lines(step)]
    if left := len(steps) - MOST_NAMED:
        described += [f"- and {counted(left, 'more step')}"] if left > 0 else []
    who = change.applied_by or change.requested_by
    at = full_time(change.finished_at or change.created_at)
    head = f"Change {change.pk} in {change.aws_account}: {change.get_state_display().lower()}"
    return "\n".join([head, f"By {who}, {at}", *described])


def _lines(step: Step) -> list[str]:
    operation = registry[step.kind]
    try:
        params = operation.parse(step.params)
    except BadParams:
        return [f"- {step.kind}: {step.get_state_display().lower()}"]
    note = operation.note(params)
    return [f"- {operation.title(params)}: {step.get_state_display().lower()}.", *([f"  {note}"] if note else [])]
