"""The addresses of infrastructure as code."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from iamconsole.web.addresses import needs, page
from infrastructure.exports import views
from infrastructure.exports.kinds import LISTS

urlpatterns = [
    page("aws/<str:account_id>/export/", views.export, needs(SEE_IAM), name="export"),
    *(pattern for listed in LISTS.values() for pattern in views.list_patterns(listed)),
    *map(views.code_pattern, LISTS.values()),
]
