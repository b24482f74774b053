"""Pages to try things out."""

from __future__ import annotations

from accounts.roles import PROPOSE
from cognito.trying import views
from iamconsole.web.addresses import needs, page

_AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    page(
        f"{_AWS_ACCOUNT}identity-pools/<str:aws_id>/try/",
        views.try_credentials,
        needs(PROPOSE),
        name="identity_pool_try",
    ),
    page(f"{_AWS_ACCOUNT}user-pools/<str:aws_id>/try/", views.try_sign_in, needs(PROPOSE), name="try_sign_in"),
    page(f"{_AWS_ACCOUNT}user-pools/<str:aws_id>/try-sign-up/", views.try_sign_up, needs(PROPOSE), name="try_sign_up"),
]
