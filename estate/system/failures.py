"""What failed lately: pulls, changes, tasks and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import F
from django.urls import reverse

from accounts.models import AwsAccount
from estate.figures import pulled_aws_accounts
from estate.pulls import PullStanding, pull_standings
from monitoring.middleware import PAGES, PROBES
from monitoring.recent import Counted, counted
from monitoring.task_signals import TASKS
from sync.models import Change, Run
from sync.selectors import source_title

MOST = 8
_LAST = F("heartbeat_at").desc(nulls_last=True)


@dataclass(frozen=True)
class Failure:
    """`text`: a sentence. `url`: of the page that says more, where there is one."""

    at: datetime
    title: str
    text: str
    url: str = ""


def last_failures() -> Sequence[Failure]:
    """The newest first."""
    found = [*_pulls(), *_changes(), *_tasks(), *_pages()]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def _pulls() -> Iterator[Failure]:
    failed = Run.objects.filter(state=Run.State.FAILED).select_related("aws_account").defer("log", "cursor")
    for run in failed.order_by(_LAST)[:MOST]:
        url = reverse("pull", kwargs={"account_id": run.aws_account.account_id, "pk": run.pk})
        title = f"Pull of {run.aws_account.name}: {source_title(run.source)}"
        yield Failure(run.finished_at or run.created_at, title, str(run.error.get("sentence", "")), url)


def _changes() -> Iterator[Failure]:
    stopped = Change.objects.filter(state__in=Change.STUCK).select_related("aws_account")
    for change in stopped.order_by(_LAST)[:MOST]:
        url = reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
        text = str(change.error.get("sentence", "")) or f"{change.get_state_display()}."
        title = f"Change {change.pk} of {change.aws_account.name}"
        yield Failure(change.finished_at or change.created_at, title, text, url)


def _tasks() -> Iterator[Failure]:
    for each in counted(TASKS, last_label=("failed",))[:MOST]:
        text = f"It broke off {_times(each)}. The log of its worker says why."
        yield Failure(each.last_at, f"Task {each.labels[0]}", text)


def _pages() -> Iterator[Failure]:
    failed = (each for each in counted(PAGES, last_label=("5xx",)) if each.labels[0] not in PROBES)
    for each in islice(failed, MOST):
        route, method, _ = each.labels
        text = f"It failed {_times(each)}. The log of the web process says why."
        yield Failure(each.last_at, f"Page {route} ({method})", text)


def _times(each: Counted) -> str:
    return {1: "once", 2: "twice"}.get(each.times) or f"{each.times:,} times"


# ---- AWS accounts --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TroubledPulls:
    aws_account: AwsAccount
    standing: PullStanding
    text: str
    url: str


def troubled_pulls() -> Sequence[TroubledPulls]:
    """The AWS accounts of which something isn't read as it should be, those read longest ago first."""
    aws_accounts = pulled_aws_accounts()
    standings = pull_standings(aws_accounts)
    found = []
    for each in aws_accounts:
        standing = standings[each.pk]
        numbers = [("failed", standing.failed), ("denied by AWS", standing.denied), ("late", standing.late)]
        words = [f"{len(titles)} {word}" for word, titles in numbers if titles]
        if words or standing.at is None:
            text = f"Sources: {', '.join(words)}." if words else "Not pulled yet."
            url = reverse("pulls", kwargs={"account_id": each.account_id})
            found.append(TroubledPulls(each, standing, f"{text} {standing.why}".strip(), f"{url}#sources"))
    return sorted(found, key=lambda line: (line.standing.at is not None, line.standing.at, line.aws_account.pk))
