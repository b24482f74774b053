"""Pages of users, groups and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.roles import PROPOSE, SEE_IAM
from iamconsole.web.addresses import AddressScope, needs, page
from iamconsole.web.listings import TableListing
from identities import selectors
from identities.account.urls import urlpatterns as account_patterns
from identities.activity.urls import urlpatterns as activity_patterns
from identities.dangling_trusts import name_deleted
from identities.object_pages import GROUP, ROLE, USER
from identities.power import note_power
from identities.tables import GROUPS, ROLES, USERS
from identities.views import as_of, bulk, key_accounts, panels, root
from objects.views.lists import ObjectList, object_patterns

AWS_ACCOUNT = "aws/<str:account_id>/"


def _note_power(listing: TableListing) -> Mapping[str, Any]:
    """Who of them is an administrator, or can become one."""
    note_power(listing.page.rows)
    return {}


def _of_roles(listing: TableListing) -> Mapping[str, Any]:
    """That, and whom their trust policies name by the id of somebody who was deleted."""
    name_deleted(listing.page.rows)
    return _note_power(listing)


LISTS = (
    ObjectList(USER, USERS, rows=selectors.listed_users, template="identities/users.html", read=_note_power),
    ObjectList(GROUP, GROUPS),
    ObjectList(ROLE, ROLES, read=_of_roles),
)

urlpatterns = [
    page("access-keys/", key_accounts.access_key, needs(SEE_IAM, scope=AddressScope.ANY), name="access_key"),
    page(f"{AWS_ACCOUNT}as-of/", as_of.as_of_list, needs(SEE_IAM), name="as_of"),
    page(f"{AWS_ACCOUNT}as-of/<str:kind>/<str:aws_id>/", as_of.as_of_one, needs(SEE_IAM), name="as_of_one"),
    page(f"{AWS_ACCOUNT}root/", root.root_user, needs(SEE_IAM), name="root_user"),
    page(f"{AWS_ACCOUNT}{USER.many}/csv/", bulk.users_csv, needs(PROPOSE), name="users_csv"),
    page(f"{AWS_ACCOUNT}documents/check/trust/", panels.trust_check, needs(PROPOSE), name="trust_check"),
    page(
        f"{AWS_ACCOUNT}policies/<str:aws_id>/attached/", panels.policy_attached, needs(SEE_IAM), name="policy_attached"
    ),
    *(pattern for listing in LISTS for pattern in object_patterns(listing)),
    *account_patterns,
    *activity_patterns,
]
