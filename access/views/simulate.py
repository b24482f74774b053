"""Simulate: a question as an address, its answers as tables and as a file, and the cell that is open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from access.index import cached_index
from access.models import SavedQuestion
from access.saved_tests.content import ALLOWED, DENIED
from access.simulation import saving
from access.simulation.answers import AnswerRow, Answers, CellAnswer, word_of
from access.simulation.asking import Asked, ask, ask_in_turn, refused
from access.simulation.columns import ANYTHING, AskedPair
from access.simulation.context import count_statements, suggested_keys
from access.simulation.deciding import documents_of, links_of, only_if
from access.simulation.directory import AskedPrincipal
from access.simulation.form import LINES, key_panel, posted_question
from access.simulation.question import MOST_IN_FILE, AsIf, SimulationQuestion
from access.simulation.supposing import drafts_to_suppose
from access.views.answer_cells import tables_of, url_of_principal
from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.exports import csv_line, file_response
from policies.engine.somewhere import is_pattern
from sync.models import Change
from sync.safeguards.services import may_change

_CELL = re.compile(r"(\d{1,5})\.(\d{1,5})")
_LABELS = {"principal": "Principals", "action": "Actions", "resource": "Resources"}
_HINTS = {
    "principal": "A user, role or group by name, such as role/deploy; or an ARN, or a service. One a line.",
    "action": "Such as s3:GetObject, or s3:Get* for all that it means. One a line.",
    "resource": "ARNs, or patterns of ARNs. One a line. Not for actions that take no resource.",
}
_OPEN_CHANGES = 50
_FIRST = 5
_COLUMNS = ("principal", "group", "action", "resource", "answer", "live", "by_policies_read", "depends_on", "because")


@require_http_methods(["GET", "HEAD", "POST"])
def simulate(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    if request.method == "POST":
        return _posted(request, aws_account)
    saved = _saved(request, aws_account)
    question = saved.question if saved else SimulationQuestion.read(_pairs(request.GET))
    if request.GET.get("format") == "csv" and question.is_complete:
        return _file(request, aws_account, question)
    return _page(request, aws_account, question, saved)


def _pairs(posted: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, values in posted.lists() for value in values]


def _saved(request: HttpRequest, aws_account: AwsAccount) -> SavedQuestion | None:
    """Raises Http404 for one of another AWS account, or that is gone."""
    key = request.GET.get("saved", "")
    if not key:
        return None
    saved = get_object_or_404(SavedQuestion.objects.with_key(key), aws_account=aws_account)
    saving.opened(saved)
    return saved


# ---- What is posted --------------------------------------------------------------------------------------------
def _posted(request: HttpRequest, aws_account: AwsAccount) -> HttpResponseBase:
    """To the address of the question; one that is no question is shown again, with what is wrong."""
    posted = _pairs(request.POST)
    question = with_somebody(aws_account, posted_question(posted))
    if problems := refused(question):
        return _page(request, aws_account, question, None, Asked(problems=problems))
    added = [value for name, value in posted if name == "add_key" and value]
    response = redirect(address_of(request, aws_account, question, [("key", each) for each in added]))
    response["Location"] += "#context" if added else "#answers" if question.is_complete else ""
    return response


def with_somebody(aws_account: AwsAccount, question: SimulationQuestion) -> SimulationQuestion:
    """A draft that comes from its editor names nobody yet: the first who have the policy, or whom it is about."""
    if question.principals or question.supposed.is_live or question.supposed.kind in (AsIf.CHANGE, AsIf.DRAFT):
        return question
    of = question.supposed.of
    if question.supposed.kind is not AsIf.MANAGED:
        return replace(question, principals=(of,)) if of and question.supposed.kind is AsIf.INLINE else question
    holders = cached_index(aws_account).index.holders
    having = (each.arn for each in holders if any(policy.name == of for policy in each.policies))
    return replace(question, principals=tuple(islice(having, _FIRST)))


def address_of(
    request: HttpRequest,
    aws_account: AwsAccount,
    question: SimulationQuestion,
    more: Sequence[tuple[str, str]] = (),
) -> str:
    """Of a long question, by the id under which it is saved for that."""
    url = reverse("simulate", kwargs={"account_id": aws_account.account_id})
    pairs: Sequence[tuple[str, Any]] = question.pairs()
    if saving.is_too_long(question):
        saved = saving.keep_long(aws_account=aws_account, actor=signed_in(request), question=question)
        pairs = [("saved", saved.key)]
    query = urlencode([*pairs, *more])
    return f"{url}?{query}" if query else url


@require_POST
def save_question(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    question = _shown_question(request, aws_account)
    try:
        saved = saving.save_named(
            aws_account=aws_account,
            actor=signed_in(request),
            question=question,
            name=request.POST.get("question_name", ""),
        )
    except saving.CantSaveError as problem:
        return _page(request, aws_account, question, None, save_problem=str(problem))
    url = reverse("simulate", kwargs={"account_id": aws_account.account_id})
    return HttpResponseRedirect(f"{url}?saved={saved.key}")


def _shown_question(request: HttpRequest, aws_account: AwsAccount) -> SimulationQuestion:
    """What the page showed: its pairs, or the saved question."""
    if key := request.POST.get("saved", ""):
        return get_object_or_404(SavedQuestion.objects.with_key(key), aws_account=aws_account).question
    return SimulationQuestion.read(_pairs(request.POST))


@require_POST
def delete_question(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    saved = get_object_or_404(SavedQuestion, aws_account=aws_account, pk=pk)
    try:
        saving.delete(saved=saved, actor=signed_in(request))
    except saving.CantSaveError as problem:
        raise PermissionDenied(str(problem)) from problem
    return redirect("simulate", account_id=aws_account.account_id)


# ---- The page --------------------------------------------------------------------------------------------------
def _page(
    request: HttpRequest,
    aws_account: AwsAccount,
    question: SimulationQuestion,
    saved: SavedQuestion | None,
    asked: Asked | None = None,
    save_problem: str = "",
) -> HttpResponse:
    if asked is None:
        complete = question.is_complete
        operator = signed_in(request)
        asked = ask(aws_account, question, operator=operator) if complete else Asked(problems=refused(question))
    shown = [("saved", saved.key)] if saved else question.pairs()
    context = {
        "aws_account": aws_account,
        "question": question,
        "saved": saved,
        "asked": asked,
        "fields": [_field(name, question, asked) for name in LINES],
        "problems": _by_field(asked.problems),
        "shown": shown,
        "changes": _open_changes(aws_account, question),
        "drafts": drafts_to_suppose(aws_account, signed_in(request))[:_OPEN_CHANGES],
        "questions": _saved_questions(request, aws_account),
        "save_problem": save_problem,
        "may_test": may_change(signed_in(request), aws_account, blocks=False),
        "test_url": reverse("access_test_new", kwargs={"account_id": aws_account.account_id}),
        "shown_pairs": urlencode(shown),
        "save_url": reverse("save_question", kwargs={"account_id": aws_account.account_id}),
        **_answered(request, aws_account, question, asked, shown),
    }
    return render(request, "access/simulate.html", context)


def _field(name: str, question: SimulationQuestion, asked: Asked) -> dict[str, Any]:
    said = {"principal": question.principals, "action": question.actions, "resource": question.resources}[name]
    problems = [sentence for field, sentence in asked.problems if field == name]
    return {"name": name, "label": _LABELS[name], "hint": _HINTS[name], "said": said, "problems": problems}


def _by_field(problems: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field, sentence in problems:
        found.setdefault(field, []).append(sentence)
    return found


def _open_changes(aws_account: AwsAccount, question: SimulationQuestion) -> list[Change]:
    """That can be supposed; with the one that is, whatever became of it."""
    changes = list(Change.objects.filter(aws_account=aws_account, state__in=Change.OPEN)[:_OPEN_CHANGES])
    number = question.supposed.of if question.supposed.kind is AsIf.CHANGE else ""
    if number.isascii() and number.isdecimal() and len(number) < 10 and number not in {str(c.pk) for c in changes}:
        changes += Change.objects.filter(aws_account=aws_account, pk=number)
    return changes


def _saved_questions(request: HttpRequest, aws_account: AwsAccount) -> list[tuple[SavedQuestion, bool]]:
    """With whether the operator may delete it."""
    operator = signed_in(request)
    found = SavedQuestion.objects.filter(aws_account=aws_account).exclude(name="").select_related("aws_account")
    return [(each, saving.may_delete(operator, each)) for each in found]


def _answered(
    request: HttpRequest,
    aws_account: AwsAccount,
    question: SimulationQuestion,
    asked: Asked,
    shown: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    answers = asked.answers
    added = request.GET.getlist("key")
    if answers is None:
        return {"keys": key_panel(question, [], added, {}, 0), "answers": None}
    opened = _opened(request.GET.get("cell", ""), answers)
    only_different = asked.supposed is not None and "differs" in request.GET
    suggested = suggested_keys(answers, question.context)
    counted = dict(count_statements(answers, [key.lower() for key in (*question.context, *added)]))
    undecided = sum(bool(each.is_unknown and each.verdict.missing_context) for each in answers.all())
    return {
        "answers": answers,
        "tables": tables_of(aws_account, answers, opened, only_different=only_different),
        "only_different": only_different,
        "keys": key_panel(question, suggested, added, counted, undecided),
        "not_read": sorted({why for each in answers.all() for why in _not_read(each)}),
        "why": _why(aws_account, question, answers, opened, dict(shown).get("saved", "")) if opened else None,
        "shown_query": urlencode(shown),
    }


def _not_read(answer: CellAnswer) -> Iterator[str]:
    """The layers without what is said of the very resource."""
    return (layer.value for layer in answer.situation.not_read)


def _opened(said: str, answers: Answers) -> tuple[int, int] | None:
    found = _CELL.fullmatch(said)
    if not found:
        return None
    row, number = int(found[1]), int(found[2])
    if row >= len(answers.rows) or number >= len(answers.asked.pairs) or answers.rows[row].answers[number] is None:
        return None
    return row, number


def _why(
    aws_account: AwsAccount, question: SimulationQuestion, answers: Answers, opened: tuple[int, int], saved: str
) -> dict[str, Any]:
    """`saved`: the id of the question, "" where it has none."""
    row, number = opened
    answer, pair = answers.rows[row].answers[number], answers.asked.pairs[number]
    assert answer is not None  # noqa: S101  by `_opened`
    principal = answers.rows[row].principal
    who = urlencode({"action": pair.action, "resource": pair.resource})
    return {
        "answer": answer,
        "principal": principal,
        "url": url_of_principal(aws_account, principal),
        "pair": pair,
        "links": links_of(answer),
        "documents": documents_of(answer),
        "place": f"{row}.{number}",
        "live": word_of(answer.live).lower() if answer.live is not None else "",
        "test_url": _test_url(aws_account, question, principal, pair, answer, saved),
        "ask": _for_aws(question, principal, pair, answer),
        "who_can_url": f"{reverse('who_can', kwargs={'account_id': aws_account.account_id})}?{who}",
    }


def _for_aws(
    question: SimulationQuestion, principal: AskedPrincipal, pair: AskedPair, answer: CellAnswer
) -> list[tuple[str, str]]:
    """What is sent to ask AWS the same; () of whom its simulator doesn't take, and of patterns of resources."""
    if not principal.unique_id or answer.is_new or (pair.resource != ANYTHING and is_pattern(pair.resource)):
        return []
    lines = [f"{key}={value}" for key, values in question.context.items() for value in values]
    asked = [("principal", principal.arn), ("action", pair.action), ("resource", pair.resource)]
    beside = [each for each in question.pairs() if each[0] not in (*LINES, "context", "unread")]
    return [*asked, ("context", "\n".join(lines)), *beside]


def _test_url(
    aws_account: AwsAccount,
    question: SimulationQuestion,
    principal: AskedPrincipal,
    pair: AskedPair,
    answer: CellAnswer,
    saved: str,
) -> str:
    """Of the form of a test that asks for this very answer. What is too long for an address the saved question has."""
    said = f"{principal.kind}/{principal.name}" if principal.unique_id else principal.arn
    resources = (pair.resource,) if pair.resource != ANYTHING else ()
    asked = replace(question.without_supposition(), principals=(said,), actions=(pair.action,), resources=resources)
    pairs = asked.pairs()
    if saved and saving.is_too_long(asked):
        pairs = [("saved", saved), *SimulationQuestion(asked.principals, asked.actions, asked.resources).pairs()]
    expected = ALLOWED if answer.is_allowed else DENIED
    url = reverse("access_test_new", kwargs={"account_id": aws_account.account_id})
    return f"{url}?{urlencode([*pairs, ('expected', expected)])}"


# ---- The file --------------------------------------------------------------------------------------------------
def _file(request: HttpRequest, aws_account: AwsAccount, question: SimulationQuestion) -> HttpResponseBase:
    asked = ask_in_turn(aws_account, question, MOST_IN_FILE, operator=signed_in(request))
    if asked.rows is None:
        sentences = " ".join(sentence for _, sentence in asked.problems)
        return HttpResponse(f"{sentences}\n", status=422, content_type="text/plain; charset=utf-8")
    return file_response("csv", f"simulate-{aws_account.account_id}", _parts(asked.rows))


def _parts(rows: Iterator[tuple[Sequence[AskedPair], AnswerRow]]) -> Iterator[str]:
    """Some lines together."""
    yield csv_line(_COLUMNS)
    for pairs, row in rows:
        yield "".join(_lines(pairs, row))


def _lines(pairs: Sequence[AskedPair], row: AnswerRow) -> Iterator[str]:
    for pair, answer in zip(pairs, row.answers, strict=True):
        who = (row.principal.arn, row.principal.group, pair.action, pair.resource)
        yield csv_line((*who, *(cells_of(answer) if answer else (row.why_not, "", "", "", ""))))


def cells_of(answer: CellAnswer) -> tuple[str, ...]:
    because = (f"{reason.policy}: {reason.named}" for reason in answer.verdict.reasons if reason.policy)
    live = "not there" if answer.is_new else word_of(answer.live or answer.decision)
    return answer.word, live, word_of(answer.by_policies_read), only_if(answer), "; ".join(because)
