"""Where a user or a role is named: a tab of its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.holders import Holder
from access.index import cached_index
from access.naming import naming
from access.object_links import principal_url
from aws_constraints.arn import name_of
from objects.object_pages import ObjectPages, fetch_row, render_tab

NAMED_IN = "named_in"
SHOWN = 200


@require_GET
def named_in(request: HttpRequest, account_id: str, aws_id: str, kind: ObjectPages) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id)
    found = naming(cached_index(row.aws_account).index, row.arn, row.aws_id)
    lines = [(each, [_link(row, holder) for holder in each.holders]) for each in found[:SHOWN]]
    context = {"lines": lines, "left_out": len(found) - len(lines)}
    return render_tab(request, kind, row, tab=NAMED_IN, template="access/named_in.html", context=context)


def _link(row: Any, holder: Holder) -> tuple[str, str]:
    return name_of(holder.arn), principal_url(row.aws_account, holder.unique_id, holder.is_role)
