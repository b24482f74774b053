"""The Django admin of what the mirror holds of Cognito, to look at; and how the people of a pool are treated."""

from __future__ import annotations

from django.contrib import admin

from cognito.models import (
    AppClient,
    CognitoGroup,
    CognitoMembership,
    CognitoUser,
    IdentityPool,
    Logo,
    PoolPeopleSettings,
    PoolProvider,
    ResourceServer,
    SavedSearch,
    UserPool,
)
from sync.admin_kinds import MirroredAdmin, SyncAdmin


@admin.register(UserPool)
class UserPoolAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "region", "aws_id", "tier", "mfa", "estimated_users", "gone_at")


@admin.register(AppClient, CognitoGroup, PoolProvider, ResourceServer)
class OfPoolAdmin(MirroredAdmin):
    list_display = ("name", "pool", "aws_account", "region", "created_at", "gone_at")
    search_fields = ("name", "aws_id", "pool__name")


@admin.register(IdentityPool)
class IdentityPoolAdmin(MirroredAdmin):
    list_display = ("name", "aws_account", "region", "aws_id", "guests", "classic_flow", "gone_at")


@admin.register(CognitoUser)
class CognitoUserAdmin(MirroredAdmin):
    """Without what is personal: the console's own pages show that, to whom they may, and log it."""

    list_display = ("aws_id", "pool", "aws_account", "status", "enabled", "created_at", "gone_at", "erased_at")
    search_fields = ("aws_id",)
    ordering = ("pk",)
    exclude = ("name", "name_key", "attributes", "words")


@admin.register(CognitoMembership)
class CognitoMembershipAdmin(SyncAdmin):
    aws_account_path = "user__aws_account"
    list_display = ("user", "group", "read_at", "gone_at")
    search_fields = ("user__aws_id", "group__name")


@admin.register(PoolPeopleSettings)
class PoolPeopleSettingsAdmin(SyncAdmin):
    list_display = ("pool_id", "region", "aws_account", "mirrors_people", "erase_after_days", "helpdesk_per_hour")
    list_filter = ("mirrors_people",)
    search_fields = ("pool_id",)


@admin.register(SavedSearch)
class SavedSearchAdmin(SyncAdmin):
    """Without what is searched for, which may be personal."""

    aws_account_path = "pool__aws_account"
    list_display = ("operator", "pool")
    search_fields = ("operator__email", "pool__name")
    exclude = ("name", "query")


@admin.register(Logo)
class LogoAdmin(SyncAdmin):
    list_display = ("digest", "aws_account", "kind", "created_at")
    list_filter = ("kind",)
    search_fields = ("digest",)
    exclude = ("image",)
