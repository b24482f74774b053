"""Small pages that stage a change of attachments and memberships; each works without script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.roles import PROPOSE
from identities import selectors
from identities.forms import MemberForm
from identities.models import IamGroup, IamUser
from identities.object_pages import GROUP
from identities.operations import add_member, detach, remove_member
from objects.forms import StageForm
from objects.object_pages import ObjectPages, fetch_row
from objects.views.stage import stage_page


def _url(name: str, account_id: str, aws_id: str = "") -> str:
    return reverse(name, kwargs={"account_id": account_id, **({"aws_id": aws_id} if aws_id else {})})


def detach_policy(request: HttpRequest, account_id: str, aws_id: str, kind: ObjectPages) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id, PROPOSE)
    attachment = get_object_or_404(row.attachments.live(), arn=request.GET.get("policy", ""))
    title = f"Detach {attachment.name} from the {kind.name} {row.name}"
    context = {
        "heading": title,
        "about": "What only this policy allowed is no longer allowed. The policy itself stays.",
        "back_url": _url(kind.name, account_id, aws_id),
    }
    form = StageForm(request.POST or None, initial={"title": title[:200]})
    return stage_page(
        request, row.aws_account, form, lambda: [detach(row, attachment.arn)], "objects/stage/form.html", context
    )


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
        request,
        group.aws_account,
        form,
        lambda: [add_member(form.cleaned_data["user"], group)],
        "objects/stage/form.html",
        context,
    )


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
        request, group.aws_account, form, lambda: [remove_member(user, group)], "objects/stage/form.html", context
    )
