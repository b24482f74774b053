"""The filters of a list: each reads its own part of the address, says in words what it does, and narrows the rows.

A list has a handful of kinds of filter and needs words for each value, for the chip and for the sentence that an
unknown value gets; that is all there is here, and why this isn't django-filter.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from iamconsole.web.search import beginning
from iamconsole.web.trigrams import LEAST, containing
from iamconsole.web.words import day

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ANY = "any"  # in the address: this filter is off, although it has a default


@dataclass(frozen=True)
class Filter(ABC):
    name: str
    label: str
    _: KW_ONLY
    default: str = ""  # in force when the address doesn't say; its chip can be removed like any other
    control: ClassVar[str]  # what the menu shows: "select", "text" or "date"

    @abstractmethod
    def chip(self, scope: Any, value: str) -> str | None:
        """What the chip says of `value`; None: no such value here. `scope` is what the list is of (an AWS account)."""

    @abstractmethod
    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]: ...

    def narrow_near(self, rows: QuerySet[Any], value: str) -> QuerySet[Any] | None:
        """The same, by reading rows one after the other, where many are found; None where that isn't faster."""
        return None

    def off(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows when the filter isn't in force."""
        return rows

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        """Values and labels that the menu offers."""
        return ()

    @property
    def fixed_values(self) -> tuple[str, ...]:
        """All that it takes, whatever the list is of; () where that is any text, or depends on what there is."""
        return ()

    def unknown(self, value: str) -> str:
        """The sentence for a value that was dropped."""
        return f"The filter “{self.label}” has no value “{value[:60]}”, so it was left out."


@dataclass(frozen=True)
class FilterChoice:
    value: str
    label: str
    rows: Q | Callable[[QuerySet[Any]], QuerySet[Any]]
    chip: str = ""  # where the chip needs more words than the menu, in which the label of the filter stands above


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    choices: tuple[FilterChoice, ...] = ()
    unless: Q | None = None  # the rows when it is not in force, such as those that AWS still has

    control: ClassVar[str] = "select"

    def _choice(self, value: str) -> FilterChoice | None:
        return next((choice for choice in self.choices if choice.value == value), None)

    def chip(self, scope: Any, value: str) -> str | None:
        choice = self._choice(value)
        return (choice.chip or choice.label) if choice else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        choice = self._choice(value)
        if choice is None:
            return rows
        return rows.filter(choice.rows) if isinstance(choice.rows, Q) else choice.rows(rows)

    def off(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.unless is None else rows.filter(self.unless)

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        return [(choice.value, choice.label) for choice in self.choices]

    @property
    def fixed_values(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices)


@dataclass(frozen=True)
class TextFilter(Filter):
    """Any text; with `known`, the name of one of the rows that there are in the scope: the menu suggests them.

    A suggestion is asked for when somebody types: nobody reads a list of the names of 3,000 groups.
    """

    rows: Callable[[str], Q] = lambda value: Q()
    # Of `value`, words that all its rows have in the columns that are searched: their index finds few rows among many.
    written: Callable[[str], str] = lambda value: ""
    written_in: str = ""  # the column of them
    known: Callable[[Any], QuerySet[Any]] | None = None
    words: str = "{}"  # "In group {}": the chip

    control: ClassVar[str] = "text"
    SUGGESTED: ClassVar[int] = 20

    def chip(self, scope: Any, value: str) -> str | None:
        if self.known is not None and not _called(self.known(scope), value).exists():
            return None
        return self.words.format(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        words = self.written(value)
        if len(words) >= LEAST and self.written_in in getattr(rows.model, "searched", ()):
            rows = containing(rows, words)
        return rows.filter(self.rows(value))

    @property
    def suggests(self) -> bool:
        return self.known is not None

    def suggestions(self, scope: Any, typed: str) -> list[str]:
        """The first names that begin so."""
        if self.known is None:
            return []
        rows = self.known(scope)
        key = "name_key" if _is_mirrored(rows) else "name"
        found = beginning(rows, typed) if key == "name_key" else rows.filter(name__istartswith=typed)
        return list(dict.fromkeys(found.order_by(key).values_list("name", flat=True)[: self.SUGGESTED]))

    def unknown(self, value: str) -> str:
        return f"{self.label}: there is no “{value[:60]}” here, so this filter was left out."


def _is_mirrored(rows: QuerySet[Any]) -> bool:
    """Such rows have an index of their names without case."""
    return any(field.name == "name_key" for field in rows.model._meta.concrete_fields)


def _called(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    same = rows.filter(name=name)
    return same.filter(name_key=name.casefold()) if _is_mirrored(rows) else same


@dataclass(frozen=True)
class DateFilter(Filter):
    """A day as YYYY-MM-DD; `lookup` is compared with its first moment."""

    lookup: str = ""  # "created_at__lt"
    words: str = ""  # "Created before {}"
    rows_on: Callable[[QuerySet[Any], str, datetime], QuerySet[Any]] | None = None  # a way of their own to find them
    near_on: Callable[[QuerySet[Any], str, datetime], QuerySet[Any] | None] | None = None  # and to meet them

    control: ClassVar[str] = "date"

    def chip(self, scope: Any, value: str) -> str | None:
        moment = self._moment(value)
        return self.words.format(day(moment)) if moment else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        moment = self._moment(value)
        if moment is None:
            return rows
        return self.rows_on(rows, self.lookup, moment) if self.rows_on else rows.filter(**{self.lookup: moment})

    def narrow_near(self, rows: QuerySet[Any], value: str) -> QuerySet[Any] | None:
        moment = self._moment(value)
        return self.near_on(rows, self.lookup, moment) if self.near_on and moment else None

    @staticmethod
    def _moment(value: str) -> datetime | None:
        if not _DAY.fullmatch(value):
            return None
        try:
            return timezone.make_aware(datetime.combine(date.fromisoformat(value), time.min))
        except ValueError:
            return None
