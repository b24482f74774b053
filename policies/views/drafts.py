"""Drafts: the editor saves them as one types; their pages show, choose, discard and erase them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import fetch_aws_account, signed_in
from iamconsole.web.diff import DiffLine, document_diff
from policies import editor_drafts
from policies.edited_objects import edited_object
from policies.models import EditorDraft
from policies.open_drafts import (
    OpenDraft,
    is_permitted,
    kept,
    listed,
    page_of,
    page_url,
    typed_in,
)

_OTHER = "Another operator is signed in here now, so nothing was saved. Sign in again as yourself, or copy the text."
MOST_COMPARED = 100_000  # characters
REFUSED, OTHER_OPERATOR = 422, 409


# ---- For the editor's script -------------------------------------------------------------------------------------
@require_safe
def draft_session(request: HttpRequest) -> HttpResponse:
    """Who is signed in now, and the token for what is posted: a page goes on after a sign-in elsewhere."""
    return JsonResponse({"operator": str(signed_in(request).pk), "csrf": get_token(request)})


@require_POST
def draft_save(request: HttpRequest, account_id: str) -> HttpResponse:
    """What the page shows of its draft from now on; else a sentence. The address says what is edited."""
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    if request.POST.get("operator") != str(operator.pk):
        return _sentence(_OTHER, OTHER_OPERATOR)
    edited = edited_object(request.GET, aws_account)
    key, row = edited.key, edited.row
    if not is_permitted(operator, key):
        raise PermissionDenied
    typed = typed_in(request.POST, key, operator, row.name if row else "")
    is_gone = row is not None and row.gone_at is not None
    draft = kept(OpenDraft(key, operator, is_gone=is_gone), typed, page_of(request.POST))
    if draft.refused:
        return _sentence(draft.refused, REFUSED)
    return render(request, "policies/draft_state.html", {"draft": draft})


def _sentence(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


# ---- Pages -------------------------------------------------------------------------------------------------------
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """The operator's own; for owners, that there are others', too."""
    operator = signed_in(request)
    context = {
        "own": listed(editor_drafts.of_operator(operator), operator),
        "of_others": listed(editor_drafts.owned_by(operator)[:200], operator),
        "kept_days": settings.KEEP_DRAFTS_DAYS,
    }
    return render(request, "policies/drafts.html", context)


@require_safe
def draft(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    row = _own(request, account_id, pk)
    operator = signed_in(request)
    [subject] = listed([row], operator)
    own, _ = editor_drafts.drafts_of(editor_drafts.key_of(row), operator)
    rest = [each for each in own if each.pk != row.pk]
    context = {
        "subject": subject,
        "rest": [(each, page_url(each), *_difference(each.text, row.text)) for each in rest],
    }
    return render(request, "policies/draft.html", context)


@require_POST
def draft_choose(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    row, operator = _own(request, account_id, pk), signed_in(request)
    editor_drafts.choose(actor=operator, draft=row)
    messages.success(request, "This text is the draft now; the others are discarded.")
    [subject] = listed([row], operator)
    return redirect(subject.edit_url or page_url(row))


@require_POST
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Also by who may no longer read it."""
    operator = signed_in(request)
    row = get_object_or_404(editor_drafts.of_operator(operator), pk=pk)
    [subject] = listed([row], operator)
    editor_drafts.discard(actor=operator, draft=row)
    messages.success(request, f"The draft is discarded: {subject.title}.")
    return redirect(subject.edit_url if "again" in request.POST and subject.edit_url else "drafts")


@require_POST
def draft_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Of another operator, by an owner of the AWS account."""
    operator = signed_in(request)
    row = get_object_or_404(editor_drafts.owned_by(operator), pk=pk)
    editor_drafts.erase(actor=operator, draft=row)
    messages.success(request, f"The draft of {row.operator} is erased.")
    return redirect("drafts")


def _difference(old: str, new: str) -> tuple[list[DiffLine], str]:
    """How the texts differ, or a sentence."""
    if len(old) + len(new) > MOST_COMPARED:
        return [], "They are too long to be compared: open it to read it."
    lines = document_diff(old, new)
    return lines, "" if lines else "Both texts say the same."


def _own(request: HttpRequest, account_id: str, pk: int) -> EditorDraft:
    """The operator's own draft, if they may still edit what it is of."""
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    rows = editor_drafts.of_operator(operator).filter(aws_account=aws_account)
    row = get_object_or_404(rows, pk=pk)
    if not is_permitted(operator, editor_drafts.key_of(row)):
        raise PermissionDenied
    return row
