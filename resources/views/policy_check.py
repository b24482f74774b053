"""What is to be said of the policy of a resource while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.access import fetch_aws_account
from policies.engine.structure import DocumentType
from policies.views.document import render_checked
from resources.models import Resource
from resources.operations.limits import left_out
from resources.table.writing import WRITING
from sync.texts import storable


@require_POST
def resource_policy_check(request: HttpRequest, account_id: str) -> HttpResponse:
    """The address names the resource, `id`, and the alias of a function, `policy`."""
    aws_account = fetch_aws_account(request, account_id)
    aws_id = storable(request.GET.get("id", ""))
    row = get_object_or_404(Resource.objects.live().filter(aws_account=aws_account, aws_id=aws_id))
    writing = WRITING.get(row.kind)
    leaves_out = left_out(writing) if writing else frozenset[str]()
    return render_checked(request, aws_account, DocumentType.RESOURCE, left_out=leaves_out)
