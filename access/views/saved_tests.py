"""The tests of an AWS account: the list, one with its versions, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.models import AccessTestResult, SavedQuestion
from access.saved_tests.check import NAME
from access.saved_tests.content import ALLOWED, DENIED, KIND, TestContent
from access.saved_tests.form import SavedTestForm, initial_of, initial_of_content, named_now
from access.saved_tests.results import run_and_keep
from access.simulation.question import SimulationQuestion
from access.simulation.supposing import live_state
from access.views.safeguards import State, decide, delete, fetch_safeguard, versions_context, waiting
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from accounts.stepup import demand_step_up
from iamconsole.web.fragments import render_page
from sync.models import Change, Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.in_force import versions_in_force
from sync.safeguards.services import SafeguardError
from sync.views.live import fetch_change

_NOUN = "test"
_DELETED = "The test was deleted while you were editing. Save it again to make a new one of what you typed."


@require_GET
def tests(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    versions = list(versions_in_force(aws_account, KIND))
    results = {each.safeguard_id: each for each in AccessTestResult.objects.filter(safeguard__aws_account=aws_account)}
    waits = waiting(aws_account)
    order = {"broken": 0, "unknown": 1}
    lines = [
        {
            "version": each,
            "expected": each.content["expected"],
            "result": results.get(each.safeguard_id),
            "waits": each.safeguard_id in waits,
        }
        for each in versions
    ]
    lines.sort(key=lambda line: order.get(line["result"].status if line["result"] else "unknown", 2))
    context = {
        "aws_account": aws_account,
        "lines": lines,
        "failing": sum(bool(line["result"] and line["result"].status != "passes") for line in lines),
        "may_make": services.may_change(signed_in(request), aws_account, blocks=False),
    }
    return render(request, "access/tests/list.html", context)


# ---- Making ------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def new_test(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    operator = signed_in(request)
    directory = live_state(aws_account).directory
    may_block = services.may_change(operator, aws_account, blocks=True)
    if request.method == "POST":
        form = SavedTestForm(request.POST, directory=directory, may_block=may_block)
        if form.is_valid():
            if form.wanted.is_blocking:
                demand_step_up(request)
            try:
                made = services.make(kind=KIND, aws_account=aws_account, actor=operator, wanted=form.wanted)
            except SafeguardError as problem:
                form.add_error(None, str(problem))
            else:
                run_and_keep([made], live_state(aws_account))
                return redirect("access_test", account_id=account_id, pk=made.safeguard_id)
    else:
        form = SavedTestForm(directory=directory, may_block=may_block, initial=_initial(request, aws_account))
    return render(request, "access/tests/new.html", {"aws_account": aws_account, "form": form})


def _initial(request: HttpRequest, aws_account: AwsAccount) -> dict[str, Any]:
    """From a question, or one of its cells, as Simulate links here."""
    if key := request.GET.get("saved", ""):
        question = get_object_or_404(SavedQuestion.objects.with_key(key), aws_account=aws_account).question
    else:
        pairs = [(name, value) for name, values in request.GET.lists() for value in values]
        question = SimulationQuestion.read(pairs)
    expected = request.GET.get("expected", DENIED)
    expected = expected if expected in (ALLOWED, DENIED) else DENIED
    return {**initial_of(question), "expected": expected, "name": _name_for(question, expected)}


def _name_for(question: SimulationQuestion, expected: str) -> str:
    if len(question.principals) != 1 or len(question.actions) != 1 or len(question.resources) > 1:
        return ""
    may_words = "may" if expected == ALLOWED else "may never"
    on = f" on {question.resources[0]}" if question.resources else ""
    return f"{question.principals[0]} {may_words} do {question.actions[0]}{on}"[: services.LONGEST_NAME]


# ---- One ---------------------------------------------------------------------------------------------------------
@require_GET
def test(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return _page(request, aws_account, *fetch_safeguard(aws_account, KIND, pk))


def _page(
    request: HttpRequest,
    aws_account: AwsAccount,
    safeguard: Safeguard,
    version: SafeguardVersion | None,
    form: SavedTestForm | None = None,
    problem: str = "",
) -> HttpResponse:
    operator = signed_in(request)
    directory = live_state(aws_account).directory
    found = versions_context(safeguard, aws_account, operator)
    versions, pending = found["versions"], found["pending"]
    content = TestContent.read((version or versions[0]).content)
    may_change = version is not None and services.may_change(operator, aws_account, blocks=version.is_blocking)
    if form is None and may_change and version is not None:
        said = {"name": version.name, "is_blocking": version.is_blocking}
        may_block = services.may_change(operator, aws_account, blocks=True)
        initial = initial_of_content(content, directory) | said
        form = SavedTestForm(directory=directory, may_block=may_block, before=content, initial=initial)
    context = {
        "aws_account": aws_account,
        "safeguard": safeguard,
        "version": version,
        "shown": version or versions[0],
        "content": content,
        "principals": [named_now(each, directory) for each in content.principals],
        "result": AccessTestResult.objects.filter(safeguard=safeguard).first(),
        **found,
        "described": [(each, _said_of(each)) for each in versions],
        "may_change": may_change and pending is None,
        "takes_two": services.takes_second_person(aws_account) and (version is None or version.is_blocking),
        "form": form,
        "problem": problem,
        "ask_url": _ask_url(aws_account, content),
    }
    return render(request, "access/tests/test.html", context, status=422 if problem else 200)


def _said_of(version: SafeguardVersion) -> str:
    blocks = "Blocks plans. " if version.is_blocking else ""
    return f"{blocks}Expected: {version.content['expected']}."


def _ask_url(aws_account: AwsAccount, content: TestContent) -> str:
    """Of the question by the ids of whom it means."""
    by_id = [each.id or each.said for each in content.principals]
    asked = content.question()
    question = SimulationQuestion(
        tuple(by_id), asked.actions, asked.resources, asked.context, asked.session, asked.as_read
    )
    return f"{reverse('simulate', kwargs={'account_id': aws_account.account_id})}?{question.query()}"


@require_POST
def change_test(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    safeguard, version = fetch_safeguard(aws_account, KIND, pk)
    state = live_state(aws_account)
    form = SavedTestForm(
        request.POST,
        directory=state.directory,
        may_block=services.may_change(signed_in(request), aws_account, blocks=True),
        before=TestContent.read(version.content) if version else None,
    )
    if version is None:
        form.add_error(None, _DELETED)
        return render(request, "access/tests/new.html", {"aws_account": aws_account, "form": form}, status=422)
    if not form.is_valid():
        return _page(request, aws_account, safeguard, version, form)
    if version.is_blocking or form.wanted.is_blocking:
        demand_step_up(request)
    try:
        made = services.change(safeguard=safeguard, actor=signed_in(request), wanted=form.wanted)
    except SafeguardError as problem:
        return _page(request, aws_account, safeguard, version, form, str(problem))
    if made.state == State.IN_FORCE:
        run_and_keep([made], state)
    else:
        messages.info(request, "It loosens a test that blocks plans: a second person has to agree.")
    return redirect("access_test", account_id=account_id, pk=pk)


@require_POST
def delete_test(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    return _do(request, account_id, pk, lambda safeguard: delete(request, safeguard, _NOUN))


@require_POST
def decide_test(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Of a version that waits for a second person."""

    def run(version: SafeguardVersion) -> None:
        if version.state == State.IN_FORCE:
            run_and_keep([version], live_state(version.safeguard.aws_account))

    return _do(request, account_id, pk, lambda safeguard: decide(request, safeguard, _NOUN, run))


def _do(request: HttpRequest, account_id: str, pk: int, do: Callable[[Safeguard], str]) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    safeguard, version = fetch_safeguard(aws_account, KIND, pk)
    if version is not None and (version.is_blocking or safeguard.versions.filter(state=State.PENDING).exists()):
        demand_step_up(request)
    try:
        messages.info(request, do(safeguard))
    except SafeguardError as problem:
        return _page(request, aws_account, safeguard, version, problem=str(problem))
    return redirect("access_test", account_id=account_id, pk=pk)


# ---- The tests of a plan: a panel of its page --------------------------------------------------------------------
def has_failing(change: Change) -> bool:
    return bool(change.measured.get(NAME, {}).get("tests"))


@require_GET
def change_tests(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """As they were measured, not anew."""
    change = fetch_change(request, account_id, pk)
    measured = change.measured.get(NAME, {})
    numbers = [each["safeguard"] for each in measured.get("tests", ())]
    found = SafeguardVersion.objects.filter(safeguard__in=numbers).order_by("safeguard_id", "number")
    names = {(each.safeguard_id, each.number): each.name for each in found}
    lines = [
        {**each, "name": names.get((each["safeguard"], each["version"]), f"Test {each['safeguard']}")}
        for each in measured.get("tests", ())
    ]
    context = {"change": change, "lines": lines, "passing": measured.get("passing", 0)}
    return render_page(request, "access/tests/change.html", context, fragment="tests")
