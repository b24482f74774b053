"""The rows of a list's table, as HTML. What is the same in each of them is made once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.utils.safestring import SafeString

from iamconsole.web.elements import copy, format_html, joined
from iamconsole.web.tables import Column
from iamconsole.web.words import number

_PICK = (
    '<td class="pick-cell"><label class="pick"><input class="form-check-input" type="checkbox" data-pick'
    ' form="list-picks" name="pick" value="{}" aria-label="Select {}"{}></label></td>'
)
_NO_BOX = SafeString('<td class="pick-cell"></td>')
_CHECKED = SafeString(" checked")
_HEAD, _HEAD_ENDS, _CELL_ENDS = SafeString('<th scope="row">'), SafeString("</th>"), SafeString("</td>")


def table_rows(
    columns: Sequence[Column],
    rows: Iterable[Any],
    scope: Any,
    *,
    pick: bool,
    pickable: str = "",
    picked: Collection[str] = (),
    copies: tuple[str, str] = ("arn", "ARN"),
) -> Iterator[SafeString]:
    """A `<tr>` of each row: a box to select it if `pick`, a cell of each column, and a button that copies its ARN.

    `pickable`: the attribute of the rows that have such a box, "" where all have. `picked`: the ids of those that are
    selected. `copies`: what is copied instead, an attribute of the row and a word
    for it.
    """
    first, *others = columns
    begins = [(column, _begin(column)) for column in others]
    for row in rows:
        parts: list[str] = [_box(row, pickable, picked)] if pick else []
        parts += (_HEAD, _cell(first, row, scope), _HEAD_ENDS)
        for column, begin in begins:
            parts += (begin, _cell(column, row, scope), _CELL_ENDS)
        yield format_html('<tr>{}<td class="copy-cell">{}</td></tr>', joined(parts), _copy_button(row, *copies))


def _box(row: Any, pickable: str, picked: Collection[str]) -> SafeString:
    if pickable and not getattr(row, pickable):
        return _NO_BOX
    return format_html(_PICK, row.aws_id, row.name, _CHECKED if row.aws_id in picked else "")


def _begin(column: Column) -> SafeString:
    css = f"{column.css} {column.width}".strip()
    return format_html('<td data-label="{}"{}>', column.header, format_html(' class="{}"', css) if css else "")


def _cell(column: Column, row: Any, scope: Any) -> str:
    return column.cell(row, scope) if column.cell else _said(column.value(row))


def _said(value: Any) -> str:
    if isinstance(value, int):
        return number(value)
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _copy_button(row: Any, attribute: str, word: str) -> str:
    value = getattr(row, attribute, "")
    return copy(value, f"the {word} of {row.name}") if value else ""
