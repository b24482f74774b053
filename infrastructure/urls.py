"""The addresses of infrastructure as code."""

from __future__ import annotations

from accounts.roles import PROPOSE, SEE_IAM
from iamconsole.web.addresses import needs, page
from infrastructure.exports import views
from infrastructure.exports.kinds import LISTS
from infrastructure.owned import views as owned

urlpatterns = [
    page("aws/<str:account_id>/export/", views.export, needs(SEE_IAM), name="export"),
    page("aws/<str:account_id>/owned-by-code/", owned.owned_by_code, needs(SEE_IAM), name="owned_by_code"),
    page("aws/<str:account_id>/owned-by-code/read/", owned.read_state, needs(PROPOSE), name="state_read"),
    page("aws/<str:account_id>/owned-by-code/<int:pk>/remove/", owned.remove, needs(PROPOSE), name="state_remove"),
    page("aws/<str:account_id>/changes/<int:pk>/code/", owned.change_code, needs(SEE_IAM), name="change_code"),
    page(
        "aws/<str:account_id>/resources/<str:aws_id>/owned/",
        owned.resource_owned,
        needs(SEE_IAM),
        name="resource_owned",
    ),
    *(pattern for listed in LISTS.values() for pattern in views.list_patterns(listed)),
    *map(views.code_pattern, LISTS.values()),
]
