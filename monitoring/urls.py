from __future__ import annotations

from iamconsole.web.addresses import PUBLIC, page
from monitoring.views import metrics

urlpatterns = [page("metrics", metrics, PUBLIC, name="metrics")]
