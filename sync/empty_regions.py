"""Regions in which an AWS account has nothing: asked more rarely, and AWS isn't asked about what can't be there.

A source whose pulls of a Region show nothing again and again is due there later each time. What builds on it there has
nothing to ask AWS: its pulls are complete as soon as they are due, without a worker. As soon as the Region shows
something, or a change makes something there, all of it is due at once. What an operator asks for is never put off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from accounts.models import AwsAccount, Operator
from sync import clock
from sync.mirror import Source, mirror_about, sources
from sync.models import Run, Schedule, SourceState
from sync.runs import line

SOON = 3  # so many pulls in a row that show nothing are as far apart as any others
LONGEST = timedelta(hours=6)  # between two pulls, unless those of the AWS account are farther apart anyway
_MOST_COUNTED = 1_000
_NOTHING = "AWS wasn’t asked: in this Region the mirror has nothing that this is about."
_NO_SUCH_THING = "UnsupportedError"

EmptyPulls = Mapping[tuple[str, str], int]  # pulls in a row that showed nothing, by source and Region


def usual_or_later(usual: timedelta, empty_pulls: int) -> timedelta:
    """The time until the next pull: twice as long with each that shows nothing, up to LONGEST."""
    doubled = 1 << min(max(0, empty_pulls - SOON + 1), 10)
    return max(usual, min(usual * doubled, LONGEST))


def empty_pulls_of(source: Source, region: str, known: EmptyPulls) -> int:
    """As many as all have that it builds on there, too: else there may be something any time."""
    if not region:
        return 0
    chain = (source, *built_on_there(source))
    return min(known.get((each.name, region), 0) for each in chain)


def built_on_there(source: Source) -> Iterator[Source]:
    """The regional sources that it builds on, and those that these do."""
    for name in source.after:
        if sources[name].regional:
            yield sources[name]
            yield from built_on_there(sources[name])


def note_end(run: Run) -> None:
    """A pull has ended: counts it where it showed nothing; else the rest of the Region is due."""
    if not run.region or run.object_id:
        return
    rows = Schedule.objects.filter(aws_account=run.aws_account, source=run.source, region=run.region)
    is_complete = run.state == Run.State.DONE and not run.error
    is_unsupported = run.state == Run.State.FAILED and run.error.get("class") == _NO_SUCH_THING
    if is_unsupported or (is_complete and not run.seen):
        rows.filter(empty_pulls__lt=_MOST_COUNTED).update(empty_pulls=F("empty_pulls") + 1)
    elif run.seen and rows.filter(empty_pulls__gt=0).update(empty_pulls=0):
        ask_again(run.aws_account, [run.region])


def ask_again(aws_account: AwsAccount, regions: Collection[str]) -> None:
    """There is something now: what showed nothing there is due."""
    there = [region for region in regions if region]
    if there:
        waiting = Schedule.objects.filter(aws_account=aws_account, region__in=there, empty_pulls__gt=0)
        waiting.update(empty_pulls=0, next_at=clock.now())


@dataclass
class MirrorRegions:
    """Where in an AWS account the mirror has something, by kind. For one look: what was found is remembered."""

    aws_account: AwsAccount
    _by_kind: dict[str, frozenset[str]] = field(default_factory=dict)

    def has_nothing_for(self, source: Source, region: str) -> bool:
        """Whether a pull there would ask AWS about nothing: all that it builds on was read, and there is none."""
        before = list(built_on_there(source))
        if not region or not before:
            return False
        return not any(region in self._regions(kind) for each in (source, *before) for kind in each.kinds)

    def _regions(self, kind: str) -> frozenset[str]:
        if kind not in self._by_kind:
            about = mirror_about(kind)
            live = about.model.objects.live().filter(aws_account=self.aws_account) if about else None
            names = live.order_by().values_list("region", flat=True).distinct() if live is not None else ()
            self._by_kind[kind] = frozenset(names)
        return self._by_kind[kind]


def complete_at_once(
    aws_account: AwsAccount, places: Iterable[tuple[Source, str]], *, trigger: str, actor: Operator | None = None
) -> list[Run]:
    """Pulls of these sources and Regions that ask AWS about nothing: as old as the answers that showed nothing.

    Where one is active, it stays.
    """
    places = list(places)
    ages = _ages(aws_account, places)
    active = Run.objects.filter(aws_account=aws_account, object_id="", state__in=Run.ACTIVE)
    busy = set(active.values_list("source", "region")) if places else set()
    about: dict[str, Any] = {"aws_account": aws_account, "trigger": trigger, "started_by": actor}
    about["state"] = Run.State.DONE
    made = []
    for source, region in places:
        if (source.name, region) not in busy:
            at = min(ages[before.name, region] for before in built_on_there(source))
            times = {"started_at": at, "finished_at": at, "heartbeat_at": at}
            made.append(Run(source=source.name, region=region, log=[line(_NOTHING)], **about, **times))
    for name in {run.source for run in made}:
        regions = [run.region for run in made if run.source == name]
        rows = Schedule.objects.filter(aws_account=aws_account, source=name, region__in=regions)
        rows.filter(empty_pulls__lt=_MOST_COUNTED).update(empty_pulls=F("empty_pulls") + 1)
    return Run.objects.bulk_create(made)


def _ages(aws_account: AwsAccount, places: Iterable[tuple[Source, str]]) -> Mapping[tuple[str, str], datetime]:
    """When the last complete pulls ended of what they build on, by source and Region."""
    before = {each.name for source, _ in places for each in built_on_there(source)}
    if not before:
        return {}
    complete = SourceState.objects.filter(aws_account=aws_account, source__in=before)
    ended = complete.values_list("source", "region", "done__finished_at")
    return {(source, region): at for source, region, at in ended if at is not None}
