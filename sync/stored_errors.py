"""An error as runs, changes, steps and attempts keep it, for their pages."""

from __future__ import annotations

from typing import Any

from sync.aws.errors import AccessDeniedError, AwsError


def as_json(error: AwsError) -> dict[str, Any]:
    """An error of AWS's."""
    return {
        "class": type(error).__name__,
        "code": error.code,
        "sentence": error.sentence(),
        "words": error.message,
        "statement": error.statement() if isinstance(error, AccessDeniedError) else None,
        "request_id": error.request_id,
    }


def sentence_only(kind: str, sentence: str) -> dict[str, Any]:
    """An error of the console's own."""
    return {"class": kind, "sentence": sentence}
