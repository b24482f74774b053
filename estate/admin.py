"""The Django admin of enrolments, to look at: they are made and used on their pages."""

from __future__ import annotations

from django.contrib import admin

from estate.models import AccountEnrolment, EnrolledAccount, LeftOutAccount
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(AccountEnrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    search_fields = ("key", "organization_id")
    list_display = ("key", "organization_id", "held_by", "writes", "people", "made_by", "lasts_until", "ended_at")


@admin.register(EnrolledAccount)
class EnrolledAccountAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    search_fields = ("account_id", "name")
    list_display = ("name", "account_id", "enrolment", "state", "tried_at")
    list_filter = ("state",)


@admin.register(LeftOutAccount)
class LeftOutAccountAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    search_fields = ("account_id", "organization_id")
    list_display = ("account_id", "organization_id", "by", "at")
