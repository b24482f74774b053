"""The Django admin of runs of guided tasks, to look at."""

from __future__ import annotations

from django.contrib import admin

from guides.models import LeaverReport, StagedChange, TaskRun
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(TaskRun)
class TaskRunAdmin(ReadOnlyAdmin):
    search_fields = ("task", "about")
    list_display = ("task", "about", "aws_account", "owner", "begun_at", "closed_at")


@admin.register(StagedChange)
class StagedChangeAdmin(ReadOnlyAdmin):
    aws_account_path = "run__aws_account"
    list_display = ("run", "step", "change")


@admin.register(LeaverReport)
class LeaverReportAdmin(ReadOnlyAdmin):
    aws_account_path = "run__aws_account"
    list_display = ("run", "made_by", "made_at", "sha256")
