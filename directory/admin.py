"""The Django admin of what the mirror holds of Identity Center, to look at."""

from __future__ import annotations

from django.contrib import admin

from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectorySettings,
    DirectoryUser,
    Instance,
    PermissionSet,
    RoleEntitlement,
)
from sync.admin_kinds import MirroredAdmin, SyncAdmin


@admin.register(Instance)
class InstanceAdmin(MirroredAdmin):
    list_display = (
        "name",
        "aws_account",
        "owner_id",
        "primary_region",
        "administers",
        "has_permission_sets",
        "gone_at",
    )


@admin.register(PermissionSet)
class PermissionSetAdmin(MirroredAdmin):
    page_name = "permission_set"
    list_display = ("name", "aws_account", "aws_id", "account_count", "outdated_count", "gone_at", "console_page")


@admin.register(AccountAssignment)
class AccountAssignmentAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "target_id", "principal_type", "principal_id", "gone_at")
    list_filter = (*MirroredAdmin.list_filter, "principal_type")


@admin.register(RoleEntitlement)
class RoleEntitlementAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "target_id", "principal_type", "principal_id", "gone_at")
    list_filter = (*MirroredAdmin.list_filter, "principal_type")


@admin.register(DirectoryGroup)
class DirectoryGroupAdmin(MirroredAdmin):
    page_name = "directory_group"
    list_display = ("name", "aws_account", "aws_id", "issuer", "gone_at", "console_page")


@admin.register(DirectoryMembership)
class DirectoryMembershipAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "group_id", "user_id", "gone_at")


@admin.register(DirectoryUser)
class DirectoryUserAdmin(MirroredAdmin):
    """Without what is personal: the console's own pages show that, to whom they may, and log it."""

    list_display = ("aws_id", "aws_account", "status", "created_at", "gone_at", "erased_at")
    search_fields = ("aws_id",)
    ordering = ("pk",)
    exclude = ("name", "name_key", "display_name", "email", "words")


@admin.register(DirectorySettings)
class DirectorySettingsAdmin(SyncAdmin):
    list_display = ("aws_account", "mirrors_people", "keeps_email", "erase_after_days")
    list_filter = ("mirrors_people",)
    search_fields = ("aws_account__account_id", "aws_account__name")
