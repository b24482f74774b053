"""Export and restore of user pools."""

from __future__ import annotations

from accounts.roles import PROPOSE, SEE_IAM
from cognito.restoring import views
from iamconsole.web.addresses import needs, page

_POOLS = "aws/<str:account_id>/user-pools/"

urlpatterns = [
    page(f"{_POOLS}restore/", views.cognito_pool_restore_new, needs(PROPOSE), name="cognito_pool_restore_new"),
    page(f"{_POOLS}<str:aws_id>/export/", views.cognito_pool_export, needs(SEE_IAM), name="cognito_pool_export"),
    page(f"{_POOLS}<str:aws_id>/restore/", views.cognito_pool_restore, needs(PROPOSE), name="cognito_pool_restore"),
]
