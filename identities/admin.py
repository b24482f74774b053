"""The Django admin of IAM's users, groups and roles, and of what ties them together: to look at, never to edit."""

from __future__ import annotations

from django.contrib import admin

from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from sync.admin import MirroredAdmin


@admin.register(IamUser)
class IamUserAdmin(MirroredAdmin):
    page_name = "user"
    list_display = ("name", "aws_account", "path", "boundary_arn", "created_at", "gone_at", "console_page")


@admin.register(IamGroup)
class IamGroupAdmin(MirroredAdmin):
    page_name = "group"
    list_display = ("name", "aws_account", "path", "created_at", "gone_at", "console_page")


@admin.register(IamRole)
class IamRoleAdmin(MirroredAdmin):
    page_name = "role"
    list_display = ("name", "aws_account", "path", "boundary_arn", "last_used_at", "gone_at", "console_page")


@admin.register(Membership)
class MembershipAdmin(MirroredAdmin):
    list_display = ("user", "group", "aws_account", "first_seen", "gone_at")
    list_select_related = ("aws_account", "user", "group")
    search_fields = ("user__name", "group__name")


@admin.register(Attachment)
class AttachmentAdmin(MirroredAdmin):
    list_display = ("name", "user", "group", "role", "aws_account", "first_seen", "gone_at")
    list_select_related = ("aws_account", "user", "group", "role")
    search_fields = ("name", "arn", "user__name", "group__name", "role__name")


@admin.register(InlinePolicy)
class InlinePolicyAdmin(MirroredAdmin):
    list_display = ("name", "user", "group", "role", "aws_account", "first_seen", "gone_at")
    list_select_related = ("aws_account", "user", "group", "role")
    search_fields = ("name", "user__name", "group__name", "role__name")
