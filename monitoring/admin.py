"""The Django admin of what was counted: read-only, and for owners of all AWS accounts."""

from __future__ import annotations

from django.contrib import admin

from iamconsole.web.admin import ReadOnlyAdmin
from monitoring.models import EventCount, TableSize


@admin.register(EventCount)
class EventCountAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("metric", "labels", "part", "value", "since", "last_at")
    search_fields = ("metric", "labels")


@admin.register(TableSize)
class TableSizeAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("day", "table", "size", "rows")
    search_fields = ("table",)
