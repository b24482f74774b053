"""Pages of enrolments, for owners of all AWS accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from accounts.models import AwsAccount, GrantGain
from estate.enrolment import cloudformation, services, terraform
from estate.enrolment.forms import ConnectEnrolledForm, EnrolmentForm
from estate.enrolment.organizations import (
    ReadOrganization,
    accounts_of,
    read_organization,
    read_organizations,
    why_not_chosen,
)
from estate.enrolment.tables import ACCOUNTS
from estate.models import AccountEnrolment, EnrolledAccount
from iamconsole.web.listings import ALL, list_response, picked
from iamconsole.web.selections import KEPT, keep, keep_posted, kept, posted_ids
from iamconsole.web.tables import PickUse
from iamconsole.web.words import counted
from sync.views.live import poll_response, signature

State = EnrolledAccount.State
REFUSED = 422
_CHOOSE_AGAIN = "Choose AWS accounts again: what was chosen isn’t kept any more, or nothing was."


# ---- The AWS accounts of an organization -----------------------------------------------------------------------------
@require_GET
def enrolment_home(request: HttpRequest) -> HttpResponse:
    """Leads to the only organization, where there is one."""
    organizations = read_organizations()
    if len(organizations) == 1:
        return redirect("enrolment_accounts", organization_id=organizations[0].id)
    return render(request, "estate/enrolment/home.html", {"organizations": organizations})


@require_GET
def enrolment_accounts(request: HttpRequest, organization_id: str) -> HttpResponseBase:
    organization = _fetch(organization_id)
    stage_url = _stage_url(organization_id)
    new_url = reverse("enrolment_new", kwargs={"organization_id": organization_id})
    leaving = reverse("enrolment_leave_out", kwargs={"organization_id": organization_id})
    uses = (
        PickUse("Enrol…", "plug", stage_url, new_url, "Enrol all"),
        PickUse("Leave out", "circle-minus", leaving, leaving, "Leave out all"),
        PickUse("List again", "undo-2", f"{leaving}?again=yes", leaving, ""),
    )
    enrolments = AccountEnrolment.objects.filter(organization_id=organization_id)
    return list_response(
        request,
        ACCOUNTS,
        accounts_of(organization),
        organization,
        "estate/enrolment/accounts.html",
        pick_url=stage_url,
        stages=False,
        uses=uses,
        context={
            "organization": organization,
            "enrolments": enrolments.select_related("made_by")[:10],
        },
    )


@require_POST
def enrolment_accounts_stage(request: HttpRequest, organization_id: str) -> HttpResponse:
    _fetch(organization_id)
    return keep_posted(request, target_url=reverse("enrolment_new", kwargs={"organization_id": organization_id}))


@require_http_methods(["GET", "POST"])
def enrolment_leave_out(request: HttpRequest, organization_id: str) -> HttpResponse:
    """By the form of the list; a link to it, for all that match, asks first. `?again=yes`: lists them as new again."""
    organization = _fetch(organization_id)
    out = request.GET.get("again") != "yes"
    numbers = _picked_ids(request, organization)
    if request.method == "GET" and numbers:
        context = {"organization": organization, "count": len(numbers), "out": out, "action": request.get_full_path()}
        return render(request, "estate/enrolment/leave_out.html", context)
    if request.method == "POST":
        count = services.leave_out(
            actor=signed_in(request), organization_id=organization_id, account_ids=numbers, out=out, request=request
        )
        words = counted(count, "AWS account is", "AWS accounts are")
        done = "left out: the overview doesn’t count them any more" if out else "listed as new again"
        messages.success(request, f"{words} {done}.")
    return redirect("enrolment_accounts", organization_id=organization_id)


def _picked_ids(request: HttpRequest, organization: ReadOrganization) -> list[str]:
    """The ids of the AWS accounts that the form, or else the address, names; as far as they are there."""
    if posted := posted_ids(request, _stage_url(organization.id)):
        return list(accounts_of(organization).filter(aws_id__in=posted).values_list("aws_id", flat=True))
    rows = picked(ACCOUNTS, accounts_of(organization), organization, request.GET)
    return [row.aws_id for row in rows or ()]


def _fetch(organization_id: str) -> ReadOrganization:
    found = read_organization(organization_id)
    if found is None:
        raise Http404("No such organization is read by this console.")
    return found


def _stage_url(organization_id: str) -> str:
    return reverse("enrolment_accounts_stage", kwargs={"organization_id": organization_id})


# ---- A new enrolment -------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def enrolment_new(request: HttpRequest, organization_id: str) -> HttpResponse:
    organization = _fetch(organization_id)
    ids = _chosen_ids(request, organization)
    rows = list(accounts_of(organization).filter(aws_id__in=ids).order_by("name_key", "pk"))
    refusal = why_not_chosen(ids, rows) if ids else _CHOOSE_AGAIN
    if refusal and (request.method == "GET" or not ids):
        return _choose_again(request, organization, rows, refusal)
    form = EnrolmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            enrolment = services.make(
                actor=signed_in(request),
                organization=organization,
                account_ids=ids,
                plan=form.plan(),
                request=request,
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("enrolment", pk=enrolment.pk)
    context = {"organization": organization, "rows": rows, "form": form}
    return render(request, "estate/enrolment/new.html", context, status=REFUSED if form.errors else 200)


def _chosen_ids(request: HttpRequest, organization: ReadOrganization) -> list[str]:
    """The ids that the address names; for all that match, those of the AWS accounts that can be chosen."""
    if request.GET.getlist("pick") == [ALL]:
        return [row.aws_id for row in picked(ACCOUNTS, accounts_of(organization), organization, request.GET) or ()]
    ids = kept(request.session, _stage_url(organization.id), request.GET.get(KEPT, ""))
    return [*request.GET.getlist("pick"), *ids]


def _choose_again(
    request: HttpRequest, organization: ReadOrganization, rows: Sequence[Any], refusal: str
) -> HttpResponse:
    """Leads back to the list, where those of `rows` that can be chosen are selected still."""
    if request.GET:
        messages.error(request, refusal)
    left = [row.aws_id for row in rows if row.is_choosable]
    query = {KEPT: keep(request.session, _stage_url(organization.id), left)} if left else None
    return redirect(reverse("enrolment_accounts", kwargs={"organization_id": organization.id}, query=query))


# ---- An enrolment ----------------------------------------------------------------------------------------------------
@require_GET
@never_cache
def enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    found = _enrolment(pk)
    return _page(request, found, ConnectEnrolledForm(writes=found.writes))


@require_GET
@never_cache
def enrolment_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page asks for every two seconds while workers are at it."""
    found = _enrolment(pk)
    context = _live(found, ConnectEnrolledForm(writes=found.writes))
    page = reverse("enrolment", kwargs={"pk": pk})
    template = "estate/enrolment/enrolment.html#live"
    return poll_response(request, template, context, moving=context["is_moving"], page=page)


@require_POST
def enrolment_try(request: HttpRequest, pk: int) -> HttpResponse:
    found = _enrolment(pk)
    try:
        count = services.ask_trial(actor=signed_in(request), enrolment=found, request=request)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = f"{counted(count, 'AWS account is', 'AWS accounts are')} being tried."
        messages.info(request, words if count else "Nothing is left to try: all are connected, or being tried.")
    return redirect(reverse("enrolment", kwargs={"pk": pk}) + "#accounts")


@require_POST
def enrolment_connect(request: HttpRequest, pk: int) -> HttpResponse:
    found = _enrolment(pk)
    form = ConnectEnrolledForm(request.POST, writes=found.writes)
    if not form.is_valid():
        return _page(request, found, form)
    said = form.cleaned_data
    try:
        count = services.ask_connection(
            actor=signed_in(request),
            enrolment=found,
            environment=said["environment"],
            turn_writes_on=said.get("turn_writes_on", False),
            request=request,
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, found, form)
    words = f"{counted(count, 'AWS account is', 'AWS accounts are')} being connected."
    messages.info(
        request,
        words
        if count
        else "No AWS account waits to be connected: another owner has had them connected, or none works.",
    )
    return redirect(reverse("enrolment", kwargs={"pk": pk}) + "#accounts")


@require_POST
def enrolment_end(request: HttpRequest, pk: int) -> HttpResponse:
    services.end(actor=signed_in(request), enrolment=_enrolment(pk), request=request)
    messages.success(request, "The enrolment has ended: it connects no AWS accounts any more.")
    return redirect("enrolment", pk=pk)


@require_GET
def enrolment_template(request: HttpRequest, pk: int) -> HttpResponse:
    found = _enrolment(pk)
    return _file(cloudformation.file_name(found), "application/yaml", cloudformation.template_of(found).encode())


@require_GET
def enrolment_module(request: HttpRequest, pk: int) -> HttpResponse:
    found = _enrolment(pk)
    archive = terraform.archive_of(found, found.accounts.all())
    return _file(f"iam-console-{found.key}.zip", "application/zip", archive)


def _file(name: str, content_type: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _enrolment(pk: int) -> AccountEnrolment:
    return get_object_or_404(AccountEnrolment.objects.select_related("held_by", "made_by"), pk=pk)


def _page(request: HttpRequest, found: AccountEnrolment, form: ConnectEnrolledForm) -> HttpResponse:
    organization = read_organization(found.organization_id)
    live = _live(found, form)
    context = {
        **live,
        "organization": organization,
        "parameters": cloudformation.parameters_of(found),
        "commands": _commands(found, organization, [row.account_id for row in live["rows"]]),
    }
    status = REFUSED if form.errors else 200
    return render(request, "estate/enrolment/enrolment.html", context, status=status)


def _commands(
    found: AccountEnrolment, organization: ReadOrganization | None, numbers: Sequence[str]
) -> list[cloudformation.ShownCommand]:
    """None while the organization isn't read: its root isn't known then."""
    if organization is None:
        return []
    management_id, root_id = organization.row.management_id, organization.root_id
    return cloudformation.commands(found, management_id=management_id, root_id=root_id, account_ids=numbers)


def _live(found: AccountEnrolment, form: ConnectEnrolledForm) -> dict[str, Any]:
    """The table of its AWS accounts, and what follows of it."""
    rows = list(found.accounts.all())
    numbers = [row.account_id for row in rows]
    waiting = GrantGain.objects.filter(state=GrantGain.State.WAITING, aws_account__account_id__in=numbers)
    here = {each.account_id: each for each in AwsAccount.objects.filter(account_id__in=numbers) if each.is_connected}
    lines = [(row, here.get(row.account_id)) for row in rows]
    counts = Counter(str(State.CONNECTED) if known else row.state for row, known in lines)
    is_moving = any(row.state in EnrolledAccount.AT_WORK for row in rows)
    shown = [(row.state, row.why, row.why_no_writes, row.tried_at, bool(known)) for row, known in lines]
    return {
        "enrolment": found,
        "rows": rows,
        "lines": lines,
        "works": counts[State.WORKS],
        "form": form,
        "gains": waiting.count(),
        "summary": _summary(counts),
        "is_moving": is_moving,
        "signature": signature(shown, found.is_open),
    }


def _summary(counts: Counter[str]) -> str:
    """ "2 work, 1 not deployed yet"."""
    words = {str(state): State(state).label.lower() for state in State}
    if counts[State.WORKS] > 1:
        words[State.WORKS] = "work"
    return ", ".join(f"{counts[state]} {word}" for state, word in words.items() if counts[state])
