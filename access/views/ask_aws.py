"""Ask AWS too: its policy simulator beside the console's answer, and where the two said different things."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from access.asking.anonymized import anonymized
from access.asking.calls import CannotAskError, UnreadableAnswerError, ask_about_policies, ask_simulator
from access.asking.comparing import REASONS, Compared, KnownReason, compare
from access.asking.keeping import keep
from access.denied.answer import surroundings_seen
from access.forms import DeniedRequestForm
from access.holders import Holder
from access.models import AccessDisagreement
from access.object_links import principal_url
from access.simulation.answers import Evaluator
from access.simulation.asking import refused
from access.simulation.columns import AskedPair
from access.simulation.question import SimulationQuestion
from access.simulation.supposing import CantSupposeError, live_state, supposed_by, supposed_state
from access.situations import Situation, Situations, UnanswerableQuestionError
from access.views.seen import seen_by
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ASK_AWS
from policies.engine.callers import CallerKind
from policies.engine.evaluate import evaluate
from sync.aws.errors import AccessDeniedError, AwsError

_GIVEN = frozenset({"as_if", "of", "name", "document", "resource_policy", "session", "without"})
_REFUSED = "Asking AWS takes a permission that you don’t have here: an editor, an approver or an owner has it."


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ask_aws(request: HttpRequest, account_id: str) -> HttpResponse:
    """The question is in the address, or sent; AWS is asked only where it is sent."""
    aws_account = fetch_aws_account(request, account_id)
    may_ask = may(signed_in(request), ASK_AWS, aws_account)
    if request.method == "POST" and not may_ask:
        raise PermissionDenied(_REFUSED)
    form = DeniedRequestForm(request.POST or request.GET or None)
    given = _given(request)
    context: dict[str, Any] = {"aws_account": aws_account, "form": form, "may_ask": may_ask, "given": given.pairs()}
    if form.is_valid():
        context |= _answered(request, aws_account, form.cleaned_data, given)
    return render(request, "access/ask_aws.html", context)


def _given(request: HttpRequest) -> SimulationQuestion:
    """What Simulate supposed, and the policies pasted there: of a question that is sent, without its other parts."""
    posted = [(name, value) for name, values in request.POST.lists() for value in values if name in _GIVEN]
    return SimulationQuestion.read(posted)


def _evaluator(request: HttpRequest, aws_account: AwsAccount, given: SimulationQuestion) -> tuple[Evaluator, str]:
    """With what is supposed, in words. Raises UnanswerableQuestionError."""
    if problems := refused(given):
        raise UnanswerableQuestionError(problems[0][1])
    live = live_state(aws_account, signed_in(request))
    try:
        supposed = supposed_by(live, given.supposed, signed_in(request))
    except CantSupposeError as problem:
        raise UnanswerableQuestionError(str(problem)) from problem
    state = supposed_state(live, supposed.changes) if supposed else live
    policies = (given.session_policy, False, given.resource_policy)
    return Evaluator(state, given.known, *policies), supposed.words if supposed else ""


def _answered(
    request: HttpRequest, aws_account: AwsAccount, asked: dict[str, Any], given: SimulationQuestion
) -> dict[str, Any]:
    try:
        if given.pairs():
            evaluator, supposed = _evaluator(request, aws_account, given)
            evaluator.context = {**given.known, **asked["context"]}
            situations = evaluator.situations
            situation = evaluator.situation(asked["principal"], AskedPair(asked["action"], asked["resource"]))
        else:
            seen = seen_by(request)
            supposed = ""
            situations = Situations(aws_account, around=surroundings_seen(aws_account, seen), may_see=seen)
            situation = situations.of(asked["principal"], asked["action"], asked["resource"], asked["context"])
    except UnanswerableQuestionError as problem:
        return {"unanswerable": str(problem)}
    holder = situations.asker(asked["principal"]).holder
    context: dict[str, Any] = {
        "asked": asked,
        "supposed": supposed,
        "url": principal_url(aws_account, holder.unique_id, holder.is_role) if holder else "",
        "ours": evaluate(situation.request, situation.all_layers),
        "not_read": [*situation.not_read.values(), *situation.unsure],
    }
    try:
        source = source_of(situation, holder)
        return context | (_asked(aws_account, situation, source, given) if request.method == "POST" else {})
    except (CannotAskError, UnreadableAnswerError) as problem:
        return context | {"cannot": str(problem)}


def source_of(situation: Situation, holder: Holder | None) -> str:
    """The ARN of the user or role that the simulator is asked about. Raises CannotAskError."""
    caller = situation.request.caller
    if holder is None or caller.kind not in (CallerKind.USER, CallerKind.ROLE):
        raise CannotAskError(
            "AWS’s policy simulator takes users, groups and roles of this AWS account: not its root user, no services,"
            " and nobody of another AWS account."
        )
    return holder.arn


def _asked(aws_account: AwsAccount, situation: Situation, source: str, given: SimulationQuestion) -> dict[str, Any]:
    """Of what isn't in force AWS is given the texts."""
    is_given = not given.supposed.is_live or bool(given.of_resource)
    try:
        theirs = (ask_about_policies if is_given else ask_simulator)(aws_account, situation, source)
    except AwsError as error:
        return {"error": error.sentence(), "statement": statement_of(error)}
    found = compare(situation, theirs, is_given=is_given)
    kept = keep(aws_account, situation, source, found, given.digest if is_given else "")
    return {"theirs": theirs, "compared": found, "kept": kept, "notes": _notes(found)}


def _notes(found: Compared) -> list[str]:
    theirs, notes = found.theirs, []
    if theirs.organization is False:
        notes.append("Service control policies don’t allow it.")
    if theirs.boundary is False:
        notes.append("The permissions boundary doesn’t allow it.")
    if theirs.missing:
        notes.append(f"Not given, and so absent: {', '.join(theirs.missing)}.")
    return notes


def statement_of(error: AwsError) -> str:
    """The statement that grants what the console's role lacks, as JSON; "" where it is another error."""
    if not isinstance(error, AccessDeniedError):
        return ""
    found = error.statement()
    return json.dumps(found, indent=2) if found else ""


# ---- Where the two said different things ---------------------------------------------------------------------
SHOWN = 200


@require_GET
def disagreements(request: HttpRequest, account_id: str) -> HttpResponse:
    """`?format=json`: without names, to be handed on."""
    aws_account = fetch_aws_account(request, account_id)
    rows = list(AccessDisagreement.objects.filter(aws_account=aws_account)[:SHOWN])
    if request.GET.get("format") == "json":
        text = json.dumps([anonymized(row) for row in rows], indent=2)
        answer = HttpResponse(text, content_type="application/json")
        answer["Content-Disposition"] = 'attachment; filename="disagreements.json"'
        return answer
    context = {
        "aws_account": aws_account,
        "lines": [(row, [REASONS[reason] for reason in row.reasons if reason in REASONS]) for row in rows],
        "unexplained": sum(not row.is_explained for row in rows),
        "reasons": [sentence for reason, sentence in REASONS.items() if reason is not KnownReason.GIVEN],
    }
    return render(request, "access/disagreements.html", context)
