"""The history of a mirrored object in words: each revision, where it came from, what it changed; any two side by side.

An object has several facets (its details, its keys …), and each counts its own revisions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from iamconsole.web.diff import DiffLine, document_diff, side_by_side
from sync import mirror
from sync.mirror import Mirror
from sync.models import Facet, MirroredRow, Revision

SHOWN = 25
DETAILS = "details"

# Puts what stands in contents by reference, such as a policy document by its hash, in the place of the reference.
ContentReader = Callable[[Sequence[Any]], Sequence[Any]]
_readers: list[ContentReader] = []


def register_reader(reader: ContentReader) -> None:
    _readers.append(reader)


@dataclass(frozen=True)
class HistoryEntry:
    pk: int
    number: int
    facet: str  # its title, "Access keys"
    seen_at: datetime
    origin: str
    origin_words: str
    change_id: int | None  # with origin `change`
    run_id: int | None
    gone: bool
    words: Sequence[str]  # against the revision before; none for the first one
    lines: Sequence[DiffLine]
    text: str  # what it says, as JSON for people; "" where it is gone
    revision: Revision

    @property
    def name(self) -> str:
        return f"Revision {self.number}"


@dataclass(frozen=True)
class FacetTab:
    name: str
    title: str
    count: int


@dataclass(frozen=True)
class History:
    entries: Sequence[HistoryEntry]
    facets: Sequence[FacetTab]
    facet: str  # the one whose revisions are shown; "" for all
    older_than: int | None  # there are more: those before this key

    @property
    def total(self) -> int:
        return sum(tab.count for tab in self.facets)

    @property
    def compares(self) -> bool:
        """Whether any two of them can be chosen."""
        return bool(self.facet) and len(self.entries) > 1


def revisions_of(row: MirroredRow) -> QuerySet[Revision]:
    """Of all facets of an object; each facet counts its own."""
    return Revision.objects.filter(
        facet__aws_account=row.aws_account_id,
        facet__region=row.region,
        facet__kind=row.kind,
        facet__object_id=row.aws_id,
    )


def moment_before_it_went(row: MirroredRow) -> datetime:
    """The last moment at which a gone object had all it had: a change that deletes one takes that off first."""
    newest = revisions_of(row).filter(facet__source=DETAILS, gone=True).select_related("step__change").first()
    change = newest.step.change if newest and newest.step else None
    went = change.started_at if change and change.started_at else row.gone_at
    assert went is not None  # noqa: S101  of objects that are gone
    return went - timedelta(seconds=1)


def history_of(row: MirroredRow, facet: str = "", before: int | None = None, most: int = SHOWN) -> History:
    """The newest entries, or those before the revision with the key `before`; of one facet, or of all."""
    facets = _facets(row)
    if facet not in {tab.name for tab in facets}:
        facet = facets[0].name if len(facets) == 1 else ""
    revisions = _with_before(revisions_of(row)).select_related("step", "facet").order_by("-pk")
    if facet:
        revisions = revisions.filter(facet__source=facet)
    if before is not None:
        revisions = revisions.filter(pk__lt=before)
    found = list(revisions[: most + 1])
    shown = found[:most]
    return History(_entries(shown), facets, facet, shown[-1].pk if len(found) > most else None)


def _facets(row: MirroredRow) -> list[FacetTab]:
    counted = revisions_of(row).order_by().values("facet__source").annotate(count=Count("pk"))
    counts = dict(counted.values_list("facet__source", "count"))
    names = sorted(counts, key=lambda name: (name != DETAILS, name))
    return [FacetTab(name, facet_title(row.kind, name), counts[name]) for name in names]


def facet_title(kind: str, name: str) -> str:
    """What pages call a facet; one that is no longer mirrored says its name."""
    its_mirror = mirror.registry.get((kind, name))
    return (its_mirror.title if its_mirror else "") or name.replace("_", " ").capitalize()


def _with_before(revisions: QuerySet[Revision]) -> QuerySet[Any]:
    """Each with what the one before it said: `before`, None for the first."""
    return revisions.annotate(before=Subquery(Revision.before_each().values("content")))


def _entries(revisions: Sequence[Any]) -> list[HistoryEntry]:
    texts = _texts([content for revision in revisions for content in (revision.before, revision.content)])
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return [_entry(revision, earlier, now) for revision, (earlier, now) in zip(revisions, pairs, strict=True)]


def _entry(revision: Any, earlier: str, now: str) -> HistoryEntry:
    its_mirror: Mirror | None = mirror.registry.get((revision.facet.kind, revision.facet.source))
    compared = revision.before is not None and not revision.gone
    described = its_mirror.differences(revision.before, revision.content) if its_mirror and compared else []
    return HistoryEntry(
        pk=revision.pk,
        number=revision.number,
        facet=facet_title(revision.facet.kind, revision.facet.source),
        seen_at=revision.seen_at,
        origin=revision.origin,
        origin_words=revision.get_origin_display(),
        change_id=revision.step.change_id if revision.step else None,
        run_id=revision.run_id,
        gone=revision.gone,
        words=[difference.words for difference in described],
        lines=document_diff(earlier, now) if compared else [],
        text=now,
        revision=revision,
    )


# ---- Any two, side by side -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class RevisionComparison:
    facet: str  # its title
    older: HistoryEntry
    newer: HistoryEntry
    words: Sequence[str]
    left: Sequence[DiffLine]
    right: Sequence[DiffLine]
    lines: Sequence[DiffLine]  # both in one, for narrow screens


def compared(row: MirroredRow, facet: str, first: int, second: int) -> RevisionComparison | None:
    """Two revisions of one facet, by their numbers; None when one of them isn't there."""
    numbers = sorted({first, second})
    revisions = _with_before(revisions_of(row)).filter(facet__source=facet, number__in=numbers)
    found = list(revisions.select_related("step", "facet").order_by("number"))
    if len(found) != 2:
        return None
    older, newer = _entries(found)
    texts = _texts([revision.content for revision in found])
    its_mirror = mirror.registry.get((row.kind, facet))
    described = its_mirror.differences(found[0].content, found[1].content) if its_mirror else []
    left, right = side_by_side(texts[0], texts[1])
    words = [difference.words for difference in described]
    return RevisionComparison(older.facet, older, newer, words, left, right, document_diff(texts[0], texts[1]))


# ---- What was last read --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FacetText:
    """What was last read of one facet: what the mirror understands, and what AWS said beyond that."""

    title: str
    facet: Facet
    content: str
    extra: str


def raw_of(row: MirroredRow) -> list[FacetText]:
    newest = Revision.objects.filter(facet=OuterRef("pk"), gone=False).order_by("-number")
    facets = list(
        Facet.objects.filter(
            aws_account=row.aws_account_id, region=row.region, kind=row.kind, object_id=row.aws_id
        ).annotate(content=Subquery(newest.values("content")[:1]))
    )
    facets.sort(key=lambda facet: (facet.source != DETAILS, facet.source))
    texts = _texts([facet.content for facet in facets])
    return [
        FacetText(facet_title(row.kind, facet.source), facet, text, _text(facet.extra) if facet.extra else "")
        for facet, text in zip(facets, texts, strict=True)
    ]


def _texts(contents: Sequence[Any]) -> list[str]:
    """Contents as JSON for people, with what they refer to; "" for none."""
    for reader in _readers:
        contents = reader(contents)
    return [_text(content) if content else "" for content in contents]


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
