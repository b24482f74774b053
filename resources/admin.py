"""The Django admin of resources: to look at, never to edit."""

from __future__ import annotations

from django.contrib import admin

from resources.models import CallBudget, Resource, ResourcePolicy, ResourceReading
from sync.admin_kinds import MirroredAdmin, SyncAdmin


@admin.register(Resource)
class ResourceAdmin(MirroredAdmin):
    page_name = "resource"
    list_display = ("name", "aws_account", "kind", "located_in", "policy_state", "gone_at", "console_page")
    list_filter = (*MirroredAdmin.list_filter, "service", "policy_state")


@admin.register(ResourcePolicy)
class ResourcePolicyAdmin(SyncAdmin):
    aws_account_path = "resource__aws_account"
    list_display = ("__str__", "arn", "document")
    list_select_related = ("resource", "document")
    search_fields = ("arn", "resource__name")


@admin.register(ResourceReading)
class ResourceReadingAdmin(SyncAdmin):
    list_display = ("aws_account", "services", "calls_an_hour")
    search_fields = ("aws_account__name", "aws_account__account_id")


@admin.register(CallBudget)
class CallBudgetAdmin(SyncAdmin):
    list_display = ("aws_account", "left", "counted_at")
    search_fields = ("aws_account__name", "aws_account__account_id")
