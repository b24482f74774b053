"""Lists as data. A list is declared once; page, fragment, CSV and JSON come of it (iamconsole/web/listings.py).

USERS = Table(name="users", one="user", many="users", columns=(…), filters=(…), search=…, default_sort="name")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from iamconsole.web.counts import lately
from iamconsole.web.filters import Filter
from iamconsole.web.keyset import Order


@dataclass(frozen=True)
class Column:
    """`value` is what exports say; the list says it too, unless `cell` (given the row and the scope) says it better."""

    name: str
    header: str
    value: Callable[[Any], Any]
    cell: Callable[[Any, Any], str] | None = None  # SafeString where it has tags (see iamconsole/web/elements.py)
    sort: str = ""  # the field or annotation to order by; without it the column isn't sortable
    newest_first: bool = False  # the first click sorts downwards: times, counts
    optional: bool = False  # hides on middle widths
    roomy: bool = False  # shows on wide screens only
    css: str = ""
    only_export: bool = False

    @property
    def width(self) -> str:
        """The class that hides it where there is no room."""
        return "roomy" if self.roomy else "optional" if self.optional else ""


@dataclass(frozen=True)
class Table:
    name: str  # of the export's file
    one: str
    many: str
    columns: tuple[Column, ...]
    default_sort: str  # a column's name, "-" before it for downwards
    filters: tuple[Filter, ...] = ()
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    # The same by reading rows one after the other, where many are found; None where that isn't faster.
    search_near: Callable[[QuerySet[Any], str], QuerySet[Any] | None] | None = None
    search_hint: str = ""
    empty_icon: str = "inbox"
    empty_title: str = ""
    empty_text: str = ""
    rows_template: str = "lists/rows.html"  # where rows of cells don't say it
    exports: tuple[str, ...] = ("csv", "json")  # the formats offered, of iamconsole.web.exports
    count: Callable[[QuerySet[Any]], int] = lately
    counts_to: int | None = None  # of what a search or filters find: where there are more, nobody counts them
    copies: tuple[str, str] = ("arn", "ARN")  # by the button of each row: its attribute, and a word for it
    term: str = ""  # the word of the glossary for what it lists
    pickable: str = ""  # the boolean column or annotation of the rows that can be picked; "" where all can

    @property
    def shown(self) -> list[Column]:
        return [column for column in self.columns if not column.only_export]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name and column.sort), None)

    def order(self, sort: str) -> Order | None:
        column = self.column(sort.removeprefix("-"))
        return Order(sort, column.sort, sort.startswith("-")) if column else None


@dataclass(frozen=True)
class PickUse:
    """What else than staging a change can be done with rows that were picked. The list's form is sent to `url`."""

    label: str
    icon: str
    url: str
    all_url: str  # leads to the same for all rows that match, which the rest of the address says
    all_label: str  # before their number: "Export all"; "" where it is for picked ones only
