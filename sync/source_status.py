"""The status of each source of an AWS account: what was read, how old that is, what comes next, how it went lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import AwsAccount
from sync.mirror import Source, sources
from sync.models import Run, Schedule
from sync.schedule import built_on, in_order, regions_of
from sync.selectors import NEVER_PULLED, SourceCoverage, coverages_by_place

# The newest runs that are looked at, of all sources together: where there are more, this bounds the query.
_RUNS_LOOKED_AT = 1000
CHARTED = 24

Place = tuple[str, str]  # a source's name and a Region, "" for what is global


@dataclass(frozen=True)
class PastRun:
    """A run that has ended."""

    pk: int
    state: str
    took: timedelta
    seen: int


@dataclass(frozen=True)
class SourceStatus:
    source: str
    title: str
    region: str
    coverage: SourceCoverage
    active: Run | None
    next_at: datetime | None  # None: when somebody asks, or when what it waits for is there
    waits_for: Sequence[str]  # titles of sources that must be complete first
    past: Sequence[PastRun]  # the oldest first

    @property
    def is_well(self) -> bool:
        return self.coverage.is_read


def source_statuses(aws_account: AwsAccount, *, only: str = "") -> list[SourceStatus]:
    """Of every source that serves the AWS account, what others build on first; `only`: of the one of that name."""
    coverages = coverages_by_place(aws_account)
    active, past = _runs(aws_account)
    due = {(row.source, row.region): row.next_at for row in Schedule.objects.filter(aws_account=aws_account)}
    read_once = {place for place, coverage in coverages.items() if coverage.at is not None}

    def status(source: Source, region: str) -> SourceStatus:
        place = (source.name, region)
        return SourceStatus(
            source=source.name,
            title=source.title,
            region=region,
            coverage=coverages.get(place) or NEVER_PULLED,
            active=active.get(place),
            next_at=due.get(place) if aws_account.pull_every_minutes else None,
            waits_for=[sources[each[0]].title for each in built_on(source, region) if each not in read_once],
            past=past[place],
        )

    wanted = [source for source in in_order() if only in ("", source.name)]
    serving = [source for source in wanted if source.serves(aws_account)]
    return [status(source, region) for source in serving for region in regions_of(aws_account, source)]


def _runs(aws_account: AwsAccount) -> tuple[dict[Place, Run], dict[Place, list[PastRun]]]:
    """The active run of each source, and its last ones."""
    newest = Run.objects.filter(aws_account=aws_account, object_id="").defer("log", "cursor", "error").order_by("-id")
    active: dict[Place, Run] = {}
    past: defaultdict[Place, list[PastRun]] = defaultdict(list)
    for run in newest[:_RUNS_LOOKED_AT]:
        place = (run.source, run.region)
        if run.is_active:
            active[place] = run
        elif run.started_at and run.finished_at and len(past[place]) < CHARTED:
            took = max(run.finished_at - run.started_at, timedelta())  # a clock may be set back meanwhile
            past[place].insert(0, PastRun(run.pk, run.state, took, run.seen))
    return active, past
