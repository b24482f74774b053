"""The note for a ticket: plain text, who did what for whom and when, and what those people will see.

It says what people are called to who may know it, and their `sub`, by which the console finds them later.
"""

from __future__ import annotations

from django.utils import timezone

from cognito.operations.people.base import InPool
from iamconsole.web.words import counted
from sync.models import Change, Step
from sync.naming import Names
from sync.operations import BadParams, registry

MOST_NAMED = 20


def is_of_people(change: Change) -> bool:
    return change.steps.filter(kind__startswith="cognito.user.").exists()


def note_of(change: Change, names: Names) -> str:
    """ "" of a change that is about nobody."""
    steps = [step for step in change.steps.all() if isinstance(registry.get(step.kind), InPool)]
    if not steps:
        return ""
    names.learn(f"{step.params.get('sub')} {step.result.get('id')}" for step in steps[:MOST_NAMED])
    told = [line for step in steps[:MOST_NAMED] for line in _told(step, names)]
    if left := len(steps) - MOST_NAMED:
        told += [f"- and {counted(left, 'more step')}"] if left > 0 else []
    who = change.applied_by or change.requested_by
    at = timezone.localtime(change.finished_at or change.created_at)
    head = f"Change {change.pk} in {change.aws_account}: {change.get_state_display().lower()}"
    return "\n".join([head, f"By {who}, {at:%Y-%m-%d %H:%M} {at.tzname()}", *told])


def _told(step: Step, names: Names) -> list[str]:
    operation = registry[step.kind]
    try:
        params = operation.parse(step.params)
    except BadParams:
        return [f"- {step.kind}: {step.get_state_display().lower()}"]
    note = operation.note(params)
    sub = step.params.get("sub") or step.result.get("id") or ""
    whom = names.of_step(step)
    said = f"{names.said(operation.title(params))}{': ' if whom else ''}{whom}"
    who = f"  Subject {sub}." if names.known.get(sub) else ""
    lines = (f"- {said}: {step.get_state_display().lower()}.", who, f"  {note}" if note else "")
    return list(filter(None, lines))
