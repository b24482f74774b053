"""The page that makes one change of a table of users."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from iamconsole.web.uploads import LimitedFiles, is_too_long
from identities.bulk.csv_text import MOST_BYTES
from identities.bulk.forms import TableForm
from objects.views.stage import REFUSED, stage
from sync.snapshot import files


@csrf_exempt  # whoever may not is turned away before a file is read; `_page` looks at the token
@require_http_methods(["GET", "POST"])
def users_csv(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    request.upload_handlers = [LimitedFiles(request, files.folder(), MOST_BYTES)]
    return _page(request, aws_account)


@csrf_protect
def _page(request: HttpRequest, aws_account: AwsAccount) -> HttpResponseBase:
    """Shows what each row would do; other buttons give what can't be done as a file, and stage the rest."""
    form = TableForm(aws_account, signed_in(request), request.POST or None, request.FILES or None)
    if is_too_long(request):
        form.refuse_too_long()
    if request.method == "POST" and form.is_valid() and form.bad and "rejected" in request.POST:
        return form.rejected("users-to-correct")
    if request.method == "POST" and form.is_valid() and "stage" in request.POST and (change := stage(request, form)):
        return redirect("change", account_id=aws_account.account_id, pk=change.pk)
    context = {"form": form, "aws_account": aws_account}
    return render(request, "identities/bulk.html", context, status=REFUSED if form.errors else 200)
