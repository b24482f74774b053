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
from iamconsole.web.exports import as_object
from iamconsole.web.listings import TableListing
from iamconsole.web.tables import Table

_OF_PAGES = frozenset(PageQuery.model_fields)


class ListQuery(PageQuery):
    """Filters of the list are parameters, too."""

    q: Annotated[str, Field(max_length=200, description="Words to search for, as on the page.")] = ""
    sort: Annotated[str, Field(max_length=40, description="A column that sorts; - before it: downwards.")] = ""


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


def list_page(request: HttpRequest, table: Table, rows: QuerySet[Any], scope: Any, asked: PageQuery) -> TablePage:
    """Raises Refused where the address asks for what the list doesn't have: programs get no more than they meant."""
    listing = TableListing(table, rows, scope, _filters(request, table))
    if listing.state.remarks:
        raise Refused(422, " ".join(listing.state.remarks))
    cursors = Cursors.of(request)
    page = listing.rows_after(cursors.read(asked.after), asked.limit)
    return TablePage(list(page.rows), cursors.write(page.next), listing)


def row_page(request: HttpRequest, table: Table, rows: QuerySet[Any], scope: Any, asked: PageQuery) -> RowPage:
    """Of rows that are known by their number."""
    page = list_page(request, table, rows, scope, asked)
    return RowPage(items=[ListedRow(id=str(row.pk), fields=fields_of(table, row)) for row in page.rows], next=page.next)


def fields_of(table: Table, row: Any) -> dict[str, Any]:
    return as_object(table.columns, row)


def _filters(request: HttpRequest, table: Table) -> QueryDict:
    """What the list understands of the address. Raises Refused for a parameter that it doesn't know."""
    known = {"q", "sort", *(each.name for each in table.filters)}
    unknown = sorted(set(request.GET) - known - _OF_PAGES)
    if unknown:
        names = ", ".join(sorted(known | _OF_PAGES))
        raise Refused(422, f"There is no parameter {unknown[0][:40]} here, but: {names}.")
    found = request.GET.copy()
    for name in _OF_PAGES:
        found.pop(name, None)
    return found
