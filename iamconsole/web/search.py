"""Search over everything that is mirrored: each app registers what it can be asked for in `AppConfig.ready()`.

    search.register(SearchKind("users", "Users", "user", rows=IamUser.objects.visible_to, url_name="user"))
    search.register(SearchKind("changes", "Changes", "key", find=find_changes, least=1))

A kind's `rows` gets the operator and gives the mirrored rows that the operator may see; all such kinds are asked in
one query. `find` is for what isn't a mirrored row; it gets the operator, the words and a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.urls import reverse

from iamconsole.web.trigrams import LEAST, containing

HITS = 8  # shown of each kind
MOST = 100  # counted of each kind: that there are more is enough to know

_LAST = "\U0010ffff"
_COLUMNS = ("pk", "name", "name_key", "aws_id", "arn", "gone_at", "aws_account__account_id", "aws_account__name")


@dataclass(frozen=True)
class SearchHit:
    name: str
    url: str
    detail: str  # such as its ARN
    where: str = ""  # the AWS account, named
    gone_at: datetime | None = None


@dataclass(frozen=True)
class KindMatches:
    """What one kind has for the words: its best hits and how many there are in all, as far as they were counted."""

    total: int
    hits: Sequence[SearchHit]


@dataclass(frozen=True)
class SearchKind:
    name: str
    label: str
    icon: str
    find: Callable[[Any, str, int], KindMatches] | None = None
    position: int = 50
    rows: Callable[[Any], QuerySet[Any]] | None = None
    url_name: str = ""  # of the page of a row, which takes `account_id` and `aws_id`
    least: int = LEAST  # characters; fewer only where an index or few rows answer them


@dataclass(frozen=True)
class SearchGroup:
    kind: SearchKind
    found: KindMatches

    @property
    def left_out(self) -> int:
        return self.found.total - len(self.found.hits)

    @property
    def is_counted(self) -> bool:
        return self.found.total < MOST


_kinds: dict[str, SearchKind] = {}


def register(kind: SearchKind) -> None:
    """Raises ValueError for a kind of rows that would be asked with too few characters for their index."""
    if kind.rows and kind.least < LEAST:
        raise ValueError(f"{kind.name}: rows are found by {LEAST} characters or more.")
    _kinds[kind.name] = kind


def kinds() -> list[SearchKind]:
    """In the order in which they are shown."""
    return sorted(_kinds.values(), key=lambda kind: kind.position)


def search(operator: Any, words: str) -> list[SearchGroup]:
    """What matches the words, by kind; a kind has nothing for fewer than its `least` characters."""
    words = words.strip()
    asked = [kind for kind in kinds() if len(words) >= max(kind.least, 1)]
    found = _mirrored([kind for kind in asked if kind.rows], operator, words)
    found |= {kind.name: kind.find(operator, words, HITS) for kind in asked if kind.find}
    return [SearchGroup(kind, found[kind.name]) for kind in asked if found[kind.name].total]


def beginning(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """The mirrored rows whose name begins with `words`, in either case: a range of the index of names."""
    key = words.casefold()
    return rows.filter(name_key__gte=key, name_key__lt=key + _LAST)


def narrowed(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """The mirrored rows with `words` in them; below `LEAST` characters, those whose name begins so."""
    words = words.strip()
    return containing(rows, words) if len(words) >= LEAST else beginning(rows, words)


# ---- All kinds of mirrored rows at once ----------------------------------------------------------------------
def _mirrored(kinds: Sequence[SearchKind], operator: Any, words: str) -> dict[str, KindMatches]:
    if not kinds:
        return {}
    parts = [part for kind in kinds for part in _parts(kind, operator, words)]
    by_kind: dict[str, list[Any]] = {kind.name: [] for kind in kinds}
    for row in parts[0].union(*parts[1:]):
        by_kind[row["of"]].append(row)
    key = words.casefold()
    return {
        kind.name: KindMatches(len(rows), _hits(kind, rows, key)) for kind in kinds for rows in [by_kind[kind.name]]
    }


def _parts(kind: SearchKind, operator: Any, words: str) -> Iterable[QuerySet[Any]]:
    """The rows whose names begin with the words, and those with the words anywhere: an index finds each."""
    assert kind.rows is not None  # noqa: S101  only such kinds come here
    rows = kind.rows(operator)
    for found in (beginning(rows, words).order_by("name_key")[:HITS], containing(rows, words)[:MOST]):
        chosen = rows.model._default_manager.filter(pk__in=found.values("pk"))
        yield chosen.order_by().annotate(of=Value(kind.name, CharField())).values("of", *_COLUMNS)


def _hits(kind: SearchKind, rows: list[Any], key: str) -> list[SearchHit]:
    """The best first: what AWS still has, an exact name, names that begin so."""

    def rank(row: Any) -> tuple[bool, bool, bool, str, int]:
        name = row["name_key"]
        return row["gone_at"] is not None, name != key, not name.startswith(key), name, row["pk"]

    return [_hit(kind, row) for row in sorted(rows, key=rank)[:HITS]]


def _hit(kind: SearchKind, row: Any) -> SearchHit:
    account_id = row["aws_account__account_id"]
    url = reverse(kind.url_name, kwargs={"account_id": account_id, "aws_id": row["aws_id"]})
    return SearchHit(row["name"], url, row["arn"], f"{row['aws_account__name']} ({account_id})", row["gone_at"])
