"""Pages about who can do what."""

from __future__ import annotations

from django.urls import path

from access.views import effective, escalation, who_can

AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    path(f"{AWS_ACCOUNT}who-can/", who_can.who_can, name="who_can"),
    path(f"{AWS_ACCOUNT}escalations/", escalation.escalations, name="escalations"),
    path(f"{AWS_ACCOUNT}users/<str:aws_id>/access/", effective.user_access, name="user_access"),
    path(f"{AWS_ACCOUNT}roles/<str:aws_id>/access/", effective.role_access, name="role_access"),
]
