"""The page of what code owns: states that were read, and a form to give one."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from iamconsole.web.fragments import render_page
from iamconsole.web.uploads import LimitedFiles, is_too_long
from infrastructure.code.state import StateError
from infrastructure.models import StateFile
from infrastructure.owned.changes import patches_of
from infrastructure.owned.evidence import evidence_of
from infrastructure.owned.forms import StateForm
from infrastructure.owned.stacks import counted_stacks, stacks_read
from infrastructure.owned.states import MOST_MB, remove_state, take_state
from objects.object_pages import TabLink, fetch_row, render_tab
from objects.views.stage import REFUSED
from resources.views.pages import RESOURCE_PAGES
from sync.models import Change
from sync.snapshot import files
from sync.views.live import fetch_change


@require_http_methods(["GET"])
def owned_by_code(request: HttpRequest, account_id: str) -> HttpResponse:
    return _render(request, fetch_aws_account(request, account_id), StateForm())


@csrf_exempt  # whoever may not is turned away before a file is read; `_take` looks at the token
@require_POST
def read_state(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    request.upload_handlers = [LimitedFiles(request, files.folder(), MOST_MB * 1024 * 1024)]
    return _take(request, aws_account)


@csrf_protect
def _take(request: HttpRequest, aws_account: AwsAccount) -> HttpResponse:
    form = StateForm(request.POST, request.FILES)
    if is_too_long(request):
        form.refuse_too_long()
    if form.is_valid():
        try:
            take_state(
                aws_account=aws_account,
                name=form.cleaned_data["name"],
                file=form.cleaned_data["file"].file,
                actor=signed_in(request),
                request=request,
            )
            return redirect(reverse("owned_by_code", kwargs={"account_id": aws_account.account_id}))
        except StateError as error:
            form.add_error("file", f"{error} Nothing was kept.")
    return _render(request, aws_account, form)


@require_POST
def remove(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    state = get_object_or_404(StateFile.objects.filter(aws_account=aws_account), pk=pk)
    state.aws_account = aws_account
    remove_state(state=state, actor=signed_in(request), request=request)
    return redirect(reverse("owned_by_code", kwargs={"account_id": account_id}))


@require_GET
def change_code(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """A panel of a plan, and a page: what to put into the code that owns what it is about."""
    change = fetch_change(request, account_id, pk)
    patches = list(patches_of(change)) if change.state in Change.UNSENT else []
    usual = "cloudformation" if any(each.resource.stack_id for each in patches) else "terraform"
    asked = request.GET.get("format", "")
    wanted = asked if asked in ("cloudformation", "terraform") else usual
    shown = [(each, getattr(each, wanted)) for each in patches]
    formats = [
        TabLink(label, f"?format={name}", name == wanted, None)
        for name, label in (("terraform", "Terraform"), ("cloudformation", "CloudFormation"))
    ]
    context = {"change": change, "aws_account": change.aws_account, "patches": shown, "formats": formats}
    return render_page(request, "infrastructure/change.html", context, fragment="code")


@require_GET
def resource_owned(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """A tab of a resource: by what it is owned. Policies of resources aren't exported."""
    row = fetch_row(request, RESOURCE_PAGES, account_id, aws_id)
    context = {"evidence": evidence_of(row), "owned_alone": True}
    return render_tab(
        request, RESOURCE_PAGES, row, tab="owned", template="infrastructure/evidence.html", context=context
    )


def _render(request: HttpRequest, aws_account: AwsAccount, form: StateForm) -> HttpResponse:
    states = StateFile.objects.filter(aws_account=aws_account).select_related("read_by")
    own = Count("resources", filter=Q(resources__is_own=True))
    context = {
        "form": form,
        "aws_account": aws_account,
        "states": states.annotate(objects_owned=own, number=Count("resources")),
        "stacks": counted_stacks(aws_account),
        "stacks_read": stacks_read(aws_account),
        "gives": may(signed_in(request), PROPOSE, aws_account),
    }
    return render(request, "infrastructure/owned.html", context, status=REFUSED if form.errors else 200)
