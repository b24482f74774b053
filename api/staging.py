"""Changes that programs propose by the forms of pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from api.errors import refuse
from objects.views.stage import stage
from sync.changes.bookkeeping import log_line
from sync.models import Change


def staged(request: HttpRequest, form: Any) -> Change:
    """What the form proposes. Raises Refused with what is wrong in which field."""
    change = stage(request, form) if form.is_valid() else None
    if change is None:
        refuse([(name, " ".join(map(str, errors))) for name, errors in form.errors.items()])
    return change


def note_token(request: HttpRequest, change: Change) -> Change:
    """In the log on the page of the change."""
    log_line(change, f"Proposed by the token {request.api_token}.")  # type: ignore[attr-defined]
    return change
