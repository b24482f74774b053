"""The page of an action about an AWS account: those about objects stand with the pages of their kinds."""

from __future__ import annotations

from accounts.roles import PROPOSE
from iamconsole.web.addresses import needs, page
from objects.views.object_action import account_action

urlpatterns = [page("aws/<str:account_id>/do/<str:action>/", account_action, needs(PROPOSE), name="account_action")]
