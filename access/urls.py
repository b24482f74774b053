"""Pages about who can do what."""

from __future__ import annotations

from django.urls import path

from access.views import change, effective_access, escalation, who_can
from access.views.least_privilege import LEAST_PRIVILEGE, least_privilege
from identities.object_pages import KINDS

AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    path(f"{AWS_ACCOUNT}who-can/", who_can.who_can, name="who_can"),
    path(f"{AWS_ACCOUNT}escalations/", escalation.escalations, name="escalations"),
    path(f"{AWS_ACCOUNT}changes/<int:pk>/access/", change.change_access, name="change_access"),
    path(f"{AWS_ACCOUNT}users/<str:aws_id>/access/", effective_access.user_access, name="user_access"),
    path(f"{AWS_ACCOUNT}roles/<str:aws_id>/access/", effective_access.role_access, name="role_access"),
    *(
        path(
            f"{AWS_ACCOUNT}{kind.many}/<str:aws_id>/least-privilege/",
            least_privilege,
            {"kind": kind},
            name=f"{kind.name}_{LEAST_PRIVILEGE}",
        )
        for kind in KINDS.values()
    ),
]
