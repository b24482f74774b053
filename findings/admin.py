"""The Django admin of findings: read-only."""

from __future__ import annotations

from django.contrib import admin

from findings.models import (
    AccountRefresh,
    ControlConfirmation,
    ControlResult,
    Finding,
    FindingDay,
    RuleSetting,
    RuleTally,
    SavedFindingsView,
    ScopeLook,
    SourceLook,
)
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


@admin.register(RuleSetting)
class RuleSettingAdmin(ReadOnlyAdmin):
    list_display = ("rule", "aws_account", "is_off", "severity", "set_by", "set_at")
    search_fields = ("rule",)


@admin.register(RuleTally)
class RuleTallyAdmin(ReadOnlyAdmin):
    list_display = ("rule", "aws_account", "severity", "findings", "objects_with")
    search_fields = ("rule",)


@admin.register(FindingDay)
class FindingDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "aws_account", "critical", "high", "medium", "low")
    search_fields = ("aws_account__name",)


@admin.register(SavedFindingsView)
class SavedFindingsViewAdmin(ReadOnlyAdmin):
    list_display = ("name", "operator", "aws_account", "made_at")
    search_fields = ("name",)


@admin.register(ControlResult)
class ControlResultAdmin(ReadOnlyAdmin):
    list_display = ("control", "aws_account", "result", "as_of", "looked_at")
    search_fields = ("control",)


@admin.register(ControlConfirmation)
class ControlConfirmationAdmin(ReadOnlyAdmin):
    list_display = ("control", "aws_account", "passes", "by", "at", "until")
    search_fields = ("control",)
