"""Search over everything that is mirrored: each app registers what it can be asked for in `AppConfig.ready()`.

    search.register(SearchKind("users", "Users", "user", find_users))

A kind's `find` gets the operator, the words and a limit, and answers only with what the operator may see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

LEAST = 3  # characters: below that nearly everything matches, and an index of trigrams can't help
HITS = 8  # shown of each kind


@dataclass(frozen=True)
class Hit:
    name: str
    url: str
    detail: str  # such as its ARN
    where: str = ""  # the AWS account, named
    gone_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """What one kind has for the words: its best hits and how many there are in all."""

    total: int
    hits: Sequence[Hit]


@dataclass(frozen=True)
class SearchKind:
    name: str
    label: str
    icon: str
    find: Callable[[Any, str, int], Found]
    position: int = 50


@dataclass(frozen=True)
class Group:
    kind: SearchKind
    found: Found

    @property
    def left_out(self) -> int:
        return self.found.total - len(self.found.hits)


_kinds: dict[str, SearchKind] = {}


def register(kind: SearchKind) -> None:
    _kinds[kind.name] = kind


def search(operator: Any, words: str) -> list[Group]:
    """What matches the words, by kind; nothing for fewer than `LEAST` characters."""
    words = words.strip()
    if len(words) < LEAST:
        return []
    kinds = sorted(_kinds.values(), key=lambda kind: kind.position)
    groups = [Group(kind, kind.find(operator, words, HITS)) for kind in kinds]
    return [group for group in groups if group.found.total]


def narrowed(rows: QuerySet[Any], words: str, fields: Sequence[str]) -> QuerySet[Any]:
    """The mirrored rows with `words` in one of `fields`; below `LEAST` characters, those whose name begins so."""
    words = words.strip()
    if len(words) < LEAST:
        return rows.filter(name_key__startswith=words.casefold())
    matches = Q()
    for field in fields:
        matches |= Q(**{f"{field}__icontains": words})
    return rows.filter(matches)
