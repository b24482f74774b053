"""What is to be said of a document while one types: the editor asks for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.once import page_is_made
from objects.object_actions import SHOWN, VIEW
from policies import draft_blocks
from policies.drafts import findings_in, fixed_draft, newest_of, problems_of
from policies.editor_views import EditedText, find, received
from policies.engine.document import DocumentType
from policies.engine.lint import FindingsUnwanted
from policies.fields import checked_draft
from policies.findings import Findings, but_for_word_at
from policies.quotas import OF_DOCUMENTS

_MOST_DIGITS = 9


@require_POST
def document_check(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return render_checked(request, aws_account, DocumentType.IDENTITY)


@require_POST
def control_policy_check(request: HttpRequest, account_id: str) -> HttpResponse:
    """The address names the type of the document."""
    aws_account, kind = fetch_aws_account(request, account_id), request.GET.get("kind", "")
    if kind not in (DocumentType.SCP, DocumentType.RCP):
        raise Http404("There is no such type of control policy.")
    return render_checked(request, aws_account, DocumentType(kind))


@require_POST
def document_view(request: HttpRequest, account_id: str) -> HttpResponse:
    """The text in the view that `view` names, with what the fields of the view say that was `shown`.

    The address names the type of the document. Where the text is another than came, the answer has it for the editor.
    """
    aws_account, kind = fetch_aws_account(request, account_id), request.GET.get("kind", "")
    if kind not in list(DocumentType):
        raise Http404("There is no such type of document.")
    return render_view(request, aws_account, DocumentType(kind))


def render_view(request: HttpRequest, aws_account: AwsAccount, kind: DocumentType) -> HttpResponse:
    typed, shown = request.POST.get("document", "").replace("\r\n", "\n"), request.POST.get(SHOWN, "")
    edited = EditedText(typed, kind, aws_account, signed_in(request), request.POST)
    came = received(shown, edited)
    view = find(came.view or (not came.refused and request.POST.get(VIEW)) or shown, edited.kind)
    context = {
        "view": view,
        "shown": view.context(replace(edited, text=came.text, told=came.told)),
        "text": came.text,
        "is_written": came.text != typed,
        "line": came.line,
        "view_url": request.get_full_path(),
    }
    return render(request, "policies/editor_view.html", context)


def render_checked(
    request: HttpRequest,
    aws_account: AwsAccount,
    kind: DocumentType,
    description_template: str = "",
    description: Mapping[str, Any] = MappingProxyType({}),
    *,
    above_template: str = "",
    subject: Mapping[str, str] | None = None,
    left_out: Collection[str] = (),
) -> HttpResponse:
    """The findings, and what is told below and above them, as a field with a document has it. `left_out`: codes of
    findings that don't hold for such documents.

    The address names its quota, and what it is a draft of (policies.draft_subjects), unless `subject` says that.

    `fix` asks for the fix of a finding, or for all safe ones: the answer has the new text for the editor. `caret` says
    where somebody is typing: nothing is found in that word. 204 where a newer check of the same operator has begun:
    nothing is put in the page.
    """
    text, quota = request.POST.get("document", ""), OF_DOCUMENTS.get(request.GET.get("quota", ""))
    fixes = fixed_draft(text, request.POST["fix"], aws_account, kind, quota) if "fix" in request.POST else None
    text = fixes.text if fixes else text
    try:
        findings = findings_in(text, aws_account, kind, quota, newest_of(signed_in(request), text), left_out)
    except FindingsUnwanted:
        return HttpResponse(status=204)
    if subject is None:
        subject = {name: request.POST.get(name) or request.GET.get(name, "") for name in ("of", "id", "policy")}
    draft = checked_draft(text, kind, aws_account, signed_in(request), subject)
    shown = _but_for_word(findings, text, request.POST.get("caret", ""))
    with page_is_made():  # blocks only read
        blocks = list(draft_blocks.shown(draft, is_valid=not problems_of(text, kind, left_out)))
    context = {
        "blocks": blocks,
        "findings": shown,
        "is_typing": shown is not findings,
        "fixes": fixes,
        "check_url": request.get_full_path(),
        "above_template": above_template,
        "description_template": description_template,
        "description": description,
    }
    return render(request, "policies/checked.html", context)


def _but_for_word(findings: Findings, text: str, caret: str) -> Findings:
    if not (caret.isascii() and caret.isdecimal() and len(caret) <= _MOST_DIGITS):
        return findings
    return but_for_word_at(findings, text.replace("\r\n", "\n"), int(caret))
