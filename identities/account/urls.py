"""Pages of account settings, identity providers, instance profiles and server certificates."""

from __future__ import annotations

from django.urls import path

from identities.account import views
from identities.account.object_pages import KINDS
from objects.object_pages import tab_patterns
from objects.views.object_action import action_pattern

_AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    path(f"{_AWS_ACCOUNT}account-settings/", views.account_settings, name="account_settings"),
    path(f"{_AWS_ACCOUNT}account-settings/history/", views.account_settings_history, name="account_settings_history"),
    path(f"{_AWS_ACCOUNT}identity-providers/", views.identity_providers, name="identity_providers"),
    path(f"{_AWS_ACCOUNT}instance-profiles/", views.instance_profiles, name="instance_profiles"),
    *(action_pattern(kind) for kind in KINDS),
    *(pattern for kind in KINDS for pattern in tab_patterns(kind)),
]
