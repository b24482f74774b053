"""Pages of users, groups and roles."""

from __future__ import annotations

from django.urls import URLPattern, path

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
        path(rows, getattr(lists, kind.many), name=kind.many),
        *selection_patterns(kind, TABLES[kind.name], ICONS[kind]),
        action_pattern(kind),
    ]


urlpatterns = [
    path(f"{AWS_ACCOUNT}as-of/", as_of.as_of_list, name="as_of"),
    path(f"{AWS_ACCOUNT}as-of/<str:kind>/<str:aws_id>/", as_of.as_of_one, name="as_of_one"),
    path(f"{AWS_ACCOUNT}root/", root.root_user, name="root_user"),
    path(f"{AWS_ACCOUNT}{USER.many}/csv/", bulk.users_csv, name="users_csv"),
    path(f"{AWS_ACCOUNT}documents/check/trust/", trust.trust_check, name="trust_check"),
    path(f"{AWS_ACCOUNT}policies/<str:aws_id>/attached/", panels.policy_attached, name="policy_attached"),
    *(pattern for kind in KINDS.values() for pattern in _patterns(kind)),
    *(pattern for kind in KINDS.values() for pattern in tab_patterns(kind)),
    *account_patterns,
]
