"""Who did it, on the pages of drift: asked for, and erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount, Operator
from accounts.roles import EXPORT_PEOPLE
from iamconsole.web.tables import Column, Table
from sync import drift as service
from sync.activity import erasing, questions
from sync.activity.people import DoerNames, SaidAuthorship, authorships, said_of, without_authorship
from sync.models import Authorship, TrailQuestion
from sync.views.words import ErrorView


def doers_of(operator: Operator, aws_account: AwsAccount, revisions: Iterable[Any]) -> Mapping[int, SaidAuthorship]:
    """Of each revision of a page, by its pk."""
    revisions = list(revisions)
    found = authorships(operator, aws_account, [each.pk for each in revisions])
    return {each.pk: found.get(each.pk) or without_authorship(aws_account, each) for each in revisions}


def about_doers(who: SaidAuthorship, revision: Any) -> dict[str, Any]:
    """What the page of one says besides: why CloudTrail could not be asked, when it is asked again."""
    facet = revision.facet
    rows = TrailQuestion.objects.filter(aws_account=facet.aws_account, region=facet.region)
    question = rows.filter(kind=facet.kind, object_id=facet.object_id).first()
    return {
        "error": ErrorView.of(question.error) if question else None,
        "asks_again": question.next_at if question and question.next_at > timezone.now() else None,
        "holds_personal": any(each.event.personal and not each.erased for each in who.doers),
    }


# ---- In files ------------------------------------------------------------------------------------------------
def with_doers(table: Table, operator: Operator, aws_account: AwsAccount) -> Table:
    """The table with who did it in its files, as the operator may take it out of the console."""
    names = DoerNames(operator, aws_account, EXPORT_PEOPLE)

    def who(revision: Any) -> str:
        row = getattr(revision, "authorship", None)
        return said_of(names, row).words if row else ""

    def known(revision: Any) -> str:
        row: Authorship | None = getattr(revision, "authorship", None)
        return row.get_state_display() if row else ""

    return replace(
        table, columns=(*table.columns, Column("who", "Who did it", who), Column("who_known", "Who is known", known))
    )


def with_events(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("authorship").prefetch_related("authorship__events__step")


# ---- What operators do ---------------------------------------------------------------------------------------
@require_POST
def drift_ask(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """Asks CloudTrail now, whatever was concluded."""
    aws_account = fetch_aws_account(request, account_id)
    revision = get_object_or_404(service.drift_of(aws_account, ignored=True), pk=pk)
    if aws_account.is_connected:
        questions.ask_now(revision)
        messages.info(request, "CloudTrail is being asked. Load this page again in a moment.")
    else:
        messages.error(request, "This AWS account was imported from a file: its CloudTrail can’t be asked.")
    return redirect("drift_one", account_id=account_id, pk=pk)


@require_POST
def drift_doer_erase(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    revision = get_object_or_404(service.drift_of(aws_account, ignored=True), pk=pk)
    erased = erasing.erase(
        aws_account=aws_account, actor=signed_in(request), revision=revision, called=service.object_in(revision)
    )
    if erased:
        messages.success(request, "The session, person and address of who did it were erased.")
    else:
        messages.info(request, "Nothing personal is held of who did it.")
    return redirect("drift_one", account_id=account_id, pk=pk)
