"""Pages of resources. What is read comes before the page of one."""

from __future__ import annotations

from accounts.roles import ADMINISTER
from iamconsole.web.addresses import needs, page
from objects.views.lists import object_patterns
from resources.views.pages import LIST
from resources.views.reading import resource_reading

urlpatterns = [
    page("aws/<str:account_id>/resources/read/", resource_reading, needs(ADMINISTER), name="resource_reading"),
    *object_patterns(LIST),
]
