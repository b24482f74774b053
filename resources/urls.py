"""Pages of resources. What is read comes before the page of one."""

from __future__ import annotations

from accounts.roles import ADMINISTER, PROPOSE
from iamconsole.web.addresses import needs, page
from objects.views.lists import object_patterns
from resources.views.pages import LIST
from resources.views.policy_check import resource_policy_check
from resources.views.reading import resource_reading

urlpatterns = [
    page("aws/<str:account_id>/resources/read/", resource_reading, needs(ADMINISTER), name="resource_reading"),
    page("aws/<str:account_id>/resources/check/", resource_policy_check, needs(PROPOSE), name="resource_policy_check"),
    *object_patterns(LIST),
]
