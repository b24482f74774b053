"""Pages of identity pools."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from cognito.identity_pools import views
from cognito.identity_pools.object_pages import IDENTITY_POOL
from iamconsole.web.addresses import needs, page
from objects.object_pages import tab_patterns
from objects.views.object_action import action_pattern

_AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    page(f"{_AWS_ACCOUNT}identity-pools/", views.identity_pools, needs(SEE_IAM), name="identity_pools"),
    action_pattern(IDENTITY_POOL),
    *tab_patterns(IDENTITY_POOL),
]
