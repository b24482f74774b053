"""Pages about user pools and identity pools."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from cognito.identity_pools import urls as identity_pools

urlpatterns: list[URLPattern | URLResolver] = [*identity_pools.urlpatterns]
