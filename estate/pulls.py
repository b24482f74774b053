"""How the last pulls of many AWS accounts went, in as many queries as for one.

A source is expected where it serves the AWS account and is switched on. What it brought is as old as its last complete
pull; a pull that failed after that leaves it not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AwsAccount
from findings.looked import MAIN
from resources.reading import remember_readings
from resources.sources import ResourceSource
from sync.mirror import sources
from sync.mirror.base import Source, source_of_files
from sync.models import Run, SourceState
from sync.schedule import regions_of, remember_enabled_regions
from sync.selectors import source_title

YOUNG = timedelta(hours=24)
_UNSUPPORTED = "UnsupportedError"  # there is no such thing there
_DENIED = "AccessDeniedError"
Place = tuple[int, str, str]  # the AWS account's primary key, the source, and a Region or ""


@dataclass(frozen=True)
class PullStanding:
    """Of one AWS account. The lists have the titles of sources, each once. Of one that rests no pull is to be made, so
    that none has failed."""

    at: datetime | None = None  # when its users, roles and policies were last read as a whole
    failed: Sequence[str] = ()
    denied: Sequence[str] = ()
    never: Sequence[str] = ()
    late: Sequence[str] = ()  # complete once, and longer ago than they should be
    why: str = ""  # the sentence of the first that failed

    @property
    def is_young(self) -> bool:
        return self.at is not None and timezone.now() - self.at < YOUNG

    @property
    def missing(self) -> Sequence[str]:
        return (*self.failed, *self.denied, *self.never, *self.late)


@dataclass
class _Ended:
    """The newest complete pull of a place and the newest that failed, by their numbers; `at` of the complete one."""

    done: int = 0
    at: datetime | None = None
    failed: int = 0


@dataclass
class _Told:
    """What is said of an AWS account so far."""

    at: datetime | None = None
    why: str = ""
    titles: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, source: str) -> None:
        known = self.titles.setdefault(kind, [])
        if source_title(source) not in known:
            known.append(source_title(source))

    def standing(self) -> PullStanding:
        return PullStanding(self.at, why=self.why, **{kind: tuple(titles) for kind, titles in self.titles.items()})


def pull_standings(aws_accounts: Sequence[AwsAccount]) -> dict[int, PullStanding]:
    """By primary key."""
    remember_enabled_regions(aws_accounts)
    remember_readings(aws_accounts)
    ended = _ended(aws_accounts)
    errors = _errors(ended.values())
    known: dict[int, dict[tuple[str, str], _Ended]] = {each.pk: {} for each in aws_accounts}
    for (pk, source, region), found in ended.items():
        known[pk][source, region] = found
    return {each.pk: _standing(each, known[each.pk], errors) for each in aws_accounts}


def _standing(
    aws_account: AwsAccount, known: Mapping[tuple[str, str], _Ended], errors: Mapping[int, Any]
) -> PullStanding:
    """`known`: how its pulls ended, by source and Region."""
    told = _Told()
    for source, region in _expected(aws_account, known):
        found = known.get((source.name, region), _Ended())
        if source.name == MAIN or not aws_account.is_connected:
            told.at = found.at
        _tell(told, source, found, errors.get(found.failed, {}) if found.failed > found.done else None)
    standing = told.standing()
    return replace(standing, failed=(), why="") if aws_account.resting else standing


def _expected(aws_account: AwsAccount, known: Iterable[tuple[str, str]]) -> Iterator[tuple[Source, str]]:
    """Each source that serves the AWS account, where it is switched on; of an imported file, what reads files.

    Of sources that would ask the mirror of each AWS account where they are switched on: where they were tried.
    """
    if not aws_account.is_connected:
        yield source_of_files(), ""
        return
    tried: dict[str, list[str]] = {}
    for name, region in known:
        tried.setdefault(name, []).append(region)
    for source in sources.values():
        if not _asks_the_mirror(source):
            yield from ((source, region) for region in regions_of(aws_account, source) if source.serves(aws_account))
        else:
            yield from ((source, region) for region in tried.get(source.name, ()))


def _asks_the_mirror(source: Source) -> bool:
    kind = type(source)
    return kind.serves is not Source.serves or kind.places not in (Source.places, ResourceSource.places)


def _tell(told: _Told, source: Source, found: _Ended, error: Mapping[str, Any] | None) -> None:
    """`error`: of the pull that failed after the last complete one.

    What is old of a source that the mirror switches on may be of one that was switched off: its age says nothing.
    """
    if error is not None:
        kind = error.get("class", "")
        if kind == _DENIED:
            told.add("denied", source.name)
        elif kind != _UNSUPPORTED:
            told.add("failed", source.name)
            told.why = told.why or str(error.get("sentence", ""))
    elif found.at is None:
        told.add("never", source.name)
    elif not _asks_the_mirror(source) and timezone.now() - found.at > _longest(source):
        told.add("late", source.name)


def _longest(source: Source) -> timedelta:
    """Some sources are asked once a day: a pull that takes its turn a little later isn't missing."""
    return max(YOUNG, 2 * source.every) if source.every else YOUNG


# ---- The newest pulls ----------------------------------------------------------------------------------------------
def _ended(aws_accounts: Sequence[AwsAccount]) -> dict[Place, _Ended]:
    at = Coalesce("done__taken_at", "done__finished_at")
    states = SourceState.objects.filter(aws_account__in=aws_accounts).annotate(at=at)
    return {
        (row.aws_account_id, row.source, row.region): _Ended(row.done_id or 0, row.at, row.failed_id or 0)
        for row in states
    }


def _errors(ended: Iterable[_Ended]) -> dict[int, Any]:
    """Of the pulls that failed after the last complete one, by their numbers."""
    wanted = [each.failed for each in ended if each.failed > each.done]
    return dict(Run.objects.filter(pk__in=wanted).values_list("pk", "error")) if wanted else {}
