"""What isn't known of the policies of resources, in sentences: how many, why, and when they are read next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from accounts.models import AwsAccount
from iamconsole.web.words import ago, counted
from resources.reading import is_on
from resources.selectors import ReadingGap
from resources.table.entry import ResourceKind


def next_words(at: datetime | None) -> str:
    """ "It is read next in 2 h."; "" where nobody knows."""
    return f"It is read next {ago(at)}." if at else ""


def gap_sentences(aws_account: AwsAccount, gaps: Iterable[ReadingGap]) -> list[str]:
    """One for each kind and reason: what is off, what was never read or failed, what is denied of single ones."""
    by_kind: defaultdict[str, list[ReadingGap]] = defaultdict(list)
    for gap in gaps:
        by_kind[gap.kind.kind].append(gap)
    return [sentence for found in by_kind.values() for sentence in _of_kind(aws_account, found[0].kind, found)]


def _of_kind(aws_account: AwsAccount, kind: ResourceKind, gaps: Sequence[ReadingGap]) -> Iterator[str]:
    off = [gap for gap in gaps if gap.why and not is_on(aws_account, kind.service, gap.region)]
    failed = [gap for gap in gaps if gap.why and gap not in off]
    single = [gap for gap in gaps if not gap.why]
    if off:
        yield f"{kind.title} of {aws_account.name} aren’t read{_where(off)}, until an owner switches that on."
    if failed:
        yield f"{failed[0].why if len(failed) == 1 else _several(aws_account, kind, failed)}{_next(failed)}"
    if single:
        total = sum(gap.count for gap in single)
        isnt = "isn’t" if total == 1 else "aren’t"
        yield f"{counted(total, kind.word, kind.several)} of {aws_account.name} {isnt} read.{_next(single)}"


def _several(aws_account: AwsAccount, kind: ResourceKind, gaps: Sequence[ReadingGap]) -> str:
    return f"{kind.title} of {aws_account.name} weren’t read{_where(gaps)}."


def _where(gaps: Sequence[ReadingGap]) -> str:
    regions = [gap.region for gap in gaps if gap.region]
    if not regions:
        return ""
    return f" in {regions[0]}" if len(regions) == 1 else f" in {len(regions)} Regions"


def _next(gaps: Sequence[ReadingGap]) -> str:
    soonest = min((gap.next_at for gap in gaps if gap.next_at), default=None)
    return f" They are read next {ago(soonest)}." if soonest else ""
