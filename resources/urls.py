"""Pages of resources."""

from __future__ import annotations

from objects.views.lists import object_patterns
from resources.views import LIST

urlpatterns = [*object_patterns(LIST)]
