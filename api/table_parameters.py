"""What lists take in their addresses, as their tables declare it: `sort` and a parameter for each filter.

    @router.get("/aws-accounts/{account_id}/changes", …)
    @listed_by(lambda: {"": CHANGES})

The OpenAPI document names them (api/schema.py), and nothing else is taken (api/interface.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from iamconsole.web.filters import ANY, Filter
from iamconsole.web.tables import Table

V = TypeVar("V", bound=Callable[..., Any])
LONGEST_VALUE = 512
SORT = "sort"
_ANY_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE}


@dataclass(frozen=True)
class ListedTables:
    """`of`: by kind the tables of a route; by "" its only one. `more`: lists have filters besides, which depend on what
    they are of.
    """

    of: Callable[[], Mapping[str, Table]]
    more: bool = False

    def parameters(self) -> Iterator[dict[str, Any]]:
        """As OpenAPI has them; `x-filter` marks filters."""
        tables = self.of()
        sorts = {name: None for table in tables.values() for name in sorts_of(table)}
        only = tables.get("")
        default = {"default": only.default_sort} if only else {}
        words = "A column to sort by; - before it: downwards." + (
            "" if only else " `list_kinds` says which a kind has."
        )
        yield _parameter(SORT, {"type": "string", "enum": list(sorts), **default}, words)
        for name, by_kind in self._filters(tables).items():
            yield {**_parameter(name, _schema_of(list(by_kind.values())), _words(by_kind)), "x-filter": True}

    def names(self) -> set[str]:
        return {SORT, *self._filters(self.of())}

    @staticmethod
    def _filters(tables: Mapping[str, Table]) -> dict[str, dict[str, Filter]]:
        found: dict[str, dict[str, Filter]] = {}
        for kind, table in tables.items():
            for each in table.filters:
                found.setdefault(each.name, {})[kind] = each
        return dict(sorted(found.items()))


def listed_by(of: Callable[[], Mapping[str, Table]], *, more: bool = False) -> Callable[[V], V]:
    def declare(view: V) -> V:
        view.listed = ListedTables(of, more)  # type: ignore[attr-defined]
        return view

    return declare


def listed_of(view: Callable[..., Any]) -> ListedTables | None:
    found: ListedTables | None = getattr(view, "listed", None)
    return found


def sorts_of(table: Table) -> list[str]:
    return [f"{way}{column.name}" for column in table.columns if column.sort for way in ("", "-")]


def why_wrong(choice: Filter, value: str) -> str:
    """What the document says against a value of a filter; "" where nothing."""
    if not 0 < len(value) <= LONGEST_VALUE:
        return f"It must have 1 to {LONGEST_VALUE} characters."
    if choice.control == "date" and not _is_day(value):
        return "It must be a day, such as 2030-01-31."
    if choice.fixed_values and value not in (*choice.fixed_values, ANY):
        return f"It must be one of: {', '.join((*choice.fixed_values, ANY))}."
    return ""


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _parameter(name: str, schema: Mapping[str, Any], words: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": False, "schema": {**schema}, "description": words}


def _schema_of(choices: list[Filter]) -> dict[str, Any]:
    """`any` is no filter, also where there is one unless it is said."""
    if all(each.control == "date" for each in choices):
        return {"type": "string", "format": "date"}
    if not all(each.fixed_values for each in choices):
        return dict(_ANY_TEXT)
    values = dict.fromkeys([*(value for each in choices for value in each.fixed_values), ANY])
    default = {"default": choices[0].default} if len(choices) == 1 and choices[0].default else {}
    return {"type": "string", "enum": list(values), **default}


def _words(by_kind: Mapping[str, Filter]) -> str:
    """What it filters, and of which kinds, where there are several."""
    labels = ", ".join(dict.fromkeys(each.label for each in by_kind.values()))
    kinds = ", ".join(filter(None, by_kind))
    return f"{labels}. Of {kinds}." if kinds else f"{labels}."
