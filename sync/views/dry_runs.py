"""A dry run of a change: what the last one found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from iamconsole.web.words import some
from sync.changes import transitions
from sync.changes.approvers import ChangeSituation
from sync.changes.dry_run import ForecastOutcome
from sync.changes.rules import why_not
from sync.models import Change, DryRun
from sync.views.live import fetch_change, poll_response, signature
from sync.views.words import ErrorView

SHOWN = 20  # steps, and permissions
_WORDS = {
    ForecastOutcome.CONFLICT: ("{} would stop as conflicted", "danger", "circle-x"),
    ForecastOutcome.UNREAD: ("{} could not be read", "danger", "circle-alert"),
    ForecastOutcome.SO_ALREADY: ("{} so already", "warn", "circle-check"),
    ForecastOutcome.LATER: ("{} known later", "", "clock"),
    ForecastOutcome.READY: ("{} would be sent", "ok", "circle-check"),
}


@dataclass(frozen=True)
class StepDryRunView:
    position: int
    sentence: str
    ink: str
    icon: str


class DryRunView:
    """The last dry run of a change, as its page shows it. `run` is None where there was none."""

    def __init__(self, change: Change) -> None:
        self.run: DryRun | None = change.dry_runs.select_related("asked_by").first()
        self.change = change

    @property
    def is_active(self) -> bool:
        return self.run is not None and self.run.finished_at is None

    @property
    def error(self) -> ErrorView | None:
        return ErrorView.of(self.run.error) if self.run else None

    @property
    def words(self) -> str:
        """ "1 would stop as conflicted and 3 would be sent"."""
        counts = Counter(entry["outcome"] for entry in self.run.steps) if self.run else Counter[str]()
        phrases = [words.format(counts[meets]) for meets, (words, _, _) in _WORDS.items() if counts[meets]]
        return f"{some(phrases, shown=len(phrases))}." if phrases else ""

    @property
    def steps(self) -> list[StepDryRunView]:
        """The worst first, and no more than a page takes."""
        order = list(_WORDS)
        entries = sorted(
            self.run.steps if self.run else (), key=lambda entry: order.index(ForecastOutcome(entry["outcome"]))
        )
        return [
            StepDryRunView(entry["position"], entry["sentence"], *_WORDS[ForecastOutcome(entry["outcome"])][1:])
            for entry in entries[:SHOWN]
        ]

    @property
    def more(self) -> int:
        return max(0, len(self.run.steps) - SHOWN) if self.run else 0

    @property
    def missing(self) -> list[dict[str, str]]:
        return [each for each in self._permissions if each["state"] == "missing"][:SHOWN]

    @property
    def unknown(self) -> str:
        """Why it isn't known which permissions the console has."""
        return next((each["detail"] for each in self._permissions if each["state"] == "unknown"), "")

    @property
    def _permissions(self) -> list[dict[str, str]]:
        return self.run.permissions if self.run else []

    @property
    def signature(self) -> str:
        return signature(self.run and (self.run.pk, len(self.run.steps), self.run.finished_at))


def may_try(request: HttpRequest, change: Change) -> bool:
    return not why_not(transitions.DRY_RUN, ChangeSituation(change, signed_in(request)))


@never_cache
@require_GET
def change_tried(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The fragment that the page asks for while a dry run is under way."""
    change = fetch_change(request, account_id, pk)
    tried = DryRunView(change)
    context = {"change": change, "tried": tried, "may_try": may_try(request, change), "signature": tried.signature}
    return poll_response(
        request,
        "sync/change/dry_run.html",
        context,
        moving=tried.is_active,
        page=reverse("change", args=[account_id, pk]),
    )
