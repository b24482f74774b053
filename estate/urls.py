"""Pages over all AWS accounts."""

from __future__ import annotations

from accounts.roles import SEE_IAM
from estate.lists import LISTS
from estate.overview import overview
from iamconsole.web.addresses import AddressScope, needs, page

urlpatterns = [
    page("all/", overview, needs(SEE_IAM, scope=AddressScope.ANY), name="all_overview"),
    *(each.pattern() for each in LISTS),
]
