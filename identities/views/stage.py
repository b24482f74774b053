"""Small pages that stage a change of attachments and memberships; each works without script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from iamconsole.web.tables import picked
from iamconsole.web.words import counted
from identities import selectors
from identities.forms import AttachForm, JoinForm, MemberForm
from identities.kinds import GROUP, ROLE, USER
from identities.models import IamGroup, IamUser, Principal
from identities.operations import add_member, attach, detach, remove_member
from identities.tables import TABLES
from policies.details import Kind, fetch_row
from policies.forms import StageForm
from policies.views.stage import stage_page

ICONS = {USER: "user", GROUP: "users", ROLE: "hat-glasses"}


@dataclass(frozen=True)
class Target:
    """One that the change is about, as the page lists it."""

    row: Principal
    url: str
    icon: str


def _picked(request: HttpRequest, account_id: str, kind: Kind) -> tuple[AwsAccount, list[Any]]:
    """The rows that `?pick=…` names. 404 when one of them isn't there, or none is named."""
    aws_account = fetch_aws_account(request, account_id, PROPOSE)
    rows = picked(TABLES[kind.name], kind.rows(aws_account), aws_account, request.GET)
    if rows is None:
        raise Http404("Some of these are no longer there.")
    return aws_account, rows


def _targets(kind: Kind, account_id: str, rows: Sequence[Principal]) -> list[Target]:
    return [Target(row, _url(kind.name, account_id, row.aws_id), ICONS[kind]) for row in rows]


def _url(name: str, account_id: str, aws_id: str = "") -> str:
    return reverse(name, kwargs={"account_id": account_id, **({"aws_id": aws_id} if aws_id else {})})


def _named(kind: Kind, rows: Sequence[Principal]) -> str:
    """ "the user dana.okafor", "3 users"."""
    return f"the {kind.name} {rows[0].name}" if len(rows) == 1 else counted(len(rows), kind.name)


def _back(kind: Kind, account_id: str, rows: Sequence[Principal]) -> str:
    return _url(kind.name, account_id, rows[0].aws_id) if len(rows) == 1 else _url(kind.many, account_id)


@require_GET
def users_stage(request: HttpRequest, account_id: str) -> HttpResponse:
    """What can be staged for the users that were picked from the list."""
    _, rows = _picked(request, account_id, USER)
    context = {
        "heading": f"Stage a change of {_named(USER, rows)}",
        "targets": _targets(USER, account_id, rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "stage/choose.html", context)


def attach_policy(request: HttpRequest, account_id: str, kind: Kind) -> HttpResponse:
    aws_account, rows = _picked(request, account_id, kind)
    named = _named(kind, rows)
    form = AttachForm(aws_account, request.POST or None, initial={"title": f"Attach a policy to {named}"[:200]})
    context = {
        "heading": f"Attach a policy to {named}",
        "about": "A managed policy of this AWS account, or one of AWS’s own.",
        "field": form["policy"],
        "targets": _targets(kind, account_id, rows),
        "back_url": _back(kind, account_id, rows),
    }
    return stage_page(
        request, aws_account, form, lambda: [attach(row, form.cleaned_data["policy"]) for row in rows],
        "stage/form.html", context,
    )  # fmt: skip


def detach_policy(request: HttpRequest, account_id: str, aws_id: str, kind: Kind) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id, PROPOSE)
    attachment = get_object_or_404(row.attachments.live(), arn=request.GET.get("policy", ""))
    title = f"Detach {attachment.name} from the {kind.name} {row.name}"
    context = {
        "heading": title,
        "about": "What only this policy allowed is no longer allowed. The policy itself stays.",
        "back_url": _url(kind.name, account_id, aws_id),
    }
    form = StageForm(request.POST or None, initial={"title": title[:200]})
    return stage_page(request, row.aws_account, form, lambda: [detach(row, attachment.arn)], "stage/form.html", context)


def users_join(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account, rows = _picked(request, account_id, USER)
    named = _named(USER, rows)
    form = JoinForm(aws_account, request.POST or None, initial={"title": f"Add {named} to a group"[:200]})
    context = {
        "heading": f"Add {named} to a group",
        "about": "Members get every policy that the group has.",
        "field": form["group"],
        "targets": _targets(USER, account_id, rows),
        "back_url": _back(USER, account_id, rows),
    }
    return stage_page(
        request, aws_account, form, lambda: [add_member(row, form.cleaned_data["group"]) for row in rows],
        "stage/form.html", context,
    )  # fmt: skip


def group_add(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    group: IamGroup = fetch_row(request, GROUP, account_id, aws_id, PROPOSE)
    title = f"Add a user to the group {group.name}"
    form = MemberForm(group.aws_account, request.POST or None, initial={"title": title[:200]})
    context = {
        "heading": title,
        "about": "Members get every policy that the group has.",
        "field": form["user"],
        "back_url": _url("group_members", account_id, aws_id),
    }
    return stage_page(
        request, group.aws_account, form, lambda: [add_member(form.cleaned_data["user"], group)],
        "stage/form.html", context,
    )  # fmt: skip


def group_remove(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    group: IamGroup = fetch_row(request, GROUP, account_id, aws_id, PROPOSE)
    user: IamUser = get_object_or_404(selectors.members_of(group), user__aws_id=request.GET.get("pick", "")).user
    title = f"Remove {user.name} from the group {group.name}"
    context = {
        "heading": title,
        "about": "The user loses what only this group gave.",
        "back_url": _url("group_members", account_id, aws_id),
    }
    form = StageForm(request.POST or None, initial={"title": title[:200]})
    return stage_page(
        request, group.aws_account, form, lambda: [remove_member(user, group)], "stage/form.html", context
    )
