"""The Django admin of what people keep of their questions."""

from __future__ import annotations

from django.contrib import admin

from access.models import AccessDisagreement, AccessTestResult, EscalationSummary, SavedQuestion
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(SavedQuestion)
class SavedQuestionAdmin(ReadOnlyAdmin):
    """Without what is asked: it may hold a document that somebody pasted."""

    list_display = ("aws_account", "author", "created_at", "used_at")
    search_fields = ("author__email",)
    exclude = ("name", "query")


@admin.register(AccessTestResult)
class AccessTestResultAdmin(ReadOnlyAdmin):
    list_display = ("safeguard", "aws_account", "status", "version", "at", "since")
    search_fields = ("status",)
    list_filter = ("status",)


@admin.register(AccessDisagreement)
class AccessDisagreementAdmin(ReadOnlyAdmin):
    list_display = ("action", "aws_account", "ours", "theirs", "is_explained", "at")
    search_fields = ("action", "resource", "principal")
    list_filter = ("is_explained",)


@admin.register(EscalationSummary)
class EscalationSummaryAdmin(ReadOnlyAdmin):
    list_display = ("aws_account", "at")
    search_fields = ("aws_account__name", "aws_account__account_id")
