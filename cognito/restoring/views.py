"""Pages to take a user pool away as a file, and to restore one from a file."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import fetch_aws_account, may, may_in_pool, signed_in
from accounts.models import AwsAccount
from accounts.roles import EXPORT_PEOPLE, PROPOSE
from cognito.models import UserPool
from cognito.object_pages import POOL
from cognito.people import reading_log
from cognito.people.person_record import people_settings_of
from cognito.restoring import exporting
from cognito.restoring.forms import RestoreForm, RestoreNewForm
from cognito.restoring.pool_file import MOST_BYTES
from iamconsole.web.uploads import LimitedFiles, is_too_long
from objects.object_pages import fetch_row
from objects.views.stage import REFUSED, stage
from sync.snapshot import files

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_GET
@never_cache
def cognito_pool_export(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponseBase:
    """What a file has and what it hasn't; `?format=json` is the file."""
    pool: UserPool = fetch_row(request, POOL, account_id, aws_id)
    operator, people_settings = signed_in(request), people_settings_of(pool)
    exports_people = may_in_pool(operator, EXPORT_PEOPLE, pool.aws_account, pool.aws_id)
    if request.GET.get("format") == "json":
        return _file(request, pool, memberships=request.GET.get("memberships") == "on")
    context = {
        "pool": pool,
        "people_settings": people_settings,
        "never": exporting.NEVER,
        "exports_people": exports_people,
        "people": exporting.people_in(pool) if exports_people else 0,
        "unread": exporting.unread_groups(pool),
        "restores": may(operator, PROPOSE, pool.aws_account),
    }
    return render(request, "cognito/restoring/export.html", context)


def _file(request: HttpRequest, pool: UserPool, *, memberships: bool) -> StreamingHttpResponse:
    if memberships:
        if not may_in_pool(signed_in(request), EXPORT_PEOPLE, pool.aws_account, pool.aws_id):
            raise PermissionDenied("Exporting people as a file needs a permission of its own, which editors have.")
        reading_log.exported(request, pool, ["memberships"], exporting.people_in(pool))
    lines = exporting.lines_of(pool, memberships=memberships)
    response = StreamingHttpResponse(lines, content_type="application/json")
    name = f"user-pool-{slugify(pool.name) or pool.aws_id}-{timezone.localtime():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@csrf_exempt  # whoever may not is turned away before a file is read; `_page` looks at the token
@require_http_methods(_GET_OR_POST)
@never_cache
def cognito_pool_restore(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    pools = UserPool.objects.live().filter(aws_account=aws_account).select_related("aws_account")
    return _page(_with_files(request), aws_account, get_object_or_404(pools, aws_id=aws_id))


@csrf_exempt
@require_http_methods(_GET_OR_POST)
@never_cache
def cognito_pool_restore_new(request: HttpRequest, account_id: str) -> HttpResponse:
    return _page(_with_files(request), fetch_aws_account(request, account_id), None)


def _with_files(request: HttpRequest) -> HttpRequest:
    request.upload_handlers = [LimitedFiles(request, files.folder(), MOST_BYTES)]
    return request


@sensitive_post_parameters()
@csrf_protect
def _page(request: HttpRequest, aws_account: AwsAccount, pool: UserPool | None) -> HttpResponse:
    """Shows what the file would do; the second button stages what is ticked."""
    operator = signed_in(request)
    form_type = RestoreNewForm if pool is None else RestoreForm
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = form_type(aws_account, operator, pool, *given)
    if is_too_long(request):
        form.refuse_too_long()
    to_stage = request.method == "POST" and form.is_valid() and "stage" in request.POST and form.fits_together()
    if to_stage and (change := stage(request, form)):
        return redirect("change", account_id=aws_account.account_id, pk=change.pk)
    elsewhere = [
        each
        for each in AwsAccount.objects.visible_to(operator, PROPOSE).order_by("name")
        if each != aws_account and each.is_connected
    ]
    context = {"form": form, "aws_account": aws_account, "pool": pool, "elsewhere": [] if pool else elsewhere}
    return render(request, "cognito/restoring/restore.html", context, status=REFUSED if form.errors else 200)
