"""Pages about who can do what."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
