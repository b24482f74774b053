"""The Django admin of findings: read-only."""

from __future__ import annotations

from django.contrib import admin

from findings.models import AccountRefresh, Finding, ScopeLook, SourceLook
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ("sentence", "aws_account", "rule", "severity", "state", "first_seen", "last_seen")
    list_filter = ("state", "severity", "source")
    search_fields = ("name", "object_id", "rule")


@admin.register(SourceLook)
class SourceLookAdmin(ReadOnlyAdmin):
    list_display = ("source", "aws_account", "looked_at", "failing_since")
    search_fields = ("source",)


@admin.register(ScopeLook)
class ScopeLookAdmin(ReadOnlyAdmin):
    list_display = ("source", "scope", "aws_account", "began_at")
    search_fields = ("scope",)


@admin.register(AccountRefresh)
class AccountRefreshAdmin(ReadOnlyAdmin):
    list_display = ("aws_account", "looked_at", "claimed_until")
    search_fields = ("aws_account__name",)
