"""Live progress: a page asks for its fragment every two seconds until there is nothing more to come."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from iamconsole.web.fragments import wants_fragment

NOTHING_NEW = 204  # htmx leaves the page as it is
STOP_POLLING = 286  # htmx shows the answer and asks no more


def signature(*parts: object) -> str:
    """A short name for what a fragment shows; the next question carries it along."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def poll_response(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, moving: bool, page: str
) -> HttpResponse:
    """The fragment; nothing while it would look the same (an open fold stays open, a screen reader is left alone).

    Opened as a page, such as in a new tab, it leads to the page that it is a part of.
    """
    if not wants_fragment(request):
        return redirect(page)
    if moving and request.GET.get("seen") == context["signature"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, template, dict(context), status=200 if moving else STOP_POLLING)
