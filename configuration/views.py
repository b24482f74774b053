"""Pages of the configuration file: export, upload, its differences, import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from configuration import files, services
from configuration.files import MOST, MOST_BYTES, TOO_LONG
from configuration.forgetting import UPLOADS_FOR
from configuration.models import ConfigurationUpload
from configuration.services import ImportRefused
from configuration.shapes import BadFile, LineProblem
from iamconsole.web.uploads import LimitedFiles, is_too_long
from sync.snapshot.files import folder


@require_GET
def configuration(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def configuration_export(request: HttpRequest) -> HttpResponse:
    try:
        text = services.export(actor=signed_in(request), request=request)
    except BadFile as error:
        return _page(request, error.problems)
    name = 'attachment; filename="iam-console.yaml"'
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers={"Content-Disposition": name})


@csrf_exempt  # whoever may not is turned away before a file is read; `_received` looks at the token
@require_POST
def configuration_upload(request: HttpRequest) -> HttpResponse:
    request.upload_handlers = [LimitedFiles(request, folder(), MOST_BYTES)]
    return _received(request)


@csrf_protect
def _received(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if is_too_long(request):
        return _page(request, [LineProblem(0, TOO_LONG)])
    if file is None:
        return _page(request, [LineProblem(0, "Choose a file first.")])
    try:
        uploaded = services.upload(actor=signed_in(request), raw=file.read())
    except BadFile as error:
        return _page(request, error.problems)
    return redirect("configuration_file", pk=uploaded.pk)


@require_GET
def configuration_file(request: HttpRequest, pk: int) -> HttpResponse:
    return _file_page(request, _fetch(request, pk))


@require_POST
def configuration_import(request: HttpRequest, pk: int) -> HttpResponse:
    uploaded = _fetch(request, pk)
    state = request.POST.get("state", "")
    try:
        result = services.carry_out(actor=signed_in(request), uploaded=uploaded, state=state, request=request)
    except (ImportRefused, BadFile) as error:
        return _file_page(request, uploaded, error.problems)
    if result is None:
        messages.info(request, "The file was imported already.")
        return redirect("configuration")
    said = ", ".join(f"{number} {kind}" for kind, number in result.numbers.items())
    messages.success(request, f"The file is imported: {said}. Export again before you change it.")
    for remark in result.remarks:
        messages.warning(request, remark)
    return redirect("configuration")


def _fetch(request: HttpRequest, pk: int) -> ConfigurationUpload:
    """A file is for whoever uploaded it, for a day."""
    since = timezone.now() - UPLOADS_FOR
    return get_object_or_404(ConfigurationUpload, pk=pk, operator=signed_in(request), uploaded_at__gte=since)


def _page(request: HttpRequest, problems: Any = ()) -> HttpResponse:
    context = {"problems": problems, "most": MOST}
    return render(request, "configuration/configuration.html", context, status=422 if problems else 200)


def _file_page(request: HttpRequest, uploaded: ConfigurationUpload, refused: Any = ()) -> HttpResponse:
    try:
        plan = services.plan(files.read(bytes(uploaded.file)))
        problems = [*refused] or services.dry_run(actor=signed_in(request), uploaded=uploaded)
    except BadFile as error:
        return _page(request, error.problems)
    context = {"uploaded": uploaded, "plan": plan, "problems": problems}
    return render(request, "configuration/file.html", context, status=422 if refused else 200)
