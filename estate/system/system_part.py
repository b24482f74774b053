"""A part of the console, and how it is, in sentences for owners."""

from __future__ import annotations

from dataclasses import dataclass

from iamconsole.web.marked_states import MarkedState


class PartState(MarkedState):
    """The worst first: its word, its icon, its ink."""

    FAILS = ("Doesn’t work", "circle-x", "ink-danger")
    UNKNOWN = ("Unknown", "circle-question-mark", "ink-warn")
    LOOK = ("Look at it", "triangle-alert", "ink-warn")
    STARTS = ("Starts", "hourglass", "muted")
    WORKS = ("Works", "check", "ink-ok")


@dataclass(frozen=True)
class SystemPart:
    """`text`: how it is, a sentence. `advice`: what to do, where something is wrong; `command`: for a shell."""

    title: str
    state: PartState
    text: str
    advice: str = ""
    command: str = ""
    url: str = ""
    link: str = ""
