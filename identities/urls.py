"""Pages of users, groups and roles."""

from __future__ import annotations

from django.urls import URLPattern

from accounts.roles import PROPOSE, SEE_IAM
from iamconsole.web.addresses import needs, page
from identities.account.urls import urlpatterns as account_patterns
from identities.object_pages import GROUP, KINDS, ROLE, USER
from identities.tables import TABLES
from identities.views import as_of, bulk, lists, panels, root, trust
from objects.object_pages import ObjectPages, tab_patterns
from objects.views.object_action import action_pattern
from objects.views.selection import selection_patterns

AWS_ACCOUNT = "aws/<str:account_id>/"
ICONS = {USER: "user", GROUP: "users", ROLE: "hat-glasses"}


def _patterns(kind: ObjectPages) -> list[URLPattern]:
    """What users, groups and roles have alike. The list and the staging pages come before the pages of one."""
    rows = f"{AWS_ACCOUNT}{kind.many}/"
    return [
        page(rows, getattr(lists, kind.many), needs(kind.of.see), name=kind.many),
        *selection_patterns(kind, TABLES[kind.name], ICONS[kind]),
        action_pattern(kind),
    ]


urlpatterns = [
    page(f"{AWS_ACCOUNT}as-of/", as_of.as_of_list, needs(SEE_IAM), name="as_of"),
    page(f"{AWS_ACCOUNT}as-of/<str:kind>/<str:aws_id>/", as_of.as_of_one, needs(SEE_IAM), name="as_of_one"),
    page(f"{AWS_ACCOUNT}root/", root.root_user, needs(SEE_IAM), name="root_user"),
    page(f"{AWS_ACCOUNT}{USER.many}/csv/", bulk.users_csv, needs(PROPOSE), name="users_csv"),
    page(f"{AWS_ACCOUNT}documents/check/trust/", trust.trust_check, needs(PROPOSE), name="trust_check"),
    page(
        f"{AWS_ACCOUNT}policies/<str:aws_id>/attached/", panels.policy_attached, needs(SEE_IAM), name="policy_attached"
    ),
    *(pattern for kind in KINDS.values() for pattern in _patterns(kind)),
    *(pattern for kind in KINDS.values() for pattern in tab_patterns(kind)),
    *account_patterns,
]
