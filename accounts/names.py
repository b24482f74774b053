"""Names that people type for operators and AWS accounts: they stand in mails' subjects, logs, pages and the trail."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from characters import UNSEEN, unseen_in

_ENDS_LINE = re.compile(r"[\t\r\n]")


def on_one_line(text: str) -> None:
    """A validator. A line end in the name of an AWS account would keep all its mails from being sent."""
    if _ENDS_LINE.search(text):
        raise ValidationError("A name is one line: leave out line ends and tabs.")
    if found := unseen_in(text):
        raise ValidationError(f"A name has no characters that nobody sees: leave out {', '.join(found)}.")


def as_one_line(text: str) -> str:
    """What a name that somebody else gave comes to."""
    blanks_alike = " ".join(text.split())
    return " ".join(UNSEEN.sub("", blanks_alike).split())
