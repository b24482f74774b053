"""The history of a mirrored object in words: each revision, where it came from, and what it changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from iamconsole.web.diff import DiffLine, text_diff
from policies.selectors import with_documents
from sync.models import Facet, MirroredRow, Revision

SHOWN = 25


@dataclass(frozen=True)
class Entry:
    number: int
    seen_at: datetime
    origin: str
    origin_words: str
    change_id: int | None  # with origin `change`
    run_id: int | None
    gone: bool
    lines: Sequence[DiffLine]  # against the revision before; none for the first one


@dataclass(frozen=True)
class History:
    entries: Sequence[Entry]
    total: int
    older_than: int | None  # there are more: those before this number


def revisions_of(row: MirroredRow) -> QuerySet[Revision]:
    """Of all facets of an object; each facet counts its own."""
    return Revision.objects.filter(
        facet__aws_account=row.aws_account_id,
        facet__region=row.region,
        facet__kind=row.kind,
        facet__object_id=row.aws_id,
    )


def history_of(row: MirroredRow, before: int | None = None) -> History:
    """The newest entries, or those before the revision with the number `before`."""
    revisions = revisions_of(row).select_related("step").order_by("-number", "-pk")
    total = revisions.count()
    if before is not None:
        revisions = revisions.filter(number__lt=before)
    found = list(revisions[: SHOWN + 1])  # one more: what the last one shown is compared with
    shown = found[:SHOWN]
    texts = [_text(content) for content in with_documents(revision.content for revision in found)]
    entries = [
        _entry(revision, texts[place], texts[place + 1] if place + 1 < len(texts) else None)
        for place, revision in enumerate(shown)
    ]
    return History(entries, total, shown[-1].number if len(found) > SHOWN else None)


def newest_content(row: MirroredRow) -> tuple[Facet | None, str]:
    """What was last read of an object, as JSON, and the facet that says when."""
    revision = revisions_of(row).select_related("facet").order_by("-seen_at", "-number").first()
    if revision is None:
        return None, ""
    [content] = with_documents([revision.content])
    return revision.facet, _text(content)


def _entry(revision: Revision, text: str, earlier: str | None) -> Entry:
    return Entry(
        number=revision.number,
        seen_at=revision.seen_at,
        origin=revision.origin,
        origin_words=revision.get_origin_display(),
        change_id=revision.step.change_id if revision.step else None,
        run_id=revision.run_id,
        gone=revision.gone,
        lines=[] if earlier is None or revision.gone else text_diff(earlier, text),
    )


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
