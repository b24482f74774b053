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
from access.asking.calls import CannotAskError, UnreadableAnswerError, ask_simulator
from access.asking.comparing import REASONS, Compared, compare
from access.asking.keeping import keep
from access.denied.answer import surroundings_seen
from access.forms import DeniedRequestForm
from access.holders import Holder
from access.models import AccessDisagreement
from access.object_links import principal_url
from access.situations import Situation, Situations, UnanswerableQuestionError
from access.views.seen import seen_by
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ASK_AWS
from policies.engine.callers import CallerKind
from policies.engine.evaluate import evaluate
from sync.aws.errors import AccessDeniedError, AwsError

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
    context: dict[str, Any] = {"aws_account": aws_account, "form": form, "may_ask": may_ask}
    if form.is_valid():
        situations = Situations(aws_account, around=surroundings_seen(aws_account, seen_by(request)))
        context |= _answered(aws_account, situations, form, asks=request.method == "POST")
    return render(request, "access/ask_aws.html", context)


def _answered(
    aws_account: AwsAccount, situations: Situations, form: DeniedRequestForm, *, asks: bool
) -> dict[str, Any]:
    asked = form.cleaned_data
    try:
        situation = situations.of(asked["principal"], asked["action"], asked["resource"], asked["context"])
    except UnanswerableQuestionError as problem:
        return {"unanswerable": str(problem)}
    holder = situations.asker(asked["principal"]).holder
    context: dict[str, Any] = {
        "asked": asked,
        "url": principal_url(aws_account, holder.unique_id, holder.is_role) if holder else "",
        "ours": evaluate(situation.request, situation.all_layers),
        "not_read": list(situation.not_read.values()),
    }
    try:
        source = source_of(situation, holder)
        return context | (_asked(aws_account, situation, source) if asks else {})
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


def _asked(aws_account: AwsAccount, situation: Situation, source: str) -> dict[str, Any]:
    try:
        theirs = ask_simulator(aws_account, situation, source)
    except AwsError as error:
        return {"error": error.sentence(), "statement": statement_of(error)}
    found = compare(situation, theirs)
    kept = keep(aws_account, situation, source, found)
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
        "reasons": list(REASONS.values()),
    }
    return render(request, "access/disagreements.html", context)
