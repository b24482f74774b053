"""After the click: how far it got, what is left behind, the way back, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.views.seen import seen_by
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import Operator
from accounts.roles import CONTAIN
from contain.forms import ReleaseForm
from contain.lately import Lately
from contain.models import Containment, ContainmentReport
from contain.pieces import Uncut
from contain.release import open_releases, propose_release, release_pieces, releases
from contain.reports import entry_of, make_report, title_of_step
from contain.services import can_start, start_each
from contain.subjects.registry import anew_url, name_of, row_of
from contain.together import told_of_report, told_together
from contain.uncut import from_json, told
from iamconsole.web.words import duration
from identities.models import IamRole, IamUser
from sync import changes as service
from sync.changes import PlanError, guards
from sync.changes.approvers import ChangeSituation
from sync.changes.rules import why_not
from sync.changes.steps import created_ids
from sync.changes.transitions import RETRY
from sync.forms import RetryForm
from sync.models import Change, Step
from sync.selectors import last_attempt
from sync.views.live import poll_response, signature
from sync.views.words import ErrorView, state_word


@dataclass(frozen=True)
class CutStep:
    step: Step
    title: str
    took: str  # "0.4 s"
    error: ErrorView | None
    may_retry: bool

    @property
    def is_done(self) -> bool:
        return self.step.state in Step.FINISHED

    @property
    def is_stopped(self) -> bool:
        return self.step.state in Step.STOPPED


def lately_of(containment: Containment, row: Any, operator: Operator) -> Lately:
    """CloudTrail finds the calls of users and roles by their names."""
    finds = row is not None and row.kind in (IamUser.kind, IamRole.kind)
    return Lately(containment.aws_account, row if finds else None, operator)


def _fetch(request: HttpRequest, account_id: str, pk: int) -> Containment:
    aws_account = fetch_aws_account(request, account_id)
    rows = Containment.objects.filter(aws_account=aws_account).select_related(
        "aws_account", "change__aws_account", "change__requested_by", "change__applied_by", "begun_by"
    )
    return get_object_or_404(rows, pk=pk)


def _steps(change: Change, at: ChangeSituation) -> list[CutStep]:
    may_retry, ids = not why_not(RETRY, at), created_ids(change)
    found = []
    for step in change.steps.prefetch_related("attempts"):
        attempt = last_attempt(step)
        took = duration(attempt.finished_at - attempt.started_at) if attempt and attempt.finished_at else ""
        found.append(
            CutStep(
                step, title_of_step(step, ids), took, ErrorView.of(step.error), may_retry and step.state in Step.STOPPED
            )
        )
    return found


def _context(request: HttpRequest, containment: Containment) -> dict[str, Any]:
    change, operator = containment.change, signed_in(request)
    at = ChangeSituation(change, operator)
    steps = _steps(change, at)
    row = row_of(containment)
    lately = lately_of(containment, row, operator)
    together = told_together(containment, operator)
    done = [each for each in steps if each.is_done]
    context = {
        "containment": containment,
        "unstarted": [each for each in (containment, *together.seen) if can_start(each.change, operator)],
        "change": change,
        "aws_account": containment.aws_account,
        "row": row,
        "who": name_of(request, containment, row),
        "steps": steps,
        "done": done,
        "stopped": [each for each in steps if each.is_stopped],
        "took": _took(containment, done),
        "is_moving": change.state in Change.MOVING,
        "waits_for": _waits_for(at),
        "state_word": state_word(change),
        "anew_url": anew_url(containment),
        "may_contain": may(operator, CONTAIN, containment.aws_account),
        "lately": lately,
        "made": lately.made,
        "later": [each for each in lately.lines if each.call.moment > containment.begun_at],
        "earlier": [each for each in lately.lines if each.call.moment <= containment.begun_at],
        "releases": releases(containment),
        "reports": list(containment.reports.select_related("made_by")[:5]),
        "uncut": _uncut(request, containment.uncut),
        "together": together,
    }
    states = [(each.step.pk, each.step.state) for each in steps]
    answered = lately.answer.answered_at if lately.answer else None
    elsewhere = [(each.pk, each.change.state) for each in together.seen]
    context["signature"] = signature(change.state, states, answered, lately.is_waiting, elsewhere)
    context["polls"] = context["is_moving"] or lately.is_waiting or together.are_moving
    return context


def _uncut(request: HttpRequest, kept: Any) -> list[Uncut]:
    return told(from_json(kept), signed_in(request), seen_by(request))


def _took(containment: Containment, done: list[CutStep]) -> str:
    """From the click to the last step that was done."""
    ended = [each.step.finished_at for each in done if each.step.finished_at]
    return duration(max(max(ended) - containment.begun_at, timedelta(0))) if ended else ""


def _waits_for(at: ChangeSituation) -> list[str]:
    """Why nothing is sent yet; none once it was handed to the workers."""
    if at.change.state not in Change.UNDECIDED:
        return []
    return [each.sentence for each in guards.at_a_glance(at)] or ["Nobody has applied it yet."]


@require_GET
def containment(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    return render(request, "contain/containment.html", _context(request, _fetch(request, account_id, pk)))


@require_GET
def progress(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    found = _fetch(request, account_id, pk)
    context = _context(request, found)
    return poll_response(request, "contain/containment.html#live", context, moving=context["polls"], page=_url(found))


def _url(containment: Containment) -> str:
    return reverse("containment", kwargs={"account_id": containment.aws_account.account_id, "pk": containment.pk})


@require_POST
def retry(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """One step alone."""
    found = _fetch(request, account_id, pk)
    form = RetryForm(request.POST)
    if not form.is_valid() or form.cleaned_data["position"] is None:
        messages.error(request, "Say which step is to be tried again: there is none of that number.")
        return redirect(_url(found))
    try:
        service.retry(change=found.change, actor=signed_in(request), position=form.cleaned_data["position"])
    except PlanError as error:
        messages.error(request, str(error))
    return redirect(_url(found))


@require_POST
def start(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Those of the same click that were proposed and, as something broke off, never started."""
    found, actor = _fetch(request, account_id, pk), signed_in(request)
    rows = [found, *told_together(found, actor).seen]
    start_each([each for each in rows if can_start(each.change, actor)], actor, found.change.reason)
    return redirect(_url(found))


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    found = _fetch(request, account_id, pk)
    pieces = release_pieces(found)
    form = ReleaseForm(pieces, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            change = propose_release(
                containment=found,
                actor=signed_in(request),
                chosen=form.chosen,
                waits=form.cleaned_data["when"] == ReleaseForm.WAIT,
                reason=form.cleaned_data["reason"].strip(),
            )
        except PlanError as error:
            form.add_error(None, str(error))
        else:
            return redirect("change", account_id=found.aws_account.account_id, pk=change.pk)
    context = {
        "containment": found,
        "aws_account": found.aws_account,
        "who": name_of(request, found, row_of(found)),
        "pieces": pieces,
        "form": form,
        "revives": any(each.revives for each in pieces),
        "can": any(each.steps for each in pieces),
        "open": open_releases(found),
    }
    return render(request, "contain/release.html", context)


@require_POST
def seal_report(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    found, actor = _fetch(request, account_id, pk), signed_in(request)
    report = make_report(containment=found, lately=lately_of(found, row_of(found), actor), actor=actor)
    return redirect("containment_report", account_id=found.aws_account.account_id, pk=report.pk)


@require_GET
def report(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    rows = ContainmentReport.objects.filter(containment__aws_account=fetch_aws_account(request, account_id))
    made = get_object_or_404(rows.select_related("made_by", "containment__aws_account"), pk=pk)
    content = made.content
    together, unseen = told_of_report(content.get("together", ()), signed_in(request))
    context = {
        "containment": made.containment,
        "report": made,
        "content": content,
        "begun_at": parse_datetime(content["begun_at"]),
        "finished_at": parse_datetime(content["finished_at"]) if content["finished_at"] else None,
        "steps": [{**each, "took": _lasted(each)} for each in content["steps"]],
        "calls": [{**each, "at": parse_datetime(each["at"])} for each in content["calls"]],
        "stays": [{**each, "at": parse_datetime(each["at"])} for each in content["calls"] if each["stays"]],
        "uncut": _uncut(request, content["uncut"]),
        "together": together,
        "together_unseen": unseen,
        "entry": entry_of(made),
    }
    return render(request, "contain/report.html", context)


def _lasted(step: dict[str, Any]) -> str:
    began, ended = parse_datetime(step["began"] or ""), parse_datetime(step["ended"] or "")
    return duration(ended - began) if began and ended else ""
