"""What is found for what was typed: the best hits of every kind, or one kind page by page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.signing import BadSignature, Signer

from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.candidates import candidates, rows_at
from iamconsole.web.search.kinds import (
    FoundKind,
    FoundRow,
    KindMatches,
    MirroredKind,
    Searcher,
    SearchHit,
    SearchKind,
    kind_named,
    kinds,
)

HITS = 8  # shown of each kind
MOST = 100  # looked at of each kind, of what fits equally well: that there are more is enough to know
MOST_OF_ONE = 1_000  # … where one kind is asked for
PAGE = 50


@dataclass(frozen=True)
class _Ranked:
    """A hit, or the row that one is made of when it is shown."""

    order: tuple[Any, ...]
    rank: Rank
    elsewhere: bool
    hit: SearchHit | None = None
    row: FoundRow | None = None


def search(searcher: Searcher, asked: SearchQuery, *, hits: int = HITS, most: int = MOST) -> list[KindMatches]:
    """Of each kind the best hits; the kind first of which something fits best. Notes which people are shown."""
    if not asked.text:
        return []
    wanted = [kind for kind in kinds() if kind.name in asked.kinds or (not asked.kinds and kind.asked_for(asked))]
    found = {kind.name: ranked for kind, ranked in _ranked(wanted, searcher, asked, most) if ranked}
    chosen = sorted(
        (kind for kind in wanted if kind.name in found),
        key=lambda kind: (*found[kind.name][0].order[:2], kind.position),
    )
    return [_matches(kind, searcher, found[kind.name], found[kind.name][:hits], most) for kind in chosen]


def search_one(searcher: Searcher, asked: SearchQuery, kind: SearchKind, after: str = "") -> KindMatches:
    """A page of one kind. `after`: the cursor of the page before; one that isn't ours is the first page's."""
    if not asked.text:
        return KindMatches(kind)
    [(_, ranked)] = _ranked([kind], searcher, asked, MOST_OF_ONE)
    signer = Signer(salt=f"search:{kind.name}")  # the order of another kind can't be compared
    position = _position(signer, after)
    start = bisect_right([each.order for each in ranked], position) if position else 0
    page = ranked[start : start + PAGE]
    matches = _matches(kind, searcher, ranked, page, MOST_OF_ONE)
    more = start + PAGE < len(ranked)
    return replace(matches, next=signer.sign_object(page[-1].order) if more else "")


def opened(searcher: Searcher, refs: Sequence[str]) -> list[tuple[SearchKind, SearchHit]]:
    """What was opened lately, by "users:12": in that order, without what the operator may no longer see."""
    found: dict[str, tuple[SearchKind, SearchHit]] = {}
    by_kind: dict[str, list[str]] = {}
    for ref in refs:
        name, _, own = ref.partition(":")
        by_kind.setdefault(name, []).append(own)
    for name, owns in by_kind.items():
        kind = kind_named(name)
        for hit in _at(kind, searcher, owns) if kind else ():
            if kind and hit.ref:
                found[hit.ref] = (kind, hit)
    return [found[ref] for ref in dict.fromkeys(refs) if ref in found]


def _at(kind: SearchKind, searcher: Searcher, owns: Sequence[str]) -> Sequence[SearchHit]:
    if isinstance(kind, MirroredKind):
        rows = rows_at(
            kind, searcher, [int(own) for own in owns if own.isascii() and own.isdecimal() and len(own) < 19]
        )
        return [hit for _, hit in _made(kind, searcher, [(row, Rank.EXACT) for row in rows])]
    hits = kind.at(searcher, owns) if isinstance(kind, FoundKind) and kind.at else ()
    return [replace(hit, ref=_ref(kind, hit.ref)) for hit in hits]


# ---- Finding, and putting into order -------------------------------------------------------------------------------
def _ranked(
    wanted: Sequence[SearchKind], searcher: Searcher, asked: SearchQuery, most: int
) -> Iterator[tuple[SearchKind, list[_Ranked]]]:
    mirrored = [kind for kind in wanted if isinstance(kind, MirroredKind)]
    rows = candidates(mirrored, searcher, asked, most)
    for kind in wanted:
        if isinstance(kind, MirroredKind):
            ranked = [_of_row(searcher, asked, row) for row in rows[kind.name]]
        elif isinstance(kind, FoundKind) and len(asked.text) >= kind.least:
            ranked = [_Ranked(hit.order, hit.rank, hit.elsewhere, hit) for hit in kind.find(searcher, asked, most + 1)]
        else:
            ranked = []
        yield kind, sorted(ranked, key=lambda each: each.order)


def _of_row(searcher: Searcher, asked: SearchQuery, row: FoundRow) -> _Ranked:
    rank = asked.rank(row.name, row.aws_id, row.arn)
    elsewhere = searcher.is_elsewhere(row.aws_account_id)
    order = (row.gone_at is not None, int(rank), elsewhere, row.name_key, row.pk)
    return _Ranked(order, rank, elsewhere, row=row)


def _matches(
    kind: SearchKind, searcher: Searcher, ranked: Sequence[_Ranked], page: Sequence[_Ranked], most: int
) -> KindMatches:
    if isinstance(kind, MirroredKind):
        hits = [hit for _, hit in _made(kind, searcher, [(each.row, each.rank) for each in page if each.row])]
    else:
        hits = [replace(each.hit, ref=_ref(kind, each.hit.ref)) for each in page if each.hit]
    if kind.shown is not None and hits:
        kind.shown(searcher.request, hits)
    return KindMatches(kind, hits, min(len(ranked), most), len(ranked) <= most)


def _made(
    kind: MirroredKind, searcher: Searcher, rows: Sequence[tuple[FoundRow, Rank]]
) -> Iterator[tuple[FoundRow, SearchHit]]:
    made: Mapping[int, SearchHit] = kind.hits(searcher, [row for row, _ in rows]) if rows else {}
    for row, rank in rows:
        if hit := made.get(row.pk):
            aws_account = searcher.by_pk[row.aws_account_id]
            place = f"{aws_account.name} ({aws_account.account_id})"
            yield (
                row,
                replace(
                    hit,
                    rank=rank,
                    where=place,
                    elsewhere=searcher.is_elsewhere(row.aws_account_id),
                    ref=_ref(kind, str(row.pk)),
                ),
            )


def _ref(kind: SearchKind, own: str) -> str:
    return f"{kind.name}:{own}" if own else ""


def _position(signer: Signer, cursor: str) -> tuple[Any, ...] | None:
    if not cursor:
        return None
    try:
        return tuple(signer.unsign_object(cursor))
    except (BadSignature, ValueError, TypeError):
        return None
