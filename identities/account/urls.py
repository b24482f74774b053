"""Pages of account settings, identity providers, instance profiles and server certificates."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from iamconsole.web.addresses import needs, page
from identities.account import views
from identities.account.object_pages import KINDS
from objects.object_pages import tab_patterns
from objects.views.object_action import action_pattern

_AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    page(f"{_AWS_ACCOUNT}account-settings/", views.account_settings, needs(SEE_IAM), name="account_settings"),
    page(
        f"{_AWS_ACCOUNT}account-settings/history/",
        views.account_settings_history,
        needs(SEE_IAM),
        name="account_settings_history",
    ),
    page(f"{_AWS_ACCOUNT}identity-providers/", views.identity_providers, needs(SEE_IAM), name="identity_providers"),
    page(f"{_AWS_ACCOUNT}instance-profiles/", views.instance_profiles, needs(SEE_IAM), name="instance_profiles"),
    *(action_pattern(kind) for kind in KINDS),
    *(pattern for kind in KINDS for pattern in tab_patterns(kind)),
]
