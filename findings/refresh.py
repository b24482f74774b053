"""Brings the rows of findings in line with what the sources find: after a pull or a change, and once an hour.

Two refreshes of one AWS account at once do no harm: of each scope the one that began last decides.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import AwsAccount
from findings.models import AccountRefresh, Finding, ScopeLook, SourceLook
from findings.owners import follow_tags
from findings.scope_rows import write_scopes
from findings.sources import FindingSource, Found, all_sources
from findings.tallies import recount
from sync import clock, mirror, queue
from sync.mirror.paced_writes import paced_write
from sync.models import Change, Revision, Run
from sync.selectors import OFF, coverages_of, source_title

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)  # what hangs on the time, such as the age of a key, changes without a pull
_TASK = "findings.tasks.refresh"
_CLAIM = timedelta(seconds=150)  # no task runs longer (CELERY_TASK_TIME_LIMIT)
_AT_ONCE = 200  # scopes in a transaction
_FORGOTTEN_AT_ONCE = 500
_LONGEST = 400


# ---- When ----------------------------------------------------------------------------------------------------
def wake_due() -> int:
    """Once a minute: a worker looks at the AWS accounts where something may have changed. Returns how many."""
    new = AwsAccount.objects.filter(findings_refresh=None)
    AccountRefresh.objects.bulk_create([AccountRefresh(aws_account=each) for each in new], ignore_conflicts=True)
    due = list(_due(clock.now()).values_list("pk", flat=True))
    for pk in due:
        queue.wake(_TASK, pk)
    return len(due)


def _due(now: datetime) -> QuerySet[AwsAccount]:
    since = OuterRef("findings_refresh__looked_at")
    by_event = Run.objects.filter(aws_account=OuterRef("pk"), trigger=Run.Trigger.EVENT, finished_at__gt=since)
    ended = Run.objects.filter(aws_account=OuterRef("pk"), object_id="")
    runs, failed = ended.filter(state=Run.State.DONE), ended.filter(state=Run.State.FAILED)
    changes = Change.objects.filter(aws_account=OuterRef("pk"), finished_at__gt=since)
    accepted = Revision.objects.filter(drift_in=OuterRef("pk"), accepted_at__gt=since)
    never = Q(findings_refresh__looked_at=None) & Exists(runs)
    again = (
        Q(findings_refresh__looked_at__lt=now - EVERY)
        | Exists(runs.filter(finished_at__gt=since))
        | Exists(by_event.filter(Q(new__gt=0) | Q(changed__gt=0) | Q(gone__gt=0)))
        | Exists(failed.filter(finished_at__gt=since))
        | Exists(changes)
        | Exists(accepted)
    )
    return AwsAccount.objects.filter(never | (Q(findings_refresh__looked_at__isnull=False) & again))


def look_again(aws_accounts: QuerySet[AwsAccount]) -> None:
    """Within a minute or two: what sources find there hangs on something that has changed elsewhere."""
    long_ago = clock.now() - EVERY - _CLAIM
    looked = AccountRefresh.objects.filter(aws_account__in=aws_accounts, looked_at__isnull=False)
    looked.update(looked_at=long_ago)


def work(aws_account_id: int) -> bool:
    """Refreshes an AWS account unless a worker does so now. Returns whether there is nothing left to look at."""
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_until__gt=now + _CLAIM)
    mine = AccountRefresh.objects.filter(aws_account=aws_account_id)
    if not mine.filter(free).update(claimed_until=now + _CLAIM):
        return True
    is_done, before = False, mine.values_list("looked_at", flat=True).first()
    try:
        is_done = refresh(AwsAccount.objects.get(pk=aws_account_id), within_s=settings.WORKER_SLICE_S)
    finally:
        mine.update(claimed_until=None)
        if is_done:  # unless it is to be looked at again
            mine.filter(looked_at=before).update(looked_at=now)
    if not is_done:
        queue.wake(_TASK, aws_account_id)
    return is_done


# ---- What ----------------------------------------------------------------------------------------------------
def refresh(aws_account: AwsAccount, *, within_s: float = math.inf, sources: Sequence[FindingSource] = ()) -> bool:
    """By all sources, or by these. Returns whether it came to the end; a source that broke off isn’t waited for."""
    until = time.monotonic() + within_s
    looked = [_refreshed(aws_account, source, until) for source in sources or all_sources()]
    if not sources or any(each.has_written or each.error for each in looked):
        with paced_write():
            follow_tags(aws_account)
            recount(aws_account)
            mine = AccountRefresh.objects.filter(aws_account=aws_account)
            mine.update(unread=_unread(aws_account), broken=_broken(aws_account))
    return all(each.is_done or each.error for each in looked)


def _broken(aws_account: AwsAccount) -> list[dict[str, str]]:
    rows = SourceLook.objects.filter(aws_account=aws_account).exclude(error="").order_by("source")
    return [{"source": row.source, "since": f"{row.failing_since or ''}", "error": row.error} for row in rows]


def _unread(aws_account: AwsAccount) -> list[str]:
    """The titles of what isn't read, or not in all Regions. What there isn't, or is switched off, isn't missed."""
    names = [source.name for source in mirror.sources.values() if source.serves(aws_account)]
    found = coverages_of(aws_account, names if aws_account.is_connected else [mirror.base.source_of_files().name])
    missed = [name for name, each in found.items() if not each.is_read and each.state != "unsupported" and each != OFF]
    return sorted({source_title(name) for name in missed})


def _refreshed(aws_account: AwsAccount, source: FindingSource, until: float) -> _Looking:
    look, _ = SourceLook.objects.get_or_create(aws_account=aws_account, source=source.name)
    began_at, looking = clock.now(), _Looking(aws_account, source, until)
    try:
        looking.look()
        error = looking.error
    except Exception as problem:
        logger.exception("the source %s of findings broke off in AWS account %s", source.name, aws_account.account_id)
        error = looking.error = _said(problem)
    look.failing_since = (look.failing_since or began_at) if error else None
    look.error = error
    if looking.is_done and not error:
        look.looked_at = began_at
    look.save(update_fields=["error", "failing_since", "looked_at"])
    return looking


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}".strip()[:_LONGEST]


@dataclass
class _Looking:
    """One source in one AWS account."""

    aws_account: AwsAccount
    source: FindingSource
    until: float
    is_done: bool = False
    error: str = ""  # the first
    has_written: bool = False
    began_at: datetime = field(default_factory=clock.now)

    def look(self) -> None:
        kept = ScopeLook.objects.filter(aws_account=self.aws_account, source=self.source.name)
        known = dict(kept.values_list("scope", "stamp"))
        there = self.source.scopes(self.aws_account)
        stale = [scope for scope, stamp in there.items() if known.get(scope) != stamp]
        gone = [scope for scope in known if scope not in there]
        for some in _parts(gone):
            self._write(dict.fromkeys(some, ()), {})
        for some in _parts(stale):
            if time.monotonic() > self.until:
                return
            self._look_at(some, there)
        self.is_done = True

    def _look_at(self, scopes: Sequence[str], stamps: Mapping[str, str]) -> None:
        """One that can't be looked at keeps none of the others from their turn."""
        try:
            found = self.source.look(self.aws_account, scopes)
        except Exception as problem:
            if len(scopes) > 1:
                for scope in scopes:
                    self._look_at([scope], stamps)
                return
            logger.exception("%s couldn't look at %s", self.source.name, scopes[0])
            self.error = self.error or _said(problem)
            return
        self._write(found, {scope: stamps[scope] for scope in found})

    def _write(self, found: Mapping[str, Sequence[Found]], stamps: Mapping[str, str]) -> None:
        self.has_written = True
        with paced_write():
            write_scopes(self.aws_account, self.source, found, stamps, self.began_at)


def _parts(scopes: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(scopes), _AT_ONCE):
        yield scopes[first : first + _AT_ONCE]


# ---- What was mended long ago --------------------------------------------------------------------------------
def forget_mended() -> int:
    """Once a minute, some of those that were mended more than KEEP_RUNS_DAYS ago. Returns how many."""
    if not settings.KEEP_RUNS_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    old = Finding.objects.filter(state=Finding.State.MENDED, mended_at__lt=before).order_by("mended_at")
    with transaction.atomic():
        free = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
        deleted, _ = Finding.objects.filter(pk__in=list(free[:_FORGOTTEN_AT_ONCE])).delete()
    return deleted
