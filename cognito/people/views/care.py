"""Pages of a pool on which people are looked after: an invitation, a table of people, and the note for a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import fetch_aws_account, may, may_in_pool, signed_in
from accounts.models import Operator
from accounts.roles import CARE, PROPOSE
from cognito.models import UserPool
from cognito.people import changes, table
from cognito.people.actions.inviting import INVITE
from cognito.people.messages import EMAIL, SMS
from iamconsole.web.fragments import render_page
from iamconsole.web.uploads import LimitedFiles, is_too_long
from iamconsole.web.words import counted
from identities.bulk.csv_text import MOST_BYTES, CsvLine
from identities.bulk.forms import RowsForm
from identities.bulk.rows import BulkRow
from objects.views.object_action import Breadcrumb, action_page
from objects.views.stage import REFUSED, stage
from sync.changes.bookkeeping import record_names_viewed
from sync.naming import Names
from sync.operations import StepSpec
from sync.snapshot import files
from sync.views.live import fetch_change


def cognito_invite(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    pool = fetch_pool(request, account_id, aws_id)
    return action_page(request, pool.aws_account, [pool], INVITE, _crumbs(pool))


def _crumbs(pool: UserPool) -> list[Breadcrumb]:
    list_url = reverse("user_pools", kwargs={"account_id": pool.aws_account.account_id})
    return [Breadcrumb("User pools", list_url), Breadcrumb(f"People of {pool.name}", people_url(pool))]


def fetch_pool(request: HttpRequest, account_id: str, aws_id: str) -> UserPool:
    """Raises Http404 where helpdesk is of another pool."""
    aws_account = fetch_aws_account(request, account_id)
    pools = UserPool.objects.live().filter(aws_account=aws_account).select_related("aws_account")
    pool: UserPool = get_object_or_404(pools, aws_id=aws_id)
    if not may_in_pool(signed_in(request), CARE, aws_account, pool.aws_id):
        raise Http404("No such user pool.")
    return pool


def people_url(pool: UserPool) -> str:
    try:
        return reverse("cognito_pool_people", kwargs={"account_id": pool.aws_account.account_id, "aws_id": pool.aws_id})
    except NoReverseMatch:
        return reverse("overview", kwargs={"account_id": pool.aws_account.account_id})


class PeopleTableForm(RowsForm):
    what = forms.ChoiceField(
        label="The rows are",
        choices=[(table.NEW, "People to invite"), (table.THERE, "People who are there")],
        initial=table.NEW,
        help_text="The column name has the username, the e-mail address or the sub. The others are groups, and any "
        "attribute of the pool (custom:plan); for people who are there also do: enable, disable, confirm, sign-out, "
        "reset-password or invite-again. Separate several groups in a cell by semicolons.",
    )
    channel = forms.ChoiceField(
        label="Invitations go", choices=[(EMAIL, "By e-mail"), (SMS, "By text message")], initial=EMAIL
    )
    own_fields = ("what", "channel")
    prefixes = (table.CUSTOM,)

    def __init__(self, pool: UserPool, operator: Operator, *args: Any, **kwargs: Any) -> None:
        self.pool = pool
        self.by_helpdesk = not may(operator, PROPOSE, pool.aws_account)
        super().__init__(pool.aws_account, operator, *args, **kwargs)

    def columns(self, what: str) -> list[str]:
        return table.columns(self.pool, what)

    def made(self, what: str, lines: list[CsvLine]) -> list[BulkRow]:
        channel = self.cleaned_data.get("channel", EMAIL)
        return table.rows_of(table.PeopleTableOptions(self.pool, what, channel, self.by_helpdesk), lines)

    def steps_of_rows(self) -> Sequence[StepSpec]:
        return table.steps_of(self.good)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        people, cleaned = counted(len(self.good), "person", "people"), self.cleaned_data
        made = f"Invite {people} from CSV" if cleaned["what"] == table.NEW else f"Update {people} from CSV"
        return str(cleaned["title"] or made)


@csrf_exempt  # whoever may not is turned away before a file is read; `_page` looks at the token
@require_http_methods(["GET", "POST"])
def cognito_people_csv(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponseBase:
    pool = fetch_pool(request, account_id, aws_id)
    request.upload_handlers = [LimitedFiles(request, files.folder(), MOST_BYTES)]
    return _page(request, pool)


@csrf_protect
def _page(request: HttpRequest, pool: UserPool) -> HttpResponseBase:
    """Shows what each row would do; other buttons give what can't be done as a file, and stage the rest."""
    form = PeopleTableForm(pool, signed_in(request), request.POST or None, request.FILES or None)
    if is_too_long(request):
        form.refuse_too_long()
    if request.method == "POST" and form.is_valid() and form.bad and "rejected" in request.POST:
        return form.rejected("people-to-correct")
    if request.method == "POST" and form.is_valid() and "stage" in request.POST and (change := stage(request, form)):
        return redirect("change", account_id=pool.aws_account.account_id, pk=change.pk)
    context = {"form": form, "aws_account": pool.aws_account, "pool": pool, "back_url": people_url(pool)}
    return render(request, "cognito/people_csv.html", context, status=REFUSED if form.errors else 200)


@require_GET
def change_ticket(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """To be copied into a ticket: a panel of the change, and a page."""
    change = fetch_change(request, account_id, pk)
    operator = signed_in(request)
    names = Names(operator, change.aws_account)
    context = {"change": change, "title": names.said(change.titled), "note": changes.note_of(change)}
    if names.tell_anybody:
        record_names_viewed(change, operator)
    return render_page(request, "cognito/ticket.html", context, fragment="ticket")
