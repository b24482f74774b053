"""What may be searched: each kind with who sees which of it, how it is found, and how a hit is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Model
from django.urls import reverse

from iamconsole.web.search.asked import Rank, SearchQuery


@dataclass(frozen=True)
class Searcher:
    """Who searches, and from where. `request` is for what has to be noted of a look, and for nothing else.

    `aws_accounts`: those of which the operator may see something, the current one first.
    """

    operator: Any
    aws_accounts: Sequence[Any]
    current: Any = None
    request: Any = None

    @cached_property
    def by_pk(self) -> Mapping[int, Any]:
        return {each.pk: each for each in self.aws_accounts}

    @cached_property
    def by_number(self) -> Mapping[str, Any]:
        """By their 12 digits."""
        return {each.account_id: each for each in self.aws_accounts}

    def holding(self, *permissions: str) -> list[Any]:
        """The AWS accounts on which the operator holds one of the permissions, the current one first."""
        operator = self.operator
        return [each for each in self.aws_accounts if any(operator.has_perm(perm, each) for perm in permissions)]

    def is_elsewhere(self, aws_account_pk: int | None) -> bool:
        return self.current is not None and aws_account_pk != self.current.pk


@dataclass(frozen=True)
class SearchHit:
    """`ref` names it among the hits of its kind, for what was opened lately; "": it isn't kept, as people aren't."""

    name: str
    url: str
    detail: str = ""  # such as its ARN
    where: str = ""  # the AWS account, named
    gone_at: datetime | None = None
    rank: Rank = Rank.EXACT
    elsewhere: bool = False  # in another AWS account than the current one
    weight: int = 0  # among what fits equally well the greatest comes first, whatever its name: such as the newest
    ref: str = ""
    icon: str = ""  # another one than its kind's
    about: Any = None  # what `SearchKind.shown` has to know of it

    @property
    def order(self) -> tuple[bool, int, bool, int, str, str]:
        """What AWS still has comes first, then what fits better, then what is in the current AWS account."""
        return (
            self.gone_at is not None,
            int(self.rank),
            self.elsewhere,
            -self.weight,
            self.name.casefold(),
            self.url,
        )


class SearchScope(NamedTuple):
    """Which rows an operator may see: of these AWS accounts (primary keys; None among them: of all), and `also`."""

    aws_accounts: Collection[int | None]
    also: Any = None  # a QuerySet of few rows that are seen besides


class FoundRow(NamedTuple):
    """A mirrored row, as far as a hit needs it."""

    pk: int
    name: str
    name_key: str
    aws_id: str
    arn: str
    gone_at: datetime | None
    aws_account_id: int


def best(hits: Iterable[SearchHit], most: int) -> list[SearchHit]:
    """What comes first of all of them, before any are left out."""
    return sorted(hits, key=lambda hit: hit.order)[:most]


@dataclass(frozen=True, kw_only=True)
class SearchKind:
    """`words`: what people call such things, beside the label: they may stand in front of what is typed.

    `asked_for`: whether this is looked for without such a word.
    """

    name: str
    label: str
    icon: str
    position: int = 50
    words: tuple[str, ...] = ()
    asked_for: Callable[[SearchQuery], bool] = lambda asked: True
    # Called with the request and the hits that a page shows: reading people is noted.
    shown: Callable[[Any, Sequence[SearchHit]], None] | None = None

    @property
    def called(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.casefold() for word in (self.label, *self.words)))


@dataclass(frozen=True, kw_only=True)
class MirroredKind(SearchKind):
    """Rows of a mirror: found by their names, and by the columns that the model names as `searched`, if it does.

    All such kinds are asked in one query (iamconsole/web/search/candidates.py).
    """

    model: type[Model]
    sees: Callable[[Any], SearchScope]  # gets the operator
    url_name: str = ""  # of the page of a row, which takes `account_id` and `aws_id`
    # Hits of rows, where they need more than the row itself; those that it leaves out aren't shown.
    show: Callable[[Searcher, Sequence[FoundRow]], Mapping[int, SearchHit]] | None = None

    def hits(self, searcher: Searcher, rows: Sequence[FoundRow]) -> Mapping[int, SearchHit]:
        """By primary key. Their rank and place are set by who asks."""
        if self.show is not None:
            return self.show(searcher, rows)
        return {row.pk: self._hit(searcher, row) for row in rows}

    def _hit(self, searcher: Searcher, row: FoundRow) -> SearchHit:
        aws_account = searcher.by_pk[row.aws_account_id]
        url = reverse(self.url_name, kwargs={"account_id": aws_account.account_id, "aws_id": row.aws_id})
        return SearchHit(row.name, url, row.arn, gone_at=row.gone_at)


@dataclass(frozen=True, kw_only=True)
class FoundKind(SearchKind):
    """What is found in another way. `find` gets how many are wanted at most, and gives them in any order.

    `least`: characters, below which nobody is asked. `at`: the hits of these refs that the operator may still see.
    """

    find: Callable[[Searcher, SearchQuery, int], Sequence[SearchHit]]
    least: int = 1
    at: Callable[[Searcher, Sequence[str]], Sequence[SearchHit]] | None = None


_kinds: dict[str, SearchKind] = {}


def register(*several: SearchKind) -> None:
    """Raises ValueError where a kind of that name is registered already."""
    for kind in several:
        if kind.name in _kinds:
            raise ValueError(f"The kind {kind.name} is searched already.")
        _kinds[kind.name] = kind


def kinds() -> list[SearchKind]:
    """In the order in which they are shown, where nothing fits better."""
    return sorted(_kinds.values(), key=lambda kind: kind.position)


def kind_named(name: str) -> SearchKind | None:
    return _kinds.get(name)


def kinds_by_word() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for kind in _kinds.values():
        for word in kind.called:
            found[word] = found.get(word, frozenset()) | {kind.name}
    return found


@dataclass(frozen=True)
class KindMatches:
    """What one kind has, the best first. `is_counted`: these are all."""

    kind: SearchKind
    hits: Sequence[SearchHit] = field(default_factory=tuple)
    total: int = 0
    is_counted: bool = True
    next: str = ""  # the cursor of the next page; "": there is none

    @property
    def left_out(self) -> int:
        return self.total - len(self.hits)
