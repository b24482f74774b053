"""The Django admin of what code owns, to look at."""

from __future__ import annotations

from django.contrib import admin

from infrastructure.models import OwnedResource, StateFile
from sync.admin_kinds import SyncAdmin


@admin.register(StateFile)
class StateFileAdmin(SyncAdmin):
    search_fields = ("name",)
    list_display = ("name", "aws_account", "read_at", "read_by", "elsewhere")


@admin.register(OwnedResource)
class OwnedResourceAdmin(SyncAdmin):
    search_fields = ("address", "name", "arn")
    list_display = ("address", "aws_account", "state", "stack", "kind", "name", "arn", "is_own")
