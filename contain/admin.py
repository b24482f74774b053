"""The Django admin of containments, to look at."""

from __future__ import annotations

from django.contrib import admin

from contain.models import Containment, ContainmentReport
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(Containment)
class ContainmentAdmin(ReadOnlyAdmin):
    search_fields = ("name", "object_id", "key")
    list_display = ("slug", "called", "change", "begun_by", "begun_at")
    exclude = ("uncut", "together")  # they name others, of other AWS accounts, too


@admin.register(ContainmentReport)
class ContainmentReportAdmin(ReadOnlyAdmin):
    aws_account_path = "containment__aws_account"
    list_display = ("containment", "made_by", "made_at", "sha256")
    exclude = ("content",)  # as above: its page says what its reader may see
