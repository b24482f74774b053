"""Pages over all AWS accounts."""

from __future__ import annotations

from estate.lists import LISTS
from estate.overview import overview
from estate.scope import ACCESS
from iamconsole.web.addresses import page

urlpatterns = [
    page("all/", overview, ACCESS, name="all_overview"),
    *(each.pattern() for each in LISTS),
]
