"""The page of a change across AWS accounts: its waves, what it would do in each AWS account, and how far it got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from accounts.stepup import is_fresh
from iamconsole.web.words import counted, number
from sync import checks
from sync.changes import transitions
from sync.changes.approvers import remember_approvals
from sync.changes.rules import why_not as why_not_of_one
from sync.changes.span import is_left_out, remember_digest
from sync.checks import PlanFinding
from sync.models import Change, SpanningChange, Step
from sync.spanning.events import APPROVE_IT, EVENTS, SpanAndOperator, SpanEvent, may_leave_out, why_not
from sync.spanning.state import AccountWave, SpanSituation, SpanState
from sync.views.kept_words import take_kept_words
from sync.views.live import poll_response, signature
from sync.views.steps import name_to_type
from sync.views.words import state_word


@dataclass(frozen=True)
class AccountLine:
    """What is shown of one of its changes, which the operator may see."""

    change: Change
    steps: int
    done: int
    counts: Sequence[str]
    approvals: str  # "1 of 2"; "" where none is asked for
    is_approved: bool
    warnings: int
    may_leave_out: bool
    why_leave_out: str  # as it was typed, where that was refused
    state_word: str

    @property
    def error(self) -> str:
        return str(self.change.error.get("sentence", ""))


@dataclass(frozen=True)
class WaveBlock:
    """`hidden`: how many AWS accounts of it the operator can't see. `says`: how far it got, or when it begins."""

    number: int
    lines: Sequence[AccountLine]
    hidden: int
    says: str


def leave_out_place(which: int | str) -> str:
    """Of the form that leaves out a change, by its number."""
    return f"leave_out-{which}"


class SpanPage:
    def __init__(self, asked: SpanAndOperator, words: Mapping[str, str] | None = None) -> None:
        """`words`: of a form that was refused, by its place."""
        self.asked, self.at, self.span, self.words = asked, asked.at, asked.span, words or {}

    @cached_property
    def seen(self) -> Sequence[Change]:
        return [each for each in self.at.changes if self.asked.sees(each)]

    @cached_property
    def included(self) -> Sequence[Change]:
        """Of those that the operator sees, without what was left out."""
        return [each for each in self.seen if not is_left_out(each)]

    @property
    def title(self) -> str:
        """That of the first which the operator sees; as they were typed, all are called alike."""
        return self.seen[0].title

    @property
    def does(self) -> str:
        first = self.seen[0]
        return first.does if first.says_otherwise else ""

    @property
    def reason(self) -> str:
        return self.seen[0].reason

    @property
    def hidden(self) -> int:
        return len(self.at.changes) - len(self.seen)

    @cached_property
    def state(self) -> SpanState:
        return self.at.state

    @property
    def size_words(self) -> str:
        waves = counted(len(self.at.waves), "wave")
        return f"{counted(len(self.at.included), 'AWS account')}, {waves}"

    @cached_property
    def _steps(self) -> Mapping[int, tuple[int, int]]:
        """How many steps each has that wasn't left out, and how many of them are done."""
        steps = {each.pk: each.steps.all() for each in self.included}
        return {pk: (len(rows), sum(row.state in Step.FINISHED for row in rows)) for pk, rows in steps.items()}

    @cached_property
    def _measured(self) -> Mapping[int, Mapping[str, int]]:
        rows = Change.objects.filter(pk__in=[each.pk for each in self.included]).values_list("pk", "measured")
        return {pk: checks.counted_of(measured) for pk, measured in rows if measured}

    def line(self, change: Change) -> AccountLine:
        total, done = self._steps.get(change.pk, (0, 0))
        at = self.asked.situation(change)
        given = sum(min(each.received, each.approvals) for each in at.demands)
        asked = sum(each.approvals for each in at.demands)
        findings = [PlanFinding.from_json(each) for each in change.findings]
        return AccountLine(
            change,
            total,
            done,
            [f"{number(figure)} {words}" for words, figure in self._measured.get(change.pk, {}).items()],
            f"{given} of {asked}" if asked else "",
            given == asked,
            sum(each.severity in checks.GRAVE for each in findings),
            not is_left_out(change) and may_leave_out(self.asked, change) and len(self.at.included) > 1,
            self.words.get(leave_out_place(change.pk), ""),
            self._state_word(change),
        )

    def _state_word(self, change: Change) -> str:
        waits = change.state in Change.UNDECIDED and not change.error and not is_left_out(change)
        going_on = self.span.released_at is not None and self.span.is_open
        return "Waits for its wave" if waits and going_on else state_word(change)

    @cached_property
    def waves(self) -> Sequence[WaveBlock]:
        return [
            WaveBlock(
                wave.number,
                [self.line(each) for each in wave.changes if self.asked.sees(each)],
                sum(not self.asked.sees(each) for each in wave.changes),
                self._says(wave),
            )
            for wave in self.at.waves
        ]

    def _says(self, wave: AccountWave) -> str:
        if wave.is_settled:
            return "Applied"
        is_now = self.at.wave is not None and wave.number == self.at.wave.number
        if is_now and self.state in (SpanState.APPLYING, SpanState.HALTED):
            return self.state.label
        return "Begins first" if wave.number == 1 else f"Begins when all of wave {wave.number - 1} are applied"

    @cached_property
    def left_out(self) -> Sequence[AccountLine]:
        return [self.line(each) for each in self.seen if is_left_out(each)]

    @property
    def sums(self) -> Sequence[tuple[str, int]]:
        """Of all that the operator sees and that wasn't left out, as they were measured when they were planned."""
        total: Counter[str] = Counter()
        for figures in self._measured.values():
            total.update(figures)
        return sorted(total.items())

    @property
    def is_measured(self) -> bool:
        return bool(self._measured)

    @property
    def total_steps(self) -> int:
        return sum(total for total, _ in self._steps.values())

    @property
    def done_steps(self) -> int:
        return sum(done for _, done in self._steps.values())

    @cached_property
    def stopped(self) -> Sequence[Change]:
        return [each for each in self.seen if each in self.at.stopped]

    @cached_property
    def halting(self) -> Sequence[Change]:
        """Those that the operator sees of which the page says why it halted."""
        if self.stopped:
            return self.stopped
        return [each for each in self.seen if each.error and each.state in Change.UNDECIDED]

    # ---- What may be done ------------------------------------------------------------------------------------
    @cached_property
    def buttons(self) -> Mapping[str, SpanEvent]:
        return {event.name: event for event in EVENTS if not self.why_not[event.name]}

    @cached_property
    def why_not(self) -> Mapping[str, str]:
        return {event.name: why_not(event, self.asked) for event in EVENTS}

    @property
    def approve_words(self) -> str:
        """In whose name."""
        return self.asked.names(each.aws_account for each in self.asked.to_approve)

    @property
    def alone(self) -> Sequence[Change]:
        """Their own, which they approve alone on the pages of these."""
        event = transitions.APPROVE_ALONE
        undecided = (each for each in self.seen if each.state in Change.UNDECIDED)
        return [each for each in undecided if not why_not_of_one(event, self.asked.situation(each))]

    @property
    def asks_approvals(self) -> bool:
        return any(line.approvals for wave in self.waves for line in wave.lines)

    @cached_property
    def expected(self) -> str:
        """What to type before something is destroyed."""
        names = map(name_to_type, self.included)
        return next(filter(None, names), "")

    @property
    def audit_url(self) -> str:
        return f"{reverse('audit')}?verb=change.&object={self.seen[0].pk}"

    @property
    def what_shows(self) -> str:
        lines = [(each.pk, each.state, each.error, self._steps.get(each.pk)) for each in self.seen]
        return signature(self.state, self.at.digest, self.span.halted_at, lines, self.hidden)


def fetch_span(request: HttpRequest, pk: int) -> SpanAndOperator:
    """Raises Http404 for who sees none of its AWS accounts."""
    rows = SpanningChange.objects.select_related("requested_by", "released_by", "reverses")
    asked = SpanAndOperator(SpanSituation(get_object_or_404(rows, pk=pk)), signed_in(request))
    if not any(map(asked.sees, asked.at.changes)):
        raise Http404("No such change.")
    prefetch_related_objects(asked.at.changes, "steps")  # of all of them at once
    remember_approvals(asked.at.changes)
    remember_digest(asked.span, asked.at.digest)
    return asked


def _context(request: HttpRequest, asked: SpanAndOperator) -> dict[str, Any]:
    page = SpanPage(asked, take_kept_words(request, request.path))
    return {
        "page": page,
        "span": asked.span,
        "polls": page.state in (SpanState.APPLYING, SpanState.STOPPING),
        "signature": page.what_shows,
        "fresh": is_fresh(request),
        "approve": APPROVE_IT,
        "numbers": range(1, len(asked.at.included) + 1),
    }


@require_GET
def spanning_change(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "sync/spanning.html", _context(request, fetch_span(request, pk)))


@never_cache
@require_GET
def spanning_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page asks for every two seconds while it goes on."""
    context = {**_context(request, fetch_span(request, pk)), "is_fragment": True}
    page = reverse("spanning_change", args=[pk])
    return poll_response(request, "sync/spanning.html#live", context, moving=context["polls"], page=page)
