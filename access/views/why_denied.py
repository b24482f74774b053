"""Why AWS denied something: what somebody pasted is read, decided layer by layer, and a statement drafted.

Nothing of it is kept: no log and no audit entry has what was pasted, and it is sent by POST only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from access.asking.calls import UnreadableAnswerError, ask_details, decode_message
from access.denied import words
from access.denied.answer import DenialAnswer, DenialOutcome, answer, why_it_differs
from access.denied.completing import completed, deleted_principal
from access.denied.decoded import decoded_text, request_of_decoded
from access.denied.drafting import StatementProposal, propose
from access.denied.places import PolicyPlace
from access.denied.reading import Reading, read
from access.denied.requests import DeniedRequest, filled_in
from access.forms import DeniedRequestForm
from access.holders import Holder
from access.object_links import principal_url
from access.situations import UnanswerableQuestionError
from access.views.ask_aws import statement_of
from access.views.seen import aws_account_seen, seen_by
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ASK_AWS
from iamconsole.web.elements import object_url
from policies.edited_objects import fetch_edited
from policies.engine.catalogue import spelled
from policies.views.starting import begin
from sync.aws.errors import AwsError

READ, ASK, DECODE, DETAILS = "read", "ask", "decode", "details"  # what a button is for
BEGIN = "begin"  # the button that makes a draft


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def why_denied(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    context = _DenialPage(request, aws_account).context()
    draft = context.get("draft")
    if BEGIN in request.POST and draft is not None and draft.place and draft.text:
        return begin(request, fetch_edited(request, aws_account, edited_at(draft.place)), draft.text)
    return render(request, "access/why_denied.html", context)


def edited_at(place: PolicyPlace) -> dict[str, str]:
    """As `fetch_edited` is asked for what is edited there."""
    part = place.name if place.action == "inline" else ""
    return {"place": place.kind, "aws_id": place.owner.aws_id, "action": place.action, "part": part}


class _DenialPage:
    def __init__(self, request: HttpRequest, aws_account: AwsAccount) -> None:
        self._request, self._aws_account = request, aws_account
        self._data = request.POST
        self.text = self._data.get("text", "").replace("\r\n", "\n")

    def context(self) -> dict[str, Any]:
        context: dict[str, Any] = {"aws_account": self._aws_account, "text": self.text}
        if self._request.method != "POST":
            return context
        reading = read(self.text)
        said, decoding = self._decoded(self._chosen(reading))
        form = self._form(said)
        context |= {"reading": reading, "said": said, "form": form, "picked": self._number(reading), **decoding}
        if said is None and self._data.get("do") != ASK:
            return context
        asked = self._asked(said, form)
        return context | {"asked": asked} | (self._answered(asked) if asked else {"is_incomplete": True})

    # ---- What is asked ---------------------------------------------------------------------------------------
    def _number(self, reading: Reading) -> int:
        """Of the denial that was chosen among several."""
        number = self._data.get("pick", "0")
        numbers = map(str, range(len(reading.requests)))
        return int(number) if number in numbers else 0

    def _chosen(self, reading: Reading) -> DeniedRequest | None:
        if not reading.requests:
            return None
        return completed(self._aws_account, reading.requests[self._number(reading)])

    def _decoded(self, said: DeniedRequest | None) -> tuple[DeniedRequest | None, dict[str, Any]]:
        """What only AWS decodes is asked for once, where nothing else can be read, or by a button."""
        may_ask = may(signed_in(self._request), ASK_AWS, self._aws_account)
        context: dict[str, Any] = {"may_ask": may_ask}
        content = decoded_text(self._data.get("decoded", ""))
        wanted = said is not None and said.encoded and (said.is_encoded_only or self._data.get("do") == DECODE)
        if content is None and wanted and said and may_ask and self._data.get("do") != ASK:
            try:
                content = decode_message(self._aws_account, said.encoded)
            except AwsError as error:
                context |= {"decoding_error": error.sentence(), "statement": statement_of(error)}
            except UnreadableAnswerError as problem:
                context["decoding_error"] = str(problem)
        if content is None:
            return said, context
        return request_of_decoded(content), context | {"decoded": json.dumps(content)}

    def _form(self, said: DeniedRequest | None) -> DeniedRequestForm:
        """With what was filled in, or what was read."""
        if self._data.get("do") == ASK:
            return DeniedRequestForm(self._data)
        return DeniedRequestForm(initial=fields_of(said) if said else {})

    def _asked(self, said: DeniedRequest | None, form: DeniedRequestForm) -> DeniedRequest | None:
        """None where something is still missing, or wrong."""
        if not form.is_bound:
            return said if said and said.is_complete else None
        if not form.is_valid():
            return None
        typed = form.cleaned_data
        return filled_in(said, typed["principal"], typed["action"], typed["resource"], typed["context"])

    # ---- What comes of it ------------------------------------------------------------------------------------
    def _answered(self, asked: DeniedRequest) -> dict[str, Any]:
        try:
            found = answer(self._aws_account, asked, seen_by(self._request))
        except UnanswerableQuestionError as problem:
            gone = deleted_principal(self._aws_account, asked.principal)
            return {"unanswerable": str(problem), "gone": gone, "gone_url": _url_of_gone(gone)}
        proposal = propose(self._aws_account, found, self._data.get("place", ""), self._data.get("width", ""))
        return {
            "found": found,
            "headline": words.headline(found),
            "agreement": words.agreement_words(found),
            "as_text": words.as_text(found),
            "who": self._who(found),
            "reasons": why_it_differs(found) if found.outcome is not DenialOutcome.DENIED else [],
            "lines": found.layered.lines,
            "at": _moment(asked.at),
            "elsewhere": self._elsewhere(found),
            **self._details(asked),
            **self._proposed(found, proposal),
        }

    def _details(self, asked: DeniedRequest) -> dict[str, Any]:
        """AWS's own, of a denial that has an authorization id; by a button."""
        may_ask = may(signed_in(self._request), ASK_AWS, self._aws_account)
        if not (asked.authorization_id and may_ask and self._data.get("do") == DETAILS):
            return {}
        try:
            return {"details": ask_details(self._aws_account, asked.authorization_id, asked.region)}
        except AwsError as error:
            return {"details_error": error.sentence(), "statement": statement_of(error)}

    def _who(self, found: DenialAnswer) -> dict[str, str]:
        """In words, with the address of who it is in the mirror."""
        caller = found.situation.request.caller
        holder = found.holder
        url = principal_url(self._aws_account, holder.unique_id, holder.is_role) if holder else ""
        return {"words": words.caller_words(caller), "name": words.caller_name(caller), "url": url}

    def _elsewhere(self, found: DenialAnswer) -> dict[str, Any] | None:
        """Of a principal of another AWS account: which one, if the operator sees it here."""
        account_id = found.situation.request.caller.account
        if not account_id or account_id == self._aws_account.account_id:
            return None
        seen = aws_account_seen(self._request, account_id)
        url = reverse("why_denied", kwargs={"account_id": account_id}) if seen else ""
        return {"account_id": account_id, "name": str(seen or ""), "url": url}

    def _proposed(self, found: DenialAnswer, proposal: StatementProposal) -> dict[str, Any]:
        draft = proposal.draft
        context: dict[str, Any] = {"proposal": proposal, "draft": draft}
        if draft is None:
            return context
        context |= {
            "already": [self._named(each) for each in proposal.already],
            "choices": [
                PlaceChoice(each, having) for each, having in zip(proposal.places, proposal.having, strict=True)
            ],
        }
        if draft.let_in:
            context["let_in"] = [self._named(each) for each in draft.let_in.new[:SHOWN]]
            context["let_in_more"] = max(0, len(draft.let_in.new) - SHOWN)
        return context

    def _named(self, holder: Holder) -> AdmittedPrincipal:
        return AdmittedPrincipal(holder.caller.name, principal_url(self._aws_account, holder.unique_id, holder.is_role))


SHOWN = 20  # of those whom a statement would let in


@dataclass(frozen=True)
class AdmittedPrincipal:
    name: str
    url: str


@dataclass(frozen=True)
class PlaceChoice:
    """`having`: how many users and roles have the policy."""

    place: PolicyPlace
    having: int


def fields_of(said: DeniedRequest) -> dict[str, str]:
    """As its form has them."""
    context = "\n".join(f"{spelled(key)}={value}" for key, values in said.context.items() for value in values)
    return {"principal": said.principal, "action": said.action, "resource": said.resource, "context": context}


def _moment(at: str) -> datetime | None:
    """None for what looks like a time and is none, such as the 30th of February."""
    try:
        return parse_datetime(at)
    except ValueError:
        return None


def _url_of_gone(gone: Any) -> str:
    if gone is None:
        return ""
    return object_url("user" if ":user/" in gone.arn else "role", gone.aws_account.account_id, gone.aws_id)
