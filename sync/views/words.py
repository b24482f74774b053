"""What the database keeps of errors and logs, as pages say it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils.dateparse import parse_datetime

from iamconsole.web.vocabulary import state_of
from sync import selectors
from sync.models import Change
from sync.operations import Gate, registry


@dataclass(frozen=True)
class ErrorView:
    """An error of a run, a step or an attempt: a sentence for the operator, and AWS's own words to fold away."""

    sentence: str
    code: str
    words: str
    statement: str  # that grants the missing permission, as JSON; "" where none is missing
    request_id: str
    kind: str  # the class of the error: "AccessDeniedError", "Brake", "Conflicted" …

    @classmethod
    def of(cls, error: Mapping[str, Any]) -> Self | None:
        if not error:
            return None
        statement = error.get("statement")
        return cls(
            sentence=str(error.get("sentence") or error.get("words") or "It failed, and nothing more is known."),
            code=str(error.get("code") or ""),
            words=str(error.get("words") or ""),
            statement=json.dumps(statement, indent=2) if statement else "",
            request_id=str(error.get("request_id") or ""),
            kind=str(error.get("class") or ""),
        )

    @property
    def aws_answer(self) -> str:
        """AWS's code and words, as AWS prints them."""
        return ": ".join(part for part in (self.code, self.words) if part)


@dataclass(frozen=True)
class LogLine:
    at: datetime | None
    line: str

    @classmethod
    def of(cls, log: Iterable[Mapping[str, Any]]) -> list[Self]:
        return [cls(parse_datetime(str(entry.get("at", ""))), str(entry.get("line", ""))) for entry in log]


def state_word(change: Change) -> str:
    """ "Applied", "Waiting until the new key is used"."""
    if not change.is_at_gate:
        return state_of(change.state).word
    gate = registry.get(selectors.kinds_of_gates(change.aws_account).get(change.pk, ""))
    return f"Waiting until {gate.until}" if isinstance(gate, Gate) else "Waiting in the middle"
