"""The Django admin of what programs sent: read-only, for owners of all AWS accounts."""

from __future__ import annotations

from django.contrib import admin

from api.models import AnsweredRequest
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(AnsweredRequest)
class AnsweredRequestAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("__str__", "status", "at")
    list_select_related = ("token",)
    search_fields = ("key", "token__name", "token__prefix")
    exclude = ("answer",)
