"""Pages about user pools and identity pools."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cognito.identity_pools import urls as identity_pools
from cognito.views import care

POOL = "aws/<str:account_id>/user-pools/<str:aws_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{POOL}invite/", care.cognito_invite, name="cognito_invite"),
    path(f"{POOL}people/csv/", care.cognito_people_csv, name="cognito_people_csv"),
    path("aws/<str:account_id>/changes/<int:pk>/ticket/", care.change_ticket, name="change_ticket"),
    *identity_pools.urlpatterns,
]
