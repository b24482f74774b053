"""The Django admin of what nobody uses, to look at."""

from __future__ import annotations

from django.contrib import admin

from iamconsole.web.admin import ReadOnlyAdmin
from unused.models import UnusedObject


@admin.register(UnusedObject)
class UnusedObjectAdmin(ReadOnlyAdmin):
    search_fields = ("name", "arn", "object_id")
    list_display = ("name", "kind", "state", "last_used_at", "idle_since", "owner")
    list_filter = ("kind", "state")
