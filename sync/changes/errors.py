"""What stops a change, and how an error is kept for its page."""

from __future__ import annotations

from typing import Any

from sync.aws.errors import AwsError, Denied
from sync.params import ForOperator


class PlanError(ForOperator):
    """A change that isn't made, or not taken further."""


def as_json(error: AwsError) -> dict[str, Any]:
    """As steps, attempts and changes keep it."""
    return {
        "class": type(error).__name__,
        "code": error.code,
        "sentence": error.sentence(),
        "words": error.message,
        "statement": error.statement() if isinstance(error, Denied) else None,
        "request_id": error.request_id,
    }


def sentence_only(kind: str, sentence: str) -> dict[str, Any]:
    """An error of the console's own."""
    return {"class": kind, "sentence": sentence}
