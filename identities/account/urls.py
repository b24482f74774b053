"""Pages of account settings, identity providers, instance profiles and server certificates."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from iamconsole.web.addresses import needs, page
from identities.account import views
from identities.account.object_pages import INSTANCE_PROFILE, OIDC, SAML, SERVER_CERTIFICATE
from identities.account.tables import INSTANCE_PROFILES
from objects.object_pages import tab_patterns
from objects.views.lists import ObjectList, object_patterns
from objects.views.object_action import action_pattern

_AWS_ACCOUNT = "aws/<str:account_id>/"
PROFILES = ObjectList(
    INSTANCE_PROFILE,
    INSTANCE_PROFILES,
    template="identities/account/instance_profiles.html",
    source="iam.instance_profiles",
    can_be_picked=False,
)
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
    *object_patterns(PROFILES),
    *(action_pattern(kind) for kind in _WITHOUT_A_LIST),
    *(pattern for kind in _WITHOUT_A_LIST for pattern in tab_patterns(kind)),
]
