"""What is said of a task's result, and whether it is proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True)
class Sentence:
    """`state`: "yes" where it is proved, "no" where the opposite is, "unknown" where neither. `why`: more sentences.

    `statement`: what somebody's policy has to say for it to be so, as JSON.
    """

    state: str
    words: str
    why: Sequence[str] = ()
    statement: str = ""
