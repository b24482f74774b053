"""What is to be said of a document while one types: the editor asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from policies.drafts import findings_in, fixed_draft, newest_of
from policies.engine.document import DocumentType
from policies.engine.lint import FindingsUnwanted
from policies.quotas import OF_DOCUMENTS


@require_POST
def document_check(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    return render_checked(request, aws_account, DocumentType.IDENTITY)


def render_checked(
    request: HttpRequest,
    aws_account: AwsAccount,
    kind: DocumentType,
    description_template: str = "",
    description: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """The findings, and below them what is told, as a field with a document has it. The address names its quota.

    `fix` asks for the fix of a finding, or for all safe ones: the answer has the new text for the editor. 204 where a
    newer check of the same operator has begun: nothing is put in the page.
    """
    text, quota = request.POST.get("document", ""), OF_DOCUMENTS.get(request.GET.get("quota", ""))
    fixes = fixed_draft(text, request.POST["fix"], aws_account, kind, quota) if "fix" in request.POST else None
    text = fixes.text if fixes else text
    try:
        findings = findings_in(text, aws_account, kind, quota, newest_of(signed_in(request), text))
    except FindingsUnwanted:
        return HttpResponse(status=204)
    context = {
        "findings": findings,
        "fixes": fixes,
        "check_url": request.get_full_path(),
        "description_template": description_template,
        "description": description,
    }
    return render(request, "policies/checked.html", context)
