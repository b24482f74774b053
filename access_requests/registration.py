"""What this app adds: links of the sidebar, places that search finds, what is told, and a look once a minute."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from access_requests import notices, sweeping
from access_requests.identities import ids_linked
from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from access_requests.standing import OPEN, WAITING
from accounts import stepup
from accounts.access import may, signed_in
from accounts.models import Operator
from accounts.roles import APPROVE, REQUEST, SEE_IAM, roles_with
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, WaitingCount, register_shell
from iamconsole.web.search import places
from reviews.grants import register_linked
from sync import ticks
from sync.changes import request_pages
from sync.changes.free_texts import register_free_text
from sync.tombstones import register_need


def _asks_somewhere(request: HttpRequest) -> bool:
    operator = request.user
    return isinstance(operator, Operator) and bool(operator.aws_accounts_with(roles_with(REQUEST)))


def _open(request: HttpRequest, aws_account: Any) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(OPEN, aws_account=aws_account)


def _for_me(request: HttpRequest, aws_account: Any) -> QuerySet[AccessRequest]:
    rows = AccessRequest.objects.filter(WAITING, aws_account=aws_account)
    operator = signed_in(request)
    return rows.exclude(requester=operator) if may(operator, APPROVE, aws_account) else rows.none()


class AccessRequestsShell(ShellProvider):
    navigation = (
        NavGroup(
            "",
            (
                NavItem(
                    "Request access",
                    "hand",
                    "request_access",
                    per_aws_account=False,
                    position=1,
                    shows=_asks_somewhere,
                ),
                NavItem(
                    "My requests",
                    "inbox",
                    "own_requests",
                    per_aws_account=False,
                    position=2,
                    shows=_asks_somewhere,
                ),
                NavItem(
                    "Requests",
                    "inbox",
                    "access_requests",
                    _open,
                    SEE_IAM,
                    position=12,
                    counts_none=False,
                    asks=WaitingCount(_for_me, "show=waiting"),
                ),
            ),
            position=0,
        ),
    )

    def home(self, request: HttpRequest) -> str | None:
        return "request_access" if _asks_somewhere(request) else None


def register() -> None:
    register_shell(AccessRequestsShell())
    places.register(
        places.SearchPlace(
            "request_access",
            "Request access",
            "request_access",
            places.TASKS,
            "Ask for a group, a policy or a permission set until a date, or for what AWS denied you.",
            words="ask need permission temporary just in time elevate denied jit",
            icon="hand",
        ),
        places.SearchPlace(
            "access_offers",
            "Offers of access",
            "access_offers",
            places.SETTINGS,
            "What requesters may ask for, and for how long at most.",
            words="request access offer catalogue temporary",
            icon="gift",
        ),
        places.SearchPlace(
            "requesters",
            "Requesters",
            "requesters",
            places.SETTINGS,
            "As whom each requester is known in AWS.",
            words="request access link operator user person",
            icon="user-round-check",
        ),
    )
    notices.register_kinds()
    request_pages.register(notices.page_of_change)
    register_need(AccessOffer)
    register_need(RequesterIdentity)
    register_free_text(AccessRequest, "reason")
    register_free_text(AccessRequest, "note")
    register_linked(ids_linked)
    ticks.register_part(sweeping.end_what_may_not_last)
    stepup.register_words(
        {
            "access_request_grant": "Grant the access",
            "access_offer_make": "Offer the access",
            "requesters": "Link the requester",
        }
    )
