"""Pages of account settings, identity providers, instance profiles and server certificates."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from iamconsole.web.addresses import needs, page
from identities.account import views
from identities.account.object_pages import LISTS, OIDC, SAML, SERVER_CERTIFICATE
from objects.object_pages import tab_patterns
from objects.views.lists import object_patterns
from objects.views.object_action import action_pattern

_AWS_ACCOUNT = "aws/<str:account_id>/"
_WITHOUT_A_LIST = (OIDC, SAML, SERVER_CERTIFICATE)

urlpatterns = [
    page(f"{_AWS_ACCOUNT}account-settings/", views.account_settings, needs(SEE_IAM), name="account_settings"),
    page(
        f"{_AWS_ACCOUNT}account-settings/history/",
        views.account_settings_history,
        needs(SEE_IAM),
        name="account_settings_history",
    ),
    page(f"{_AWS_ACCOUNT}identity-providers/", views.identity_providers, needs(SEE_IAM), name="identity_providers"),
    *(pattern for listing in LISTS for pattern in object_patterns(listing)),
    *(action_pattern(kind) for kind in _WITHOUT_A_LIST),
    *(pattern for kind in _WITHOUT_A_LIST for pattern in tab_patterns(kind)),
]
