"""A list as the console's tables declare it, for programs: its filters, its order, a page of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from ninja import Schema
from pydantic import Field

from api.errors import Refused
from api.paging import Cursors, PageQuery
from api.table_parameters import SORT, sorts_of, why_wrong
from iamconsole.web.exports import as_object
from iamconsole.web.filters import ANY
from iamconsole.web.listings import TableListing
from iamconsole.web.tables import Table

Words = Annotated[str, Field(max_length=200, examples=["jane"], description="Words to search for, as on the page.")]


class ListQuery(PageQuery):
    """`sort` and filters are parameters, too: `listed_by`."""

    q: Words = ""


class ListedRow(Schema):
    """`fields`: the columns of the list, as its file has them."""

    id: str
    fields: dict[str, Any]


class RowPage(Schema):
    items: list[ListedRow]
    next: str | None


@dataclass(frozen=True)
class TablePage:
    rows: list[Any]
    next: str | None
    listing: TableListing


def list_page(
    request: HttpRequest, table: Table, rows: QuerySet[Any], scope: Any, *, limit: int, after: str | None = None
) -> TablePage:
    """Raises Refused where the address asks for what the list doesn't have: programs get no more than they meant.

    `after`: None where there are no further pages.
    """
    _check(request.GET, table, scope, {"q", SORT, "limit", *(() if after is None else ("after",))})
    asked = request.GET.copy()
    asked.pop("after", None)  # of pages this is another one
    listing = TableListing(table, rows, scope, asked)
    cursors = Cursors.of(request)
    page = listing.rows_after(cursors.read(after or ""), limit)
    return TablePage(list(page.rows), cursors.write(page.next), listing)


def row_page(request: HttpRequest, table: Table, rows: QuerySet[Any], scope: Any, asked: PageQuery) -> RowPage:
    """Of rows that are known by their number."""
    page = list_page(request, table, rows, scope, limit=asked.limit, after=asked.after)
    return RowPage(items=[ListedRow(id=str(row.pk), fields=fields_of(table, row)) for row in page.rows], next=page.next)


def fields_of(table: Table, row: Any) -> dict[str, Any]:
    return as_object(table.columns, row)


def _check(asked: QueryDict, table: Table, scope: Any, beside: set[str]) -> None:
    """Of one table, where the OpenAPI document speaks of several. `beside`: parameters that are no filters.

    Raises Refused: 404 for the name of what isn't there, such as of a group.
    """
    filters = {each.name: each for each in table.filters}
    if unknown := sorted(set(asked) - beside - set(filters)):
        names = ", ".join(sorted(beside | set(filters)))
        raise Refused(422, f"Lists of {table.many} have no parameter {unknown[0][:40]}, but: {names}.")
    sort = asked.get(SORT)
    if sort is not None and sort not in sorts_of(table):
        raise Refused(422, f"{SORT}: It must be one of: {', '.join(sorts_of(table))}.")
    for choice in (filters[name] for name in asked if name in filters):
        value = asked.get(choice.name, "")
        if why := why_wrong(choice, value):
            raise Refused(422, f"{choice.name}: {why}")
        meant = value.strip()
        if not meant or (meant != ANY and choice.chip(scope, meant) is None):
            raise Refused(404, f"{choice.name}: there is no “{value[:60]}” here.")
