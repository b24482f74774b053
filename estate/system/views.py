"""The page *System*: how the console itself is, for owners of all AWS accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from estate.system.aws_calls import refused_calls, throttlings
from estate.system.blocks import block
from estate.system.failures import last_failures, troubled_pulls
from estate.system.parts import size, summary, system_parts
from iamconsole.web.fragments import wants_fragment
from monitoring import storage, versions
from sync.backlog import backlogs
from sync.views.live import NOTHING_NEW

TEMPLATE = "estate/system/now.html"
_MOST_TABLES = 10


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    return render(request, "estate/system.html", _context())


@require_safe
def system_now(request: HttpRequest) -> HttpResponse:
    """What the page asks for every few seconds; nothing where it would look the same."""
    if not wants_fragment(request):
        return redirect("system")
    context = _context()
    if request.GET.get("seen") == context["signature"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, TEMPLATE, context)


def _versions() -> list[tuple[str, str]]:
    found = versions.versions().items()
    return [("IAM Console" if name == "version" else name.title(), word) for name, word in found]


def _line(table: storage.GrowingTable) -> dict[str, Any]:
    return {"table": table.table, "size": size(table.size), "rows": table.rows, "grows": _growth(table.a_day)}


def _growth(a_day: float | None) -> str:
    """Bytes a day in words; "" where nobody knows yet."""
    if a_day is None:
        return ""
    return f"{'+' if a_day > 0 else '−'}{size(abs(a_day))}" if round(a_day) else "the same"


_BLOCKS: Mapping[str, Callable[[], Any]] = {
    "backlogs": backlogs,
    "pulls": troubled_pulls,
    "throttlings": throttlings,
    "refused": refused_calls,
    "failures": last_failures,
    "database": lambda: size(storage.database_size()),
    "tables": lambda: [_line(each) for each in storage.growing(_MOST_TABLES)],
    "versions": _versions,
}


def _context() -> dict[str, Any]:
    parts = system_parts()
    context: dict[str, Any] = {"parts": parts, "summary": summary(parts)}
    context |= {name: block(name, read) for name, read in _BLOCKS.items()}
    return {**context, "signature": _signature(context)}


def _signature(context: dict[str, Any]) -> str:
    """A short name for how it looks, with its words for times."""
    return hashlib.sha256(render_to_string(TEMPLATE, context).encode()).hexdigest()[:16]
