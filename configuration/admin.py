"""The Django admin of exports and uploaded files: read-only, for owners of all AWS accounts."""

from __future__ import annotations

from django.contrib import admin

from configuration.models import ConfigurationSnapshot, ConfigurationUpload
from iamconsole.web.admin import ReadOnlyAdmin


@admin.register(ConfigurationSnapshot)
class ConfigurationSnapshotAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("digest", "exported_at")
    fields = ("digest", "exported_at")


@admin.register(ConfigurationUpload)
class ConfigurationUploadAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("digest", "operator", "uploaded_at", "imported_at")
    fields = ("digest", "operator", "uploaded_at", "imported_at")
