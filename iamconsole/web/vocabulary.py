"""The words for states, levels and kinds of notes, each with its ink and its mark: colour never stands alone.

A state is looked up by the value that the database holds; the same value means the same in changes, steps and runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StateLabel:
    word: str
    kind: str = ""  # "", "ok", "warn", "danger", "accent", "muted"
    icon: str = "circle"
    turning: bool = False


STATES: dict[str, StateLabel] = {
    # changes
    "awaiting_grant": StateLabel("Waiting for its grant", "", "clock"),
    "proposed": StateLabel("Proposed", "accent", "git-pull-request-arrow"),
    "approved": StateLabel("Approved", "accent", "check"),
    "rejected": StateLabel("Rejected", "muted", "x"),
    "expired": StateLabel("Expired", "muted", "clock"),
    "scheduled": StateLabel("Scheduled", "", "clock"),
    "queued": StateLabel("Queued", "", "clock"),
    "applying": StateLabel("Applying", "", "loader-circle", turning=True),
    "waiting": StateLabel("Waiting for another change", "", "clock"),
    "applied": StateLabel("Applied", "ok", "check"),
    "failed": StateLabel("Failed", "danger", "circle-x"),
    "unknown": StateLabel("Unknown outcome", "warn", "circle-question-mark"),
    "conflicted": StateLabel("Conflicted", "warn", "triangle-alert"),
    "cancelled": StateLabel("Cancelled", "muted", "x"),
    # of those across AWS accounts
    "halted": StateLabel("Halted", "warn", "octagon-alert"),
    "stopping": StateLabel("Stopping", "", "loader-circle", turning=True),
    # requests for access
    "asked": StateLabel("Waits for a decision", "accent", "clock"),
    "granting": StateLabel("Being granted", "", "loader-circle", turning=True),
    "granted": StateLabel("Granted", "ok", "check"),
    "ending": StateLabel("Being taken away", "", "loader-circle", turning=True),
    "not_ended": StateLabel("Not taken away yet", "danger", "octagon-alert"),
    "ended": StateLabel("Ended", "muted", "check"),
    "stopped": StateLabel("Stopped", "warn", "triangle-alert"),
    "refused": StateLabel("Refused", "muted", "x"),
    "withdrawn": StateLabel("Withdrawn", "muted", "undo-2"),
    "lapsed": StateLabel("Lapsed", "muted", "minus"),
    # steps
    "pending": StateLabel("Not sent", "muted", "circle-dashed"),
    "sending": StateLabel("Running", "", "loader-circle", turning=True),
    "done": StateLabel("Done", "ok", "check"),
    "already_done": StateLabel("Done, was already so", "ok", "check"),
    "skipped": StateLabel("Not sent", "muted", "minus"),
    "left_out": StateLabel("Left out", "muted", "minus"),
    # runs
    "running": StateLabel("Running", "", "loader-circle", turning=True),
    "drift": StateLabel("Drift", "warn", "triangle-alert"),
}

LEVELS = ("none", "read", "write", "permissions", "everything")  # none has no bar, everything has four
HIGH_LEVELS = frozenset({"permissions", "everything"})

# Django's message levels are said with the same four notes.
NOTE_KINDS = {"success": "ok", "warning": "warn", "error": "danger", "info": "accent", "debug": ""}
NOTE_ICONS = {
    "": "info",
    "ok": "circle-check",
    "warn": "triangle-alert",
    "danger": "octagon-alert",
    "accent": "info",
}

CHAIN_MARKS = {  # a link of a "because": its icon, the ink of it, and its first word
    "allowed": ("check", "ink-ok", "Allowed"),
    "only_if": ("funnel", "muted", "Only if"),
    "within": ("square-dashed", "muted", "Within"),
    "cut_off": ("minus", "ink-danger", "Cut off"),
    "denied": ("x", "ink-danger", "Denied"),
}


def state_of(value: str) -> StateLabel:
    return STATES.get(value) or StateLabel(value.replace("_", " ").capitalize())
