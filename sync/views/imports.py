"""Importing a file: a new AWS account without a connection, or a newer file of one."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from accounts.sign_in import demo_would_end
from accounts.stepup import demand_step_up
from iamconsole.web.uploads import LimitedFiles, is_too_long
from sync.snapshot import files, importing
from sync.snapshot.forms import FileForm, NewAwsAccountForm
from sync.snapshot.reading import SnapshotError

# Whoever may not import is turned away before the file is read; the token is in the form, and checked by `_receive`.


@csrf_exempt
@require_http_methods(["GET", "POST"])
def import_snapshot(request: HttpRequest) -> HttpResponse:
    """Makes an AWS account of it."""
    return _receive(_taking_files(request), None)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def import_newer(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    if aws_account.is_connected:
        raise PermissionDenied(f"{aws_account} is connected: the console pulls it from AWS itself.")
    return _receive(_taking_files(request), aws_account)


def _taking_files(request: HttpRequest) -> HttpRequest:
    request.upload_handlers = [LimitedFiles(request, files.folder(), _longest())]
    return request


def _longest() -> int:
    """In bytes, of the file and of what is packed in it."""
    longest: int = settings.IMPORT_MAX_MB * 1024 * 1024
    return longest


@csrf_protect
def _receive(request: HttpRequest, aws_account: AwsAccount | None) -> HttpResponse:
    demand_step_up(request)  # also before the form is shown: a file isn't kept meanwhile
    form_class = NewAwsAccountForm if aws_account is None else FileForm
    if request.method == "GET":
        return _page(request, form_class(), aws_account)
    form = form_class(request.POST, request.FILES)
    if is_too_long(request):
        form.refuse_too_long()
    if not form.is_valid():
        return _page(request, form, aws_account)
    target = form.aws_account() if isinstance(form, NewAwsAccountForm) else aws_account
    assert target is not None  # noqa: S101  only the form of a new one comes without
    try:
        with files.copied(form.upload) as path:
            run = importing.import_file(
                path,
                aws_account=target,
                taken_at=form.time,
                actor=signed_in(request),
                lift_brake=form.cleaned_data.get("lift_brake", False),
                longest=_longest(),
                request=request,
            )
    except SnapshotError as error:
        form.add_error("file", f"{error} Nothing was imported.")
        return _page(request, form, aws_account)
    return redirect("pull", account_id=target.account_id, pk=run.pk)


def _page(request: HttpRequest, form: FileForm, aws_account: AwsAccount | None) -> HttpResponse:
    context = {
        "form": form,
        "demo_would_end": demo_would_end(),
        "aws_account": aws_account,
        "last": importing.last_import(aws_account) if aws_account else None,
    }
    return render(request, "sync/import.html", context, status=422 if form.errors else 200)
