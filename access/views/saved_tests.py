"""The tests of an AWS account or of a label: the list, one with its versions, and what is done with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
from access.simulation import saving
from access.simulation.directory import Directory
from access.simulation.question import SimulationQuestion
from access.simulation.supposing import live_state
from access.views.safeguards import (
    PageScope,
    State,
    decide,
    delete,
    fetch_own,
    fetch_safeguard,
    fetch_scope,
    versions_context,
    waiting,
)
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount, Operator
from accounts.stepup import demand_step_up
from iamconsole.web.fragments import render_page
from sync.models import Change, Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.scopes import takes_second_person
from sync.safeguards.services import SafeguardError
from sync.views.live import fetch_change

_NOUN = "test"
_DELETED = "The test was deleted while you were editing. Save it again to make a new one of what you typed."


@dataclass(frozen=True)
class TestLine:
    """`label`: because of which it holds in the AWS account. `results`: where it was run, the worst first."""

    __test__ = False

    version: SafeguardVersion
    url: str
    results: Sequence[AccessTestResult]
    waits: bool
    label: str = ""

    @property
    def expected(self) -> str:
        return str(self.version.content["expected"])

    @property
    def result(self) -> AccessTestResult | None:
        return self.results[0] if self.results else None

    @property
    def place(self) -> int:
        return _ORDER.get(self.result.status if self.result else "unknown", 2)


_ORDER = {"broken": 0, "unknown": 1}


@require_GET
def tests(request: HttpRequest, account_id: str = "", label: int = 0) -> HttpResponse:
    scope, operator = fetch_scope(request, account_id, label), signed_in(request)
    lines = sorted(lines_of(scope, operator), key=lambda line: line.place)
    context = {
        **scope.context(),
        "lines": lines,
        "failing": sum(bool(line.result and line.result.status != "passes") for line in lines),
        "may_make": services.may_change(operator, scope.of, blocks=False),
        "new_url": scope.url("access_test_new"),
    }
    return render(request, "access/tests/list.html", context)


def lines_of(scope: PageScope, operator: Operator) -> list[TestLine]:
    versions = scope.versions(KIND)
    waits, results = waiting(versions), _results(scope, operator)
    return [
        TestLine(
            each,
            scope.url("access_test", each.safeguard_id),
            results.get(each.safeguard_id, ()),
            each.safeguard_id in waits,
            str(each.safeguard.label) if each.safeguard.label and scope.label is None else "",
        )
        for each in versions
    ]


def _results(scope: PageScope, operator: Operator) -> dict[int, list[AccessTestResult]]:
    """By the number of the test, in the AWS accounts that the operator sees: the worst first."""
    rows = AccessTestResult.objects.filter(aws_account__in=scope.seen_by(operator).values("pk")).select_related(
        "aws_account"
    )
    found: dict[int, list[AccessTestResult]] = defaultdict(list)
    for each in sorted(rows, key=lambda row: (_ORDER.get(row.status, 2), row.aws_account.name)):
        found[each.safeguard_id].append(each)
    return found


def _directory(scope: PageScope) -> Directory | None:
    """None for a label: its tests mean names."""
    return live_state(scope.aws_account).directory if scope.aws_account else None


def _run(version: SafeguardVersion, scope: PageScope) -> None:
    """At once where it is of one AWS account; a label's is run by the worker that looks for findings."""
    if version.state == State.IN_FORCE and scope.aws_account:
        run_and_keep([version], live_state(scope.aws_account))


# ---- Making ------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def new_test(request: HttpRequest, account_id: str = "", label: int = 0) -> HttpResponse:
    scope, operator = fetch_scope(request, account_id, label), signed_in(request)
    directory = _directory(scope)
    may_block = services.may_change(operator, scope.of, blocks=True)
    if request.method == "POST":
        form = SavedTestForm(request.POST, directory=directory, may_block=may_block)
        if form.is_valid():
            if form.wanted.is_blocking:
                demand_step_up(request)
            try:
                made = services.make(kind=KIND, scope=scope.of, actor=operator, wanted=form.wanted)
            except SafeguardError as problem:
                form.add_error(None, str(problem))
            else:
                _run(made, scope)
                return redirect(scope.url("access_test", made.safeguard_id))
    else:
        form = SavedTestForm(directory=directory, may_block=may_block, initial=_initial(request, scope))
    return _new_page(request, scope, form)


def _new_page(request: HttpRequest, scope: PageScope, form: SavedTestForm) -> HttpResponse:
    urls = {"list_url": scope.url("access_tests"), "post_url": scope.url("access_test_new")}
    status = 422 if form.errors else 200
    return render(request, "access/tests/new.html", {**scope.context(), **urls, "form": form}, status=status)


def _initial(request: HttpRequest, scope: PageScope) -> dict[str, Any]:
    """From a question, or one of its cells, as Simulate links here: of a saved one, the cell may be said beside it."""
    key = request.GET.get("saved", "")
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    question = cell = SimulationQuestion.read(pairs)
    if key and scope.aws_account:
        question = get_object_or_404(SavedQuestion.objects.with_key(key), aws_account=scope.aws_account).question
        if cell.is_complete:
            question = replace(question, principals=cell.principals, actions=cell.actions, resources=cell.resources)
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
def test(request: HttpRequest, pk: int, account_id: str = "", label: int = 0) -> HttpResponse:
    scope = fetch_scope(request, account_id, label)
    return _page(request, scope, *fetch_safeguard(scope, KIND, pk))


def _page(
    request: HttpRequest,
    scope: PageScope,
    safeguard: Safeguard,
    version: SafeguardVersion | None,
    form: SavedTestForm | None = None,
    problem: str = "",
) -> HttpResponse:
    operator = signed_in(request)
    directory = _directory(scope)
    found = versions_context(safeguard, scope, operator)
    versions, pending = found["versions"], found["pending"]
    content = TestContent.read((version or versions[0]).content)
    may_change = version is not None and not found["is_of_label"]
    may_change = may_change and services.may_change(operator, scope.of, blocks=bool(version and version.is_blocking))
    if form is None and may_change and version is not None:
        said = {"name": version.name, "is_blocking": version.is_blocking}
        may_block = services.may_change(operator, scope.of, blocks=True)
        initial = initial_of_content(content, directory) | said
        form = SavedTestForm(directory=directory, may_block=may_block, before=content, initial=initial)
    context = {
        **scope.context(),
        "list_url": scope.url("access_tests"),
        "safeguard": safeguard,
        "version": version,
        "shown": version or versions[0],
        "content": content,
        "principals": [named_now(each, directory) for each in content.principals],
        "results": _results(scope, operator).get(safeguard.pk, []),
        **found,
        "described": [(each, _said_of(each)) for each in versions],
        "may_change": may_change and pending is None,
        "change_url": scope.url("access_test_change", safeguard.pk),
        "delete_url": scope.url("access_test_delete", safeguard.pk),
        "takes_two": takes_second_person(scope.of) and (version is None or version.is_blocking),
        "form": form,
        "problem": problem,
        "ask_url": _ask_url(scope.aws_account, content) if scope.aws_account else "",
    }
    wrong = bool(problem or (form and form.errors))
    return render(request, "access/tests/test.html", context, status=422 if wrong else 200)


def _said_of(version: SafeguardVersion) -> str:
    blocks = "Blocks plans. " if version.is_blocking else ""
    return f"{blocks}Expected: {version.content['expected']}."


def _ask_url(aws_account: AwsAccount, content: TestContent) -> str:
    """Of the question by the ids of whom it means; "" where that is too long for an address."""
    by_id = [each.id or each.said for each in content.principals]
    question = replace(content.question(), principals=tuple(by_id))
    if saving.is_too_long(question):
        return ""
    return f"{reverse('simulate', kwargs={'account_id': aws_account.account_id})}?{question.query()}"


@require_POST
def change_test(request: HttpRequest, pk: int, account_id: str = "", label: int = 0) -> HttpResponse:
    scope, operator = fetch_scope(request, account_id, label), signed_in(request)
    safeguard, version = fetch_own(scope, KIND, pk)
    form = SavedTestForm(
        request.POST,
        directory=_directory(scope),
        may_block=services.may_change(operator, scope.of, blocks=True),
        before=TestContent.read(version.content) if version else None,
    )
    if version is None:
        form.add_error(None, _DELETED)
        return _new_page(request, scope, form)
    if not form.is_valid():
        return _page(request, scope, safeguard, version, form)
    if version.is_blocking or form.wanted.is_blocking:
        demand_step_up(request)
    try:
        made = services.change(safeguard=safeguard, actor=operator, wanted=form.wanted)
    except SafeguardError as problem:
        return _page(request, scope, safeguard, version, form, str(problem))
    _run(made, scope)
    if made.state == State.PENDING:
        messages.info(request, "It loosens a test that blocks plans: a second person has to agree.")
    return redirect(scope.url("access_test", pk))


@require_POST
def delete_test(request: HttpRequest, pk: int, account_id: str = "", label: int = 0) -> HttpResponse:
    scope = fetch_scope(request, account_id, label)
    return _do(request, scope, fetch_own(scope, KIND, pk), lambda safeguard: delete(request, safeguard, _NOUN))


@require_POST
def decide_test(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Of a version that waits for a second person: of the AWS account, or of one of its labels."""
    scope = PageScope(fetch_aws_account(request, account_id))
    found = fetch_safeguard(scope, KIND, pk)
    run = partial(_run, scope=scope)
    return _do(request, scope, found, lambda safeguard: decide(request, safeguard, _NOUN, run))


def _do(
    request: HttpRequest,
    scope: PageScope,
    found: tuple[Safeguard, SafeguardVersion | None],
    do: Callable[[Safeguard], str],
) -> HttpResponse:
    safeguard, version = found
    if version is not None and (version.is_blocking or safeguard.versions.filter(state=State.PENDING).exists()):
        demand_step_up(request)
    try:
        messages.info(request, do(safeguard))
    except SafeguardError as problem:
        return _page(request, scope, safeguard, version, problem=str(problem))
    return redirect(scope.url("access_test", safeguard.pk))


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
