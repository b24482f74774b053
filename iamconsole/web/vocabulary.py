"""The words for states, levels and kinds of notes, each with its ink and its mark: colour never stands alone.

A state is looked up by the value that the database holds; the same value means the same in changes, steps and runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    word: str
    kind: str = ""  # "", "ok", "warn", "danger", "accent", "muted"
    icon: str = "circle"
    turning: bool = False


STATES: dict[str, State] = {
    # changes
    "draft": State("Draft", "accent", "pencil"),
    "proposed": State("Proposed", "accent", "git-pull-request-arrow"),
    "approved": State("Approved", "accent", "check"),
    "rejected": State("Rejected", "muted", "x"),
    "expired": State("Expired", "muted", "clock"),
    "scheduled": State("Scheduled", "", "clock"),
    "queued": State("Queued", "", "clock"),
    "applying": State("Applying", "", "loader-circle", turning=True),
    "waiting": State("Waiting for another change", "", "clock"),
    "applied": State("Applied", "ok", "check"),
    "failed": State("Failed", "danger", "circle-x"),
    "unknown": State("Unknown outcome", "warn", "circle-question-mark"),
    "conflicted": State("Conflicted", "warn", "triangle-alert"),
    "cancelled": State("Cancelled", "muted", "x"),
    # steps
    "pending": State("Not sent", "muted", "circle-dashed"),
    "sending": State("Running", "", "loader-circle", turning=True),
    "done": State("Done", "ok", "check"),
    "already_done": State("Done, was already so", "ok", "check"),
    "skipped": State("Not sent", "muted", "minus"),
    "left_out": State("Left out", "muted", "minus"),
    # runs
    "running": State("Running", "", "loader-circle", turning=True),
    "drift": State("Drift", "warn", "triangle-alert"),
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


def state_of(value: str) -> State:
    return STATES.get(value) or State(value.replace("_", " ").capitalize())
