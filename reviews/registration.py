"""What this app adds: a link of the sidebar, a place that search finds, kinds of grants, reminders, sealed reports."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import Operator
from accounts.roles import SEE_IAM, roles_with
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.search import places
from reviews import passing, reminders, reports
from reviews.grants import register as register_sources
from reviews.models import ReviewedGrant
from reviews.sources.cognito import PoolGroupGrants
from reviews.sources.directory import AssignmentGrants
from reviews.sources.iam import AttachedPolicyGrants, GroupMemberGrants, InlinePolicyGrants
from sync import ticks
from sync.changes.free_texts import register_free_text
from sync.tombstones import register_need


def _sees_iam(request: HttpRequest) -> bool:
    operator = request.user
    return isinstance(operator, Operator) and bool(operator.aws_accounts_with(roles_with(SEE_IAM)))


def register() -> None:
    register_sources(
        GroupMemberGrants(), AttachedPolicyGrants(), InlinePolicyGrants(), AssignmentGrants(), PoolGroupGrants()
    )
    link = NavItem("Reviews", "clipboard-check", "reviews", per_aws_account=False, position=12, shows=_sees_iam)
    register_shell(ShellProvider(NavGroup("", (link,), 0)))
    places.register(
        places.SearchPlace(
            "reviews",
            "Access reviews",
            "reviews",
            places.PAGES,
            "Who has what, decided by reviewers: kept or revoked.",
            words="review recertification attestation quarterly audit keep revoke unused",
            icon="clipboard-check",
        ),
        places.SearchPlace(
            "start_review",
            "Start an access review",
            "start_review",
            places.TASKS,
            "Reviewers keep or revoke each grant until a day; what is revoked becomes a change.",
            words="review recertification attestation quarterly",
            icon="clipboard-check",
        ),
    )
    reminders.register()
    reports.register()
    register_free_text(ReviewedGrant, "reason")
    register_need(ReviewedGrant, "holder_id")
    ticks.register_part(passing.take_back_from_leavers)
    ticks.register_part(reminders.remind)
